"""What the workers do for rounds and mails: both look into the tables for what is due, and need no arguments."""

import time

from celery import shared_task

from stakeholders import clock
from stakeholders.actions import forgetting
from stakeholders.actions.closing import close_due_rounds
from stakeholders.actions.outbox import send_due
from stakeholders.mail.delivery import Post


@shared_task(ignore_result=True)
def close_rounds() -> None:
    """Close the rounds whose time is over."""
    close_due_rounds(now=clock.database_now())


MAIL_SECONDS = 1.5
"""How long one run sends mails: the worker has closings to do as well, and the next run comes at once."""


@shared_task(ignore_result=True)
def send_mail() -> None:
    """Send mails that are due, for as long as a closing may wait."""
    end = time.monotonic() + MAIL_SECONDS
    with Post() as post:
        send_due(clock=clock.database_now, transport=post, stop=lambda: time.monotonic() > end)


@shared_task(ignore_result=True)
def forget_ended() -> None:
    """Delete what has expired: it takes as long as there is of it, so not beside the closings."""
    forgetting.forget_ended(now=clock.now())
