"""Shows the mails of a round before it is opened: they are written for real, in a transaction that is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from stakeholders.mail.rendering import render
from stakeholders.models import Message, Round


@dataclass(frozen=True)
class ShownMail:
    """One person's invitation as they would get it, but for the personal link."""

    name: str
    department: str
    email: str
    sender: str
    subject: str
    body: str
    html: str


MAILS_SHOWN = 30
"""So many mails are written out at once; the rest on demand."""


def wanted(data: QueryDict, people: int) -> int:
    """Return how many mails to write: the first few, all, or as far as the one that is to be drawn, which is the last."""
    if "letter" in data:
        number = data["letter"]
        return min(int(number) + 1 if number.isascii() and number.isdigit() and len(number) < 6 else 1, people)
    return people if "all" in data else MAILS_SHOWN


@transaction.atomic
def preview_invitations(open_it: Callable[[], Round], *, now: datetime, limit: int) -> list[ShownMail]:
    """Return the first `limit` invitations that opening a round would send, by department and name. Leaves no row behind.

    open_it  opens the round, whose every row is undone before this returns

    What opening would refuse, this refuses with the same exception. No link is made, so none can leak.
    """
    round = open_it()
    messages = (
        Message.objects.select_related("user", "seat__user", "seat__department", "product", "round__product")
        .filter(round=round, kind=Message.Kind.INVITATION)
        .order_by("seat__department__name", "user__name", "pk")
    )
    shown = [_shown(message, now) for message in messages[:limit]]
    transaction.set_rollback(True)
    return shown


def _shown(message: Message, now: datetime) -> ShownMail:
    mail = render(message, now=now, masked=True)
    (page,) = mail.alternatives
    department = message.seat.department if message.seat else None
    return ShownMail(
        name=message.user.get_full_name(),
        department=department.name if department else "",
        email=message.user.email,
        sender=mail.from_email,
        subject=str(mail.subject),
        body=str(mail.body),
        html=str(page.content),
    )
