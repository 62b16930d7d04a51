"""What the workers do for rounds and mails: both look into the tables for what is due, and need no arguments."""

from celery import shared_task

from stakeholders import clock
from stakeholders.actions.closing import close_due_rounds
from stakeholders.actions.outbox import send_due
from stakeholders.mail.delivery import Post


@shared_task(ignore_result=True)
def close_rounds() -> None:
    """Close the rounds whose time is over."""
    close_due_rounds(now=clock.database_now())


@shared_task(ignore_result=True)
def send_mail() -> None:
    """Send the mails that are due."""
    with Post() as post:
        send_due(clock=clock.database_now, transport=post)
