"""Opening a round, and what happens to it while it is open: people are added or removed, it is extended or withdrawn.

How it takes answers and how it closes is in `closing`. All of these run in one transaction; an upper app calls
`open_round` in its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders import kinds
from stakeholders.actions import outbox
from stakeholders.actions.closing import RoundIsClosed, hold_alone
from stakeholders.activity import record
from stakeholders.models import Extension, Invitation, Message, Round, Seat, Verb
from stakeholders.rules import reminders as reminder_rules
from stakeholders.rules.deadlines import Deadline


@dataclass(frozen=True, slots=True)
class Invitee:
    """A seat to be asked. `asked` is the number of cells (voting) or 1 (confirming)."""

    seat: Seat
    is_required: bool = True
    asked: int = 1


@dataclass(frozen=True, slots=True)
class Reminded:
    """Whom a manager's reminder reached, and whom it did not: they had answered, or got a mail within the hour."""

    reminded: Sequence[Invitation]
    answered: Sequence[Invitation]
    lately: Sequence[Invitation]


class DeadlineHasPassed(ValueError):
    """The act needs a round whose deadline is still to come."""


@transaction.atomic
def open_round(
    product: Any,
    *,
    kind: str,
    title: str,
    deadline: Deadline,
    invitees: Iterable[Invitee],
    by: Seat,
    now: datetime,
    reminders: Sequence[datetime] | None = None,
    note: str = "",
    replaces: Round | None = None,
) -> Round:
    """Open a round, and queue its invitations and reminders.

    deadline   as `rules.deadlines.read` returns it; after `now`
    invitees   at least one; weight and department are taken from the seat and frozen
    reminders  instants between now and the deadline; None for those that fit its length, [] for none
    replaces   the round that this one does over

    Raises kinds.UnknownKind, and ValidationError with a sentence for whatever else is wrong.
    """
    kinds.kind(kind)
    invitees = list(invitees)
    if deadline.at <= now:
        raise ValidationError(_("The deadline has passed already. Choose a later one."), code="past")
    if not invitees:
        raise ValidationError(_("A round needs at least one person to ask."), code="nobody")
    if reminders is None:
        reminders = reminder_rules.schedule(now, deadline.at, deadline.zone)
    if any(not now < at < deadline.at for at in reminders):
        raise ValidationError(_("A reminder belongs between now and the deadline."), code="reminder")
    round = Round(
        product=product,
        kind=kind,
        title=title,
        note=note,
        replaces=replaces,
        opened_at=now,
        opened_by=by,
        deadline_at=deadline.at,
        zone=deadline.zone,
        wall_time=deadline.wall,
    )
    round.full_clean()
    round.save()
    _invite(round, invitees, reminders, now)
    record(by, Verb.OPENED, round, at=now, people=len(invitees), deadline=deadline.at)
    return round


@transaction.atomic
def invite(round: Round, *, invitees: Iterable[Invitee], by: Seat, now: datetime) -> list[Invitation]:
    """Ask more people in an open round; they get its coming reminders. Those who are asked already are left alone.

    Someone who was removed before is asked again, with weight and department of today. Raises RoundIsClosed.
    """
    round = _still_running(round, now)
    coming = sorted({message.due_at for message in _waiting_reminders(round) if message.due_at > now})
    made = _invite(round, list(invitees), coming, now)
    for invitation in made:
        record(by, Verb.INVITED, round, at=now, seat=invitation.seat_id)
    return made


@transaction.atomic
def remove_invitation(invitation: Invitation, *, by: Seat, now: datetime) -> None:
    """Take an invitation back: the person is not asked, reminded or counted any more. What they answered is kept."""
    round = _still_running(invitation.round, now)
    if not Invitation.objects.filter(pk=invitation.pk, removed_at=None).update(removed_at=now):
        return
    outbox.skip(round.messages.filter(seat=invitation.seat_id), why=_("not asked any more"), now=now)
    record(by, Verb.REMOVED, round, at=now, seat=invitation.seat_id)


@transaction.atomic
def remind(round: Round, *, invitations: Iterable[int], by: Seat, now: datetime) -> Reminded:
    """Remind the silent among these invitations (ids) of an open round at once; each at most once an hour.

    Two managers who press at the same moment wait for each other, so nobody gets two mails. Raises RoundIsClosed and
    DeadlineHasPassed.
    """
    round = _still_running(round, now)
    shown = list(round.invitations.standing().filter(pk__in=list(invitations)).select_related("seat__user"))
    lately_mailed = set(
        round.messages.exclude(kind=Message.Kind.RECEIPT)
        .filter(skipped_at=None, failed_at=None, due_at__gt=now - outbox.APART, due_at__lte=now)
        .values_list("seat_id", flat=True)
    ) | set(
        round.messages.exclude(kind=Message.Kind.RECEIPT)
        .filter(sent_at__gt=now - outbox.APART)
        .values_list("seat_id", flat=True)
    )
    answered = [each for each in shown if each.answered_at]
    lately = [each for each in shown if not each.answered_at and each.seat_id in lately_mailed]
    reminded = [each for each in shown if not each.answered_at and each.seat_id not in lately_mailed]
    outbox.queue(Message.Kind.REMINDER, round, reminded, due_at=now, now=now, name=f"by-hand-{now:%Y%m%dT%H%M%S}")
    if reminded:
        record(by, Verb.REMINDED, round, at=now, seats=[each.seat_id for each in reminded])
    return Reminded(reminded, answered, lately)


def mark_opened(round: Round, seat: Seat, *, now: datetime) -> None:
    """Note the first time that the person pressed the button of their link."""
    Invitation.objects.filter(round=round, seat=seat, opened_at=None).update(opened_at=now)


@transaction.atomic
def extend_round(round: Round, *, to: Deadline, why: str, by: Seat, now: datetime) -> Extension:
    """Move the deadline to a later one. Everyone asked is told once; the reminders still to come move along.

    now  by the database's clock: a round is extended only before its deadline

    Raises RoundIsClosed, DeadlineHasPassed, and ValidationError for an earlier deadline or a missing reason.
    """
    round = _still_running(round, now)
    if not why.strip():
        raise ValidationError(_("Say why: everyone is told."), code="why")
    if to.at <= round.deadline_at:
        raise ValidationError(_("A deadline only moves forward. Choose a later one."), code="earlier")
    extension = Extension(round=round, from_at=round.deadline_at, to_at=to.at, by=by, why=why.strip(), at=now)
    extension.full_clean()
    extension.save()
    _move_reminders(round, to, now)
    round.deadline_at, round.zone, round.wall_time = to.at, to.zone, to.wall
    round.save(update_fields=["deadline_at", "zone", "wall_time"])
    outbox.queue(
        Message.Kind.EXTENSION,
        round,
        round.invitations.standing().select_related("seat"),
        due_at=now,
        now=now,
        name=str(extension.pk),
        facts={"extension": extension.pk},
    )
    record(by, Verb.EXTENDED, round, at=now, before=extension.from_at, after=extension.to_at, why=extension.why)
    return extension


@transaction.atomic
def withdraw_round(round: Round, *, why: str, by: Seat, now: datetime) -> None:
    """End a round without an outcome, and tell everyone asked. Answers are kept. Repeating it changes nothing.

    Raises RoundIsClosed if it has an outcome, and ValidationError without a reason.
    """
    if not why.strip():
        raise ValidationError(_("Say why: everyone is told."), code="why")
    round = hold_alone(round)
    if round.cancelled_at:
        return
    if round.closed_at:
        raise RoundIsClosed(round)
    round.cancelled_at, round.cancelled_by, round.cancelled_why = now, by, why.strip()
    round.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_why"])
    outbox.skip(round.messages.all(), why=_("the round was withdrawn"), now=now)
    outbox.queue(
        Message.Kind.CANCELLED, round, round.invitations.standing().select_related("seat"), due_at=now, now=now
    )
    record(by, Verb.CANCELLED, round, at=now, why=round.cancelled_why)


def _still_running(round: Round, now: datetime) -> Round:
    """Lock the round's row and return it afresh; only while it is open and its deadline is to come."""
    round = hold_alone(round)
    if not round.is_open:
        raise RoundIsClosed(round)
    if now >= round.deadline_at:
        raise DeadlineHasPassed(round)
    return round


def _invite(
    round: Round, invitees: Sequence[Invitee], reminders: Sequence[datetime], now: datetime
) -> list[Invitation]:
    seats = [invitee.seat for invitee in invitees]
    if len({seat.pk for seat in seats}) < len(seats):
        raise ValidationError(_("Someone is on the list twice."), code="twice")
    if any(seat.product_id != round.product_id or not seat.is_current for seat in seats):
        raise ValidationError(_("Only people of this product can be asked."), code="stranger")
    known = {invitation.seat_id: invitation for invitation in round.invitations.all()}
    made = []
    for invitee in invitees:
        invitation = known.get(invitee.seat.pk)
        if invitation and invitation.removed_at is None:
            continue
        invitation = invitation or Invitation(round=round, seat=invitee.seat)
        invitation.removed_at = None
        invitation.is_required = invitee.is_required
        invitation.asked = invitee.asked
        invitation.weight = invitee.seat.weight
        invitation.department_id = invitee.seat.department_id
        invitation.created_at = now
        made.append(invitation)
    Invitation.objects.bulk_create([each for each in made if each.pk is None])
    for invitation in made:
        if invitation.seat_id in known:
            invitation.save()
    stamp = "" if not known else f"{now:%Y%m%dT%H%M%S}"
    outbox.queue(Message.Kind.INVITATION, round, made, due_at=now, now=now, name=stamp)
    for number, at in enumerate(reminders, start=1):
        outbox.queue(Message.Kind.REMINDER, round, made, due_at=at, now=now, name=f"{stamp}{number}")
    return made


def _waiting_reminders(round: Round) -> list[Message]:
    """Scheduled reminders that nobody has tried to send yet."""
    return list(round.messages.waiting().filter(kind=Message.Kind.REMINDER, claimed_at=None).select_related("seat"))


def _move_reminders(round: Round, to: Deadline, now: datetime) -> None:
    """Give every waiting reminder its new date, the sooner to the sooner; make the missing ones, skip the rest."""
    waiting = [message for message in _waiting_reminders(round) if message.due_at > now]
    old = sorted({message.due_at for message in waiting})
    new = reminder_rules.moved(old, round.deadline_at, to.at, to.zone, now)
    moves = dict(zip(old, new, strict=False))
    moving = [message for message in waiting if message.due_at in moves]
    surplus = [message.pk for message in waiting if message.due_at not in moves]
    for message in moving:
        message.due_at = moves[message.due_at]
    Message.objects.bulk_update(moving, ["due_at"])
    outbox.skip(Message.objects.filter(pk__in=surplus), why=_("the deadline moved"), now=now)
    people = list(round.invitations.silent().select_related("seat"))
    for at in new[len(old) :]:
        outbox.queue(
            Message.Kind.REMINDER, round, people, due_at=at, now=now, name=f"{to.at:%Y%m%dT%H%M}-{at:%Y%m%dT%H%M}"
        )
