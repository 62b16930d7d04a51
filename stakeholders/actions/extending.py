"""More time: a later deadline for everyone asked in a round, or for one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders.actions import outbox
from stakeholders.actions.delegation_mail import tell_more_time
from stakeholders.actions.reminding import move_reminders
from stakeholders.actions.rounds import DeadlineHasPassed, set_last_deadline, still_running
from stakeholders.activity import record
from stakeholders.models import Extension, Invitation, Message, Round, Seat, Verb
from stakeholders.rules.deadlines import Deadline


@transaction.atomic
def extend_round(round: Round, *, to: Deadline, why: str, by: Seat, now: datetime) -> Extension:
    """Move everyone's deadline to a later one. They are told once; the reminders still to come move along.

    now  by the database's clock: a round is extended only before its deadline

    Whoever has more time than that already keeps it, and is told nothing. Raises RoundIsClosed, DeadlineHasPassed, and
    ValidationError for an earlier deadline or a missing reason.
    """
    round = still_running(round, now)
    if now >= round.deadline_at:
        raise DeadlineHasPassed(round)
    extension = _extension(round, before=round.deadline_at, to=to, why=why, by=by, now=now)
    asked = list(round.invitations.standing().select_related("seat"))
    by_deadline = defaultdict(list)
    for invitation in asked:
        invitation.round = round
        if invitation.deadline_at < to.at:
            by_deadline[invitation.deadline_at].append(invitation)
    for before, people in by_deadline.items():
        move_reminders(round, people, before=before, after=to.at, zone=to.zone, now=now)
    round.deadline_at, round.zone, round.wall_time = to.at, to.zone, to.wall
    round.save(update_fields=["deadline_at", "zone", "wall_time"])
    set_last_deadline(round)
    _tell(extension, [each for people in by_deadline.values() for each in people], now=now)
    record(by, Verb.EXTENDED, round, at=now, before=extension.from_at, after=extension.to_at, why=extension.why)
    return extension


@transaction.atomic
def extend_for(invitation: Invitation, *, to: Deadline, why: str, by: Seat, now: datetime) -> Extension:
    """Give one person a later deadline than the others; the round closes when they, too, have no time left.

    now  by the database's clock: more time is given only to someone who still has some

    The person is told once; their reminders move along. Raises RoundIsClosed, DeadlineHasPassed, and ValidationError for
    an earlier deadline, a missing reason, or someone who is not asked any more.
    """
    round = still_running(invitation.round, now)
    invitation = round.invitations.select_related("seat__user").get(pk=invitation.pk)
    invitation.round = round
    if invitation.removed_at or not invitation.seat.is_current:
        raise ValidationError(_("This person is not asked any more."), code="removed")
    before = invitation.deadline_at
    if now >= before:
        raise DeadlineHasPassed(round)
    extension = _extension(round, before=before, to=to, why=why, by=by, now=now, seat=invitation.seat)
    invitation.extended_to = to.at
    invitation.save(update_fields=["extended_to"])
    set_last_deadline(round)
    move_reminders(round, [invitation], before=before, after=to.at, zone=round.zone, now=now)
    _tell(extension, [invitation], now=now)
    record(
        by,
        Verb.EXTENDED,
        round,
        at=now,
        seat=invitation.seat_id,
        before=extension.from_at,
        after=extension.to_at,
        why=extension.why,
    )
    return extension


def _extension(
    round: Round, *, before: datetime, to: Deadline, why: str, by: Seat, now: datetime, seat: Seat | None = None
) -> Extension:
    if not why.strip():
        raise ValidationError(_("Say why: everyone is told."), code="why")
    if to.at <= before:
        raise ValidationError(_("A deadline only moves forward. Choose a later one."), code="earlier")
    extension = Extension(round=round, seat=seat, from_at=before, to_at=to.at, by=by, why=why.strip(), at=now)
    extension.full_clean()
    extension.save()
    return extension


def _tell(extension: Extension, people: Sequence[Invitation], *, now: datetime) -> None:
    facts = {"extension": extension.pk}
    outbox.queue(
        Message.Kind.EXTENSION, extension.round, people, due_at=now, now=now, name=str(extension.pk), facts=facts
    )
    tell_more_time(extension, people, now=now)
