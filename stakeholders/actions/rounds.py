"""Opening a round, and who is asked in it while it is open; and withdrawing it.

How it takes answers and closes is in `closing`, how its deadline moves in `extending`, how people are reminded in
`reminding`. All of these run in one transaction; an upper app calls
`open_round` in its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from stakeholders import kinds
from stakeholders.actions import outbox
from stakeholders.actions.closing import RoundIsClosed, hold_alone
from stakeholders.actions.delegation_mail import release_delegates
from stakeholders.actions.people import NewPerson, add_people
from stakeholders.activity import record
from stakeholders.models import Invitation, Message, Round, Seat, Verb
from stakeholders.rules import reminders as reminder_rules
from stakeholders.rules import tokens
from stakeholders.rules.deadlines import Deadline


@dataclass(frozen=True, slots=True)
class Invitee:
    """A seat to be asked. `asked` is the number of cells (voting) or 1 (confirming)."""

    seat: Seat
    is_required: bool = True
    asked: int = 1


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
    public_id: str = "",
) -> Round:
    """Open a round, and queue its invitations and reminders.

    deadline   as `rules.deadlines.read` returns it; after `now`
    invitees   at least one; weight and department are taken from the seat and frozen
    reminders  instants between now and the deadline; None for those that fit its length, [] for none
    replaces   the round that this one does over
    public_id  what it shall be called; a second round of the same name is refused. "" for a new one

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
        public_id=public_id or tokens.public_id(),
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

    Someone who was removed before is asked again, with weight and department of today. Raises RoundIsClosed, and
    DeadlineHasPassed also where only someone with more time may still answer.
    """
    round = still_running(round, now)
    if now >= round.deadline_at:
        raise DeadlineHasPassed(round)
    waiting = round.messages.untried_reminders().filter(due_at__gt=now, due_at__lt=round.deadline_at)
    with_more_time = round.invitations.filter(extended_to__gt=round.deadline_at).values("seat")
    coming = sorted(set(waiting.exclude(seat__in=with_more_time).values_list("due_at", flat=True)))
    made = _invite(round, list(invitees), coming, now)
    set_last_deadline(round)
    for invitation in made:
        record(by, Verb.INVITED, round, at=now, seat=invitation.seat_id)
    return made


@transaction.atomic
def invite_with_newcomers(
    round: Round,
    *,
    invitees: Iterable[Invitee],
    newcomers: Sequence[NewPerson],
    is_required: bool = True,
    by: Seat,
    now: datetime,
) -> list[Invitation]:
    """As `invite`, and for people as well who get a seat first; `is_required` is about these.

    Raises ValidationError, and leaves no seat behind, when one of them could answer nothing in this round.
    """
    round, kind = still_running(round, now), kinds.kind_of(round)
    add_people(round.product, newcomers, by=by, now=now)
    seats = Seat.objects.current().filter(product=round.product_id, user__email__in=[each.email for each in newcomers])
    more = [
        Invitee(seat, is_required=is_required, asked=kind.asks(round, seat))
        for seat in seats.select_related("user", "department")
    ]
    if mute := [each.seat.user.get_full_name() for each in more if not each.asked]:
        words = _("%(names)s may give no answer in this round: what it asks is for other departments.")
        raise ValidationError(words, code="nothing-to-answer", params={"names": ", ".join(mute)})
    return invite(round, invitees=[*invitees, *more], by=by, now=now)


@transaction.atomic
def remove_invitation(invitation: Invitation, *, by: Seat, now: datetime) -> None:
    """Take an invitation back: the person is not asked, reminded or counted any more. What they answered is kept."""
    round = still_running(invitation.round, now)
    if not Invitation.objects.filter(pk=invitation.pk, removed_at=None).update(removed_at=now):
        return
    outbox.skip(round.messages.filter(seat=invitation.seat_id), why=_("not asked any more"), now=now)
    set_last_deadline(round)
    record(by, Verb.REMOVED, round, at=now, seat=invitation.seat_id)


def mark_opened(round: Round, seat: Seat, *, now: datetime) -> None:
    """Note when the person first came in, by the button of their link or of the door; later times change nothing."""
    Invitation.objects.filter(round=round, seat=seat, opened_at=None).update(opened_at=now)


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
    release_delegates(round, now=now)
    kinds.kind_of(round).on_withdraw(round, now)
    record(by, Verb.CANCELLED, round, at=now, why=round.cancelled_why)


def still_running(round: Round, now: datetime) -> Round:
    """Lock the round's row and return it afresh; only while it is open and someone who is asked has time left.

    Call it first in the transaction. Raises RoundIsClosed and DeadlineHasPassed.
    """
    round = hold_alone(round)
    if not round.is_open:
        raise RoundIsClosed(round)
    if now >= round.closes_at:
        raise DeadlineHasPassed(round)
    return round


def set_last_deadline(round: Round) -> None:
    """Write down until when the last person asked has time, after something has changed about that. Needs the lock."""
    latest = round.invitations.standing().aggregate(latest=Max("extended_to"))["latest"]
    latest = latest if latest and latest > round.deadline_at else None
    if round.last_deadline_at != latest:
        round.last_deadline_at = latest
        round.save(update_fields=["last_deadline_at"])


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
        invitation.removed_at = invitation.extended_to = None
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
