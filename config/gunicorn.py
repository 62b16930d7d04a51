"""How gunicorn serves Accord: a few threads a process; read by `gunicorn -c python:config.gunicorn` and by bin/start."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 30
keepalive = 5
logger_class = "config.web.MaskedLogger"
control_socket_disable = True
accesslog = None
loglevel = "warning"
bind = [os.environ.get("WEB_BIND", "0.0.0.0:8000")]
proc_name = "accord"
