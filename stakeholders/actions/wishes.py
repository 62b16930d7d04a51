"""What a person says from a mail, without signing in: no more reminders, reminders again, this was not me."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from stakeholders.actions import outbox
from stakeholders.actions.delegation import end_delegation, managers_of
from stakeholders.activity import record
from stakeholders.models import Delegation, Invitation, Link, Message, Verb


@transaction.atomic
def stop_reminders(link: Link, *, now: datetime) -> bool:
    """End the reminders of one round to one person; False if that was so before.

    link  of kind UNSUBSCRIBE, with seat and round loaded

    It is the round, and not the product: a mail program may press this by itself, and somebody who silences one round
    would never hear that the next one waits for them. All other mails still come. It ends what came for somebody else as
    well: the reminders go to that person again.
    """
    asked = [rows.filter(no_reminders_at=None) for rows in _asked_by(link)]
    if not sum(rows.update(no_reminders_at=now) for rows in asked):
        return False
    record(link.seat, Verb.NO_REMINDERS, link.round, at=now)
    return True


def _asked_by(link: Link) -> tuple[QuerySet[Invitation], QuerySet[Delegation]]:
    """Return what the seat of a link is asked in its round: in its own name, and for others."""
    return (
        Invitation.objects.filter(round=link.round_id, seat=link.seat_id),
        Delegation.objects.filter(invitation__round=link.round_id, delegate=link.seat_id),
    )


@transaction.atomic
def want_reminders(link: Link, *, now: datetime) -> bool:
    """Take `stop_reminders` back; False if reminders were not stopped."""
    stopped = [rows.exclude(no_reminders_at=None) for rows in _asked_by(link)]
    if not sum(rows.update(no_reminders_at=None) for rows in stopped):
        return False
    record(link.seat, Verb.REMINDERS_AGAIN, link.round, at=now)
    return True


@transaction.atomic
def disown(link: Link, *, now: datetime) -> bool:
    """The person says that an answer in a round was not theirs: their link ends at once, and the manager is told.

    link  of kind NOT_ME, with seat and round loaded

    Whoever was named by that link to answer instead is out as well. The answers stay: they are the record, and the person
    replaces them by a new link. False if it was said before.
    """
    asked = Invitation.objects.filter(round=link.round_id, seat=link.seat_id, disowned_at=None)
    if not asked.update(disowned_at=now):
        return False
    Link.objects.filter(kind=Link.Kind.SEAT, round=link.round_id, seat=link.seat_id, revoked_at=None).update(
        revoked_at=now
    )
    named = Delegation.objects.filter(invitation__round=link.round_id, invitation__seat=link.seat_id)
    for delegation in named.filter(declined_at=None, ended_at=None).select_related("invitation__round"):
        end_delegation(delegation, by=link.seat, now=now)
    record(link.seat, Verb.DISOWNED, link.round, at=now)
    for manager in managers_of(link.round):
        outbox.queue_to_seat(
            Message.Kind.DISOWNED,
            link.round,
            manager,
            name=f"{link.seat_id}-{now:%Y%m%dT%H%M%S}",
            facts={"seat": link.seat_id},
            now=now,
        )
    return True
