"""Knows how a background worker of the embedded mode runs inside a process that was forked ready-made."""

import logging
import os
import signal
import socket
import sys
import threading
import warnings
from typing import Any

from celery import beat
from celery.platforms import SecurityWarning
from celery.signals import worker_ready, worker_shutting_down

from config.celery import app

log = logging.getLogger(__name__)


def work(queue: str, *, with_beat: bool) -> None:
    """Work off `queue`, one task at a time, until SIGTERM; with the beat as a thread if asked. Does not return."""
    # In a container or on a trial machine it may be root; messages are JSON only, so what this warns of cannot happen.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    if with_beat:
        keep_beat()
    worker = app.Worker(
        hostname=f"{queue}@{socket.gethostname()}",
        pool="solo",
        concurrency=1,
        queues=[queue],
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


class BeatThread(threading.Thread):
    """Celery's beat as a thread of the worker: it cannot outlive the worker, whatever ends that."""

    def __init__(self) -> None:
        super().__init__(name="beat", daemon=True)
        # At most a second between two looks at the schedule, so that it stops in time.
        self.service = beat.Service(app, max_interval=1)

    def run(self) -> None:
        try:
            app.set_current()
            self.service.start()
        except BaseException:
            # A worker without its beat would look well and do nothing: end, and be started again.
            log.exception("The beat stopped.")
            os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        self.service.stop()


def keep_beat() -> None:
    """Run the beat from when the worker is ready until it shuts down."""
    thread = BeatThread()

    def start(**_: Any) -> None:
        # worker_ready comes again after a lost broker connection; the thread is started once.
        if not thread.is_alive():
            thread.start()

    def stop(**_: Any) -> None:
        thread.stop()

    worker_ready.connect(start, weak=False)
    worker_shutting_down.connect(stop, weak=False)
