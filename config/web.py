"""Knows how gunicorn runs: what it logs, and how it serves inside a process that was forked ready-made."""

import logging
import os
import socket
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from config import gunicorn as defaults
from config.logs import mask
from config.supervisor import call_this_process, live_and_die_with

EMBEDDED = {"workers": 1, "threads": 8, "graceful_timeout": 8}


class MaskedFormatter(logging.Formatter):
    """Formats gunicorn's own lines, which are written before Django's logging is set up, without any link's secret."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class MaskedLogger(Logger):
    """gunicorn's logger with masked lines."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(MaskedFormatter("%(asctime)s [%(levelname)s] %(name)s %(message)s"))


class EmbeddedWeb(BaseApplication):
    """gunicorn with the settings of config/gunicorn.py, one process of eight threads, and a socket that is open already."""

    def __init__(self, listener: socket.socket) -> None:
        # gunicorn closes this number once it has its own copy, so the socket object must not own it any more.
        self.listener = listener.detach()
        super().__init__()

    def load_config(self) -> None:
        for name in self.cfg.settings:
            if hasattr(defaults, name):
                self.cfg.set(name, getattr(defaults, name))
        for name, value in EMBEDDED.items():
            self.cfg.set(name, value)
        self.cfg.set("bind", [f"fd://{self.listener}"])
        arbiter = os.getpid()

        def name_and_tie(server: object, worker: object) -> None:
            call_this_process("web-1")
            live_and_die_with(arbiter)

        self.cfg.set("post_fork", name_and_tie)

    def load(self) -> Any:
        from config.wsgi import application

        return application


def serve(listener: socket.socket) -> None:
    """Serve the web pages on `listener` until SIGTERM."""
    EmbeddedWeb(listener).run()
