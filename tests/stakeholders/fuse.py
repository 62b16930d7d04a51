"""A Celery process that dies by kill −9 at a named point, for tests; production code knows nothing of it.

    FUSE=/path/of/the/fuse python -m tests.stakeholders.fuse -A config worker -P solo -Q now

The fuse is a file that names a point. The process that comes to that point first removes the file and kills itself:

    before   a round is due, and nothing has been done about it
    during   the round is marked as closed, outcome and mails are written, and nothing is committed
    after    the closing is committed, and no mail has gone out
    mail     the mail server has accepted a mail, and that is not noted yet

With FUSE_SWEEP_SECONDS the beat sends its sweeps that often.
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

FUSE = Path(os.environ["FUSE"])


def burn(point: str) -> None:
    try:
        if FUSE.read_text() != point:
            return
        FUSE.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def ahead(point: str, act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def fused(*args: Any, **kwargs: Any) -> Any:
        burn(point)
        return act(*args, **kwargs)

    return fused


def behind(point: str, act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def fused(*args: Any, **kwargs: Any) -> Any:
        done = act(*args, **kwargs)
        burn(point)
        return done

    return fused


def after_closing(act: Callable[..., Any]) -> Callable[..., Any]:
    """Only a sweep that has closed something comes to the point."""

    @functools.wraps(act)
    def fused(*args: Any, **kwargs: Any) -> Any:
        if closed := act(*args, **kwargs):
            burn("after")
        return closed

    return fused


def main() -> None:
    from config.celery import app

    django.setup()

    from stakeholders import tasks
    from stakeholders.actions import closing
    from stakeholders.mail.delivery import Post

    closing.close_round = ahead("before", closing.close_round)
    closing.record = behind("during", closing.record)
    tasks.close_due_rounds = after_closing(tasks.close_due_rounds)
    Post.deliver = behind("mail", Post.deliver)
    if seconds := os.environ.get("FUSE_SWEEP_SECONDS"):
        for entry in app.conf.beat_schedule.values():
            entry["schedule"] = timedelta(seconds=float(seconds))

    from celery.__main__ import main as celery

    sys.argv[0] = "celery"
    celery()


if __name__ == "__main__":
    main()
