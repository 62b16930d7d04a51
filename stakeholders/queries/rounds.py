"""Rounds as their pages print them: the list, and the manager's page of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from stakeholders import kinds
from stakeholders.actions.links import seats_without_link
from stakeholders.actions.outbox import APART
from stakeholders.actions.reminding import is_told_lately
from stakeholders.kinds import Conclusion, ShownAnswer, Words
from stakeholders.models import Delegation, Extension, Invitation, Message, Round
from stakeholders.queries.delegation import stand_ins_of
from stakeholders.rules import answer_chart
from stakeholders.rules.answer_chart import Chart

SORTS = ("needs", "department", "newest")
SILENT = ("silent", "started")
CONTACTS = (Message.Kind.INVITATION, Message.Kind.REMINDER, Message.Kind.EXTENSION)
"""The mails that ask for an answer."""


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in the list: who was asked, how many have answered, and what came of it."""

    round: Round
    noun: Words
    asked: int
    answered: int
    sentence: str

    @property
    def share(self) -> float:
        return self.answered / self.asked if self.asked else 0


@dataclass(frozen=True, slots=True)
class Rounds:
    open: Sequence[RoundLine]
    over: Sequence[RoundLine]


def rounds_of(product: Any) -> Rounds:
    """Return a product's rounds: the open ones by deadline, those that are over by when they ended, latest first."""
    rows = (
        Round.objects.filter(product=product, opened_at__isnull=False)
        .select_related("opened_by__user")
        .annotate(
            asked=Count("invitations", filter=STANDING),
            answered=Count("invitations", filter=STANDING & Q(invitations__answered_at__isnull=False)),
        )
    )
    lines = [
        RoundLine(
            round=row,
            noun=kinds.kind_of(row).noun,
            asked=row.asked,
            answered=row.answered,
            sentence=(row.outcome or {}).get("sentence", ""),
        )
        for row in rows
    ]
    return Rounds(
        open=sorted((line for line in lines if line.round.is_open), key=lambda line: line.round.deadline_at),
        over=sorted(
            (line for line in lines if not line.round.is_open),
            key=lambda line: line.round.closed_at or line.round.cancelled_at,
            reverse=True,
        ),
    )


STANDING = Q(invitations__removed_at=None, invitations__seat__left_at=None)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A row of the people table: the answer, and the last that was sent to someone who has not given one."""

    invitation: Invitation
    answer: ShownAnswer
    contact: Message | None
    takes_answers: bool
    may_be_reminded: bool
    has_no_link: bool = False
    waiting: Message | None = None
    entry_url: str = ""
    stand_in: Delegation | None = None

    @property
    def is_silent(self) -> bool:
        return self.answer.state in SILENT


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """How one department stands; `counts` is state -> people, in the order of the marks."""

    pk: int | None
    name: str
    counts: Mapping[str, int]
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """Reminders of one instant: how many went out and how many of those have answered since; or still to come."""

    due_at: datetime
    sent: int
    answered_since: int
    waiting: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Everything that the manager's page of a round shows."""

    round: Round
    noun: Words
    conclusion: Conclusion
    rule: Words
    part_url: str
    counts: Mapping[str, int]
    people: Sequence[PersonLine]
    departments: Sequence[DepartmentLine]
    reminders: Sequence[ReminderLine]
    extensions: Sequence[Extension]
    chart: Chart

    @property
    def asked(self) -> int:
        return sum(self.counts.values())

    @property
    def to_remind(self) -> Sequence[PersonLine]:
        """The silent people of the rows shown who may get a mail now: what the button names is what is sent."""
        return [line for line in self.people if line.may_be_reminded]

    @property
    def still_have_time(self) -> Sequence[PersonLine]:
        """Those who may answer longer than the others, of the rows shown."""
        return [line for line in self.people if line.takes_answers and line.invitation.has_more_time]

    @property
    def going_out(self) -> Sequence[PersonLine]:
        """Silent people whose mail is due and has not gone out yet."""
        return [line for line in self.people if line.is_silent and line.waiting]

    @property
    def out_of_reach(self) -> int:
        """How many silent people want no reminders, or have no link by which to answer."""
        return sum(
            line.is_silent and _is_out_of_reach(line.invitation, line.has_no_link, line.stand_in)
            for line in self.people
        )

    @property
    def reminded_lately(self) -> bool:
        """Whether every silent person who can be reminded had a mail within the hour."""
        silent = [line for line in self.people if line.is_silent]
        return len(silent) > self.out_of_reach and not self.to_remind and not self.going_out


def round_page(round: Round, *, now: datetime, sort: str = "needs", department: str = "") -> RoundPage:
    """Return the manager's page of a round, in a number of queries that does not grow with the people asked.

    sort        one of SORTS
    department  id of the one whose people are shown; "" for all, "none" for those without
    """
    kind = kinds.kind_of(round)
    invitations = list(round.invitations.standing().select_related("seat__user", "department"))
    answers = kind.answers(round)
    messages = list(round.messages.exclude(kind=Message.Kind.RECEIPT))
    lines = _people(round, invitations, answers, messages, now)
    shown = [line for line in lines if department in ("", _department_key(line.invitation))]
    return RoundPage(
        round=round,
        noun=kind.noun,
        conclusion=kind.conclusion(round, now),
        rule=kind.rule(round),
        part_url=kind.part_url(round),
        counts=_counts(lines),
        people=sorted(shown, key=_order(sort)),
        departments=_departments(lines),
        reminders=_reminders(messages, {each.seat_id: each.answered_at for each in invitations}),
        extensions=list(round.extensions.select_related("by__user", "seat__user")),
        chart=answer_chart.draw(
            round.opened_at or now,
            round.closes_at,
            round.closed_at or round.cancelled_at or now,
            [each.answered_at for each in invitations if each.answered_at],
            asked=len(invitations),
            reminders=[m.due_at for m in messages if m.kind == Message.Kind.REMINDER and m.sent_at],
            zone=round.zone,
        ),
    )


def planned(round: Round, now: datetime) -> list[datetime]:
    """Return when those who are silent then will be reminded: instants to come, each once, rising."""
    waiting = round.messages.untried_reminders().filter(due_at__gt=now)
    return list(waiting.order_by("due_at").values_list("due_at", flat=True).distinct())


def _people(
    round: Round,
    invitations: Sequence[Invitation],
    answers: Mapping[int, ShownAnswer],
    messages: Sequence[Message],
    now: datetime,
) -> list[PersonLine]:
    silent = ShownAnswer("silent", "", needs=1)
    last: dict[int, Message] = {}
    waiting: dict[int, Message] = {}
    lately: set[int] = set()
    without_link, kind = seats_without_link(round), kinds.kind_of(round)
    instead = stand_ins_of(round)
    for message in sorted(messages, key=lambda each: each.sent_at or each.failed_at or each.due_at):
        seat = message.seat_id or 0
        if message.kind in CONTACTS and (message.sent_at or message.failed_at):
            last[seat] = message
        if message.sent_at and message.sent_at > now - APART:
            lately.add(seat)
        if message.due_at <= now and not (message.sent_at or message.failed_at or message.skipped_at):
            waiting[seat] = message
    for each in invitations:
        each.round = round
    return [
        PersonLine(
            invitation=each,
            answer=answers.get(each.seat_id, silent),
            contact=last.get(each.seat_id),
            takes_answers=each.takes_answers_at(now),
            may_be_reminded=each.takes_answers_at(now)
            and each.answered_at is None
            and each.seat_id not in lately
            and each.seat_id not in waiting
            and not is_told_lately(instead.get(each.pk), now)
            and not _is_out_of_reach(each, each.seat_id in without_link, instead.get(each.pk)),
            has_no_link=each.seat_id in without_link,
            entry_url=kind.entry_url(each) if each.takes_answers_at(now) else "",
            waiting=waiting.get(each.seat_id),
            stand_in=instead.get(each.pk),
        )
        for each in invitations
    ]


def _is_out_of_reach(invitation: Invitation, has_no_link: bool, stand_in: Delegation | None) -> bool:
    return stand_in is None and bool(invitation.no_reminders_at or has_no_link)


def _order(sort: str) -> Any:
    def name(line: PersonLine) -> str:
        return line.invitation.seat.user.get_full_name().casefold()

    if sort == "department":
        return lambda line: (str(line.invitation.department or "~").casefold(), -line.answer.needs, name(line))
    if sort == "newest":
        return lambda line: (-(line.answer.at.timestamp() if line.answer.at else 0), name(line))
    return lambda line: (
        -line.answer.needs,
        -(line.answer.at.timestamp() if line.answer.at and not line.answer.needs else 0),
        name(line),
    )


def _counts(lines: Sequence[PersonLine]) -> Mapping[str, int]:
    return Counter(line.answer.state for line in lines)


def _department_key(invitation: Invitation) -> str:
    return str(invitation.department_id or "none")


def _departments(lines: Sequence[PersonLine]) -> list[DepartmentLine]:
    groups: dict[str, list[PersonLine]] = {}
    for line in lines:
        groups.setdefault(_department_key(line.invitation), []).append(line)
    found = [
        DepartmentLine(
            pk=group[0].invitation.department_id,
            name=str(group[0].invitation.department or ""),
            counts=_counts(group),
            answered=sum(not line.is_silent for line in group),
            asked=len(group),
        )
        for group in groups.values()
    ]
    return sorted(found, key=lambda each: (each.pk is None, each.name.casefold()))


def _reminders(messages: Sequence[Message], answered: Mapping[int, datetime | None]) -> list[ReminderLine]:
    by_due: dict[datetime, list[Message]] = {}
    for message in messages:
        if message.kind == Message.Kind.REMINDER:
            by_due.setdefault(message.due_at, []).append(message)
    lines = []
    for due_at, group in sorted(by_due.items()):
        sent = [message for message in group if message.sent_at]
        since = [
            message
            for message in sent
            if (at := answered.get(message.seat_id or 0)) and message.sent_at and at > message.sent_at
        ]
        waiting = sum(not (message.sent_at or message.skipped_at or message.failed_at) for message in group)
        if sent or waiting:
            lines.append(ReminderLine(due_at, len(sent), len(since), waiting, is_last=False))
    if lines and lines[-1].waiting:
        lines[-1] = ReminderLine(lines[-1].due_at, lines[-1].sent, lines[-1].answered_since, lines[-1].waiting, True)
    return lines
