"""The Celery application: a clock and hands for the database, which alone knows what is due.

Two queues: `now` for what must not wait (the sweeps, the outbox), `long` for whatever may take more than two seconds.
Every beat entry expires when its next turn comes, so a worker that was away finds one of each, not a heap.
"""

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from celery import Celery, Task
from celery.signals import before_task_publish, celeryd_after_setup, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

HEARTBEAT_SECONDS = 5
POLITENESS = 10
BEAT_HEADER = "accord_beat"

app = Celery("accord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def entry(task: str, seconds: int, queue: str = "now") -> dict[str, Any]:
    """Return a beat entry that runs `task` every `seconds` and is void once the next one is due."""
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"queue": queue, "expires": seconds}}


# Scoring brings numpy and may take long: it stays with one worker, so that the sweeps never wait for it.
app.conf.task_routes = {"prioritization.tasks.*": {"queue": "long"}}
app.conf.beat_schedule = {
    "heartbeat of now": entry("config.celery.heartbeat", HEARTBEAT_SECONDS, "now"),
    "heartbeat of long": entry("config.celery.heartbeat", HEARTBEAT_SECONDS, "long"),
    "close rounds": entry("stakeholders.tasks.close_rounds", 5),
    "send mail": entry("stakeholders.tasks.send_mail", 2),
    "score products": entry("prioritization.tasks.score_due_products", 15, "long"),
    "forget what has ended": entry("stakeholders.tasks.forget_ended", 3600, "long"),
    "prune score runs": entry("prioritization.tasks.prune_score_runs", 3600, "long"),
}


def this_process() -> str:
    """Return a name for this process that fits a heartbeat's row: host and pid."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}"


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Stop Celery from setting up logs of its own: Django's LOGGING masks links, Celery's would not."""


@celeryd_after_setup.connect
def let_people_go_first(instance: Any, **_: Any) -> None:
    """Give the processor to whoever waits for a page, while the worker of `long` scores what they gave."""
    if set(instance.app.amqp.queues.consume_from) == {"long"}:
        os.nice(POLITENESS)


@before_task_publish.connect(sender="config.celery.heartbeat")
def sign_heartbeat(headers: dict[str, Any], **_: Any) -> None:
    """Write on the heartbeat who sent it: that is the beat, wherever it runs."""
    headers[BEAT_HEADER] = [this_process(), datetime.now().astimezone().isoformat()]


@app.task(bind=True, ignore_result=True)
def heartbeat(self: Task) -> None:
    """Note that this worker works, and that the beat which sent this did so then."""
    from stakeholders.actions.heartbeats import note_heartbeat
    from stakeholders.clock import now

    queue = (self.request.delivery_info or {}).get("routing_key", "now")
    note_heartbeat(queue, process=this_process(), now=now())
    if sent := (self.request.headers or {}).get(BEAT_HEADER):
        process, at = sent
        note_heartbeat("beat", process=process, now=datetime.fromisoformat(at))
