"""Reminding the silent: by hand, on dates that a manager sets, and how those dates follow a deadline that moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders.actions import outbox
from stakeholders.actions.links import seats_without_link
from stakeholders.actions.rounds import still_running
from stakeholders.activity import record
from stakeholders.models import Delegation, Invitation, Message, Round, Seat, Verb
from stakeholders.queries.delegation import stand_ins_of
from stakeholders.rules import reminders as reminder_rules


@dataclass(frozen=True, slots=True)
class Reminded:
    """Whom a manager's reminder reached, and whom it did not.

    Those had answered, got a mail within the hour, or are out of reach: they want no reminders, or their link was ended.
    """

    reminded: Sequence[Invitation]
    answered: Sequence[Invitation]
    lately: Sequence[Invitation]
    out_of_reach: Sequence[Invitation] = ()


@transaction.atomic
def remind(round: Round, *, invitations: Iterable[int], by: Seat, now: datetime) -> Reminded:
    """Remind the silent among these invitations (ids) of an open round at once, those who still have time; each at most
    once an hour. For a person who has named a delegate it is the delegate who gets the mail.

    Two managers who press at the same moment wait for each other, so nobody gets two mails. Raises RoundIsClosed and
    DeadlineHasPassed.
    """
    round = still_running(round, now)
    asked = round.invitations.standing().filter(pk__in=list(invitations)).select_related("round", "seat__user")
    shown = [each for each in asked if each.takes_answers_at(now)]
    lately_mailed = set(
        round.messages.exclude(kind=Message.Kind.RECEIPT)
        .filter(skipped_at=None, failed_at=None, due_at__gt=now - outbox.APART, due_at__lte=now)
        .values_list("seat_id", flat=True)
    ) | set(
        round.messages.exclude(kind=Message.Kind.RECEIPT)
        .filter(sent_at__gt=now - outbox.APART)
        .values_list("seat_id", flat=True)
    )
    instead = stand_ins_of(round)
    lately_mailed |= {each.seat_id for each in shown if is_told_lately(instead.get(each.pk), now)}
    without_link = seats_without_link(round)
    answered = [each for each in shown if each.answered_at]
    silent = [each for each in shown if not each.answered_at]
    out_of_reach = [
        each for each in silent if each.pk not in instead and (each.no_reminders_at or each.seat_id in without_link)
    ]
    lately = [each for each in silent if each not in out_of_reach and each.seat_id in lately_mailed]
    reminded = [each for each in silent if each not in out_of_reach and each.seat_id not in lately_mailed]
    outbox.queue(Message.Kind.REMINDER, round, reminded, due_at=now, now=now, name=f"by-hand-{now:%Y%m%dT%H%M%S}")
    if reminded:
        record(by, Verb.REMINDED, round, at=now, seats=[each.seat_id for each in reminded])
    return Reminded(reminded, answered, lately, out_of_reach)


def is_told_lately(stand_in: Delegation | None, now: datetime) -> bool:
    """Whether the one who gets a person's reminders was asked to answer for them within the hour."""
    return stand_in is not None and stand_in.told_at > now - outbox.APART


@transaction.atomic
def change_reminders(round: Round, *, to: Sequence[datetime], by: Seat, now: datetime) -> Round:
    """Send the reminders still to come at these instants instead; [] sends none. Repeating it changes nothing.

    to  instants after now; nobody gets one after their own deadline. Those sent by now stay sent.

    Raises RoundIsClosed, DeadlineHasPassed, and ValidationError for an instant that is not between now and the deadline.
    """
    round = still_running(round, now)
    to = sorted(set(to))
    if any(not now < at < round.closes_at for at in to):
        raise ValidationError(_("A reminder belongs between now and the deadline."), code="reminder")
    waiting = round.messages.untried_reminders().filter(due_at__gt=now)
    before = sorted(set(waiting.values_list("due_at", flat=True)))
    if before == to:
        return round
    outbox.skip(waiting.exclude(due_at__in=to), why=_("the reminders were changed"), now=now)
    people = list(round.invitations.silent().select_related("round", "seat"))
    planned = set(waiting.filter(due_at__in=to).values_list("seat_id", "due_at"))
    for at in to:
        lacking = [each for each in people if at < each.deadline_at and (each.seat_id, at) not in planned]
        queue_reminders(round, lacking, at=at, now=now)
    record(by, Verb.CHANGED, round, at=now, changes={"reminders": [before, to]})
    return round


def queue_reminders(round: Round, people: Iterable[Invitation], *, at: datetime, now: datetime) -> None:
    """Plan a reminder to these people at an instant to come; one that was given up before comes back."""
    outbox.queue(
        Message.Kind.REMINDER, round, people, due_at=at, now=now, name=f"{now:%Y%m%dT%H%M%S%f}-{at:%Y%m%dT%H%M}"
    )


def move_reminders(
    round: Round, people: Sequence[Invitation], *, before: datetime, after: datetime, zone: str, now: datetime
) -> None:
    """Give these people's waiting reminders their new dates, the sooner to the sooner; make the missing ones, skip the rest.

    before, after  their deadline until now, and the later one
    zone           in which a reminder keeps its hour
    """
    waiting = list(
        round.messages.untried_reminders().filter(due_at__gt=now, seat__in=[each.seat_id for each in people])
    )
    old = sorted({message.due_at for message in waiting})
    new = reminder_rules.moved(old, before, after, zone, now)
    moves = dict(zip(old, new, strict=False))
    moving = [message for message in waiting if message.due_at in moves]
    surplus = [message.pk for message in waiting if message.due_at not in moves]
    for message in moving:
        message.due_at = moves[message.due_at]
    Message.objects.bulk_update(moving, ["due_at"])
    outbox.skip(Message.objects.filter(pk__in=surplus), why=_("the deadline moved"), now=now)
    silent = [each for each in people if each.answered_at is None]
    for at in new[len(old) :]:
        queue_reminders(round, silent, at=at, now=now)
