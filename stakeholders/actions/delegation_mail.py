"""Queues the mails about delegations: to one person, or to everybody who answers for others in a round."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from stakeholders.actions import outbox
from stakeholders.models import Delegation, Extension, Invitation, Message, Round, Seat


def mail_about(
    delegation: Delegation, to: Seat | None, part: str, *, now: datetime, name: str = "", **facts: Any
) -> None:
    """Queue a mail; `part` says as what the receiver reads it (mail.delegation), `name` tells several of a part apart."""
    assert to  # noqa: S101  who is written to holds a seat; only a delegation that waits for a manager has no delegate
    outbox.queue_to_seat(
        Message.Kind.DELEGATION,
        delegation.invitation.round,
        to,
        name=f"{delegation.pk}-{part}{name}",
        facts={"delegation": delegation.pk, "as": part, **facts},
        now=now,
    )


def tell_more_time(extension: Extension, people: Iterable[Invitation], *, now: datetime) -> None:
    """Tell whoever answers for one of these people that there is more time."""
    for each in delegates_written_to(extension.round).filter(invitation__in=[person.pk for person in people]):
        mail_about(each, each.delegate, "extension", now=now, name=f"-{extension.pk}", extension=extension.pk)


def release_delegates(round: Round, *, now: datetime) -> None:
    """Tell whoever answers for somebody that the round has ended before its time, so that nobody waits for them."""
    for each in delegates_written_to(round):
        mail_about(each, each.delegate, "released", now=now)


def delegates_written_to(round: Round) -> QuerySet[Delegation]:
    """Return those let in whom a mail has asked to answer. One that still waits says how things stand when it goes."""
    asked = round.messages.filter(kind=Message.Kind.DELEGATION, facts__as="delegate", attempts__gt=0)
    return (
        Delegation.objects.let_in()
        .filter(invitation__round=round, pk__in=list(asked.values_list("facts__delegation", flat=True)))
        .select_related("delegate", "invitation__round")
    )
