"""Reads a round of confirmation: who said what, what it comes to, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadmap.models import Answer, Confirmation
from roadmap.rules.outcome import Choice, Outcome, Rule, Signer, Silence, from_plain, outcome
from roadmap.rules.snapshot import canonical
from roadmap.rules.working_days import working_days_after
from stakeholders import wording
from stakeholders.models import Invitation, Message, Round, Seat
from stakeholders.rules.voices import standing

STATES = {
    Choice.CONFIRM: "confirmed",
    Choice.CONCERNS: "concerns",
    Choice.OBJECT: "objects",
    Choice.ABSTAIN: "abstains",
    None: "silent",
}
"""The names of the agreement marks."""

LABELS = {
    "confirmed": gettext_lazy("Confirmed"),
    "concerns": gettext_lazy("With concerns"),
    "objects": gettext_lazy("Objects"),
    "abstains": gettext_lazy("Abstains"),
    "silent": gettext_lazy("No answer yet"),
}


REACHED_AFTER = 5
"""Working days after which silence may count as consent for the quorum."""


@dataclass(frozen=True)
class PersonRow:
    """One person asked, with the answer that stands.

    needs   as stakeholders.kinds.ShownAnswer
    by      the delegate who answered for the person; "" for the person
    """

    seat: Seat
    department: str
    is_required: bool
    state: str
    label: str
    said: str
    at: datetime | None
    needs: int
    features: tuple[str, ...]
    has_left: bool
    by: str = ""

    @property
    def name(self) -> str:
        """Whose answer it is; both names where somebody stood in."""
        full = self.seat.user.get_full_name()
        return _("%(who)s, by %(delegate)s") % {"who": full, "delegate": self.by} if self.by else full

    @property
    def signature(self) -> str:
        """The same with the person's department: "Stan Lindqvist (Sales), by Vera Vogel"."""
        full = self.seat.user.get_full_name()
        who = f"{full} ({self.department})" if self.department else full
        return _("%(who)s, by %(delegate)s") % {"who": who, "delegate": self.by} if self.by else who


@dataclass(frozen=True)
class DepartmentRow:
    name: str
    counts: Mapping[str, int]
    answered: int
    asked: int


def confirmation_of(round: Round) -> Confirmation:
    """Return the confirmation that a round is about, with its version and product loaded."""
    return Confirmation.objects.select_related("round", "version__product", "version__published_by__user").get(
        round=round
    )


def rule_of(confirmation: Confirmation) -> Rule:
    """Return the rule in exact shares: a stored 0.6666… means two thirds."""
    return Rule(
        quorum=Fraction(confirmation.quorum).limit_denominator(100),
        threshold=Fraction(confirmation.threshold).limit_denominator(100),
        silence=Silence(confirmation.silence),
    )


def last_answers(confirmation: Confirmation) -> dict[int, Answer]:
    """Return the answer that stands of each seat that has one, with its delegate and the features it names; four queries."""
    rows = confirmation.answers.select_related("entered_by__user").prefetch_related("features__feature__product")
    return standing(rows)


def signers(confirmation: Confirmation, *, now: datetime) -> list[Signer]:
    """Return everyone who is or was asked, with the answer that stands; four queries."""
    given = standing(confirmation.answers.only("seat_id", "entered_by_id", "verdict", "confirmation_id"))
    answers = {seat: Choice(answer.verdict) for seat, answer in given.items()}
    reached = _reached(confirmation, now) if confirmation.silence != Confirmation.Silence.NOTHING else set()
    return [
        Signer(
            seat=invitation.seat_id,
            is_required=invitation.is_required,
            choice=answers.get(invitation.seat_id),
            department=invitation.department_id,
            is_reached=invitation.seat_id in reached,
            has_left=invitation.removed_at is not None or invitation.seat.left_at is not None,
        )
        for invitation in confirmation.round.invitations.select_related("seat")
    ]


def _reached(confirmation: Confirmation, now: datetime) -> set[int]:
    zone = wording.as_zone(confirmation.round.zone)
    sent = Message.objects.filter(
        round=confirmation.round_id, kind=Message.Kind.INVITATION, sent_at__isnull=False, failed_at=None
    ).values_list("seat_id", "sent_at")
    today = now.astimezone(zone).date()
    return {seat for seat, at in sent if at and working_days_after(at.astimezone(zone).date(), today) >= REACHED_AFTER}


def outcome_of(confirmation: Confirmation, *, now: datetime) -> Outcome:
    """Return the outcome: as it was written when the round closed, or as it would be if it closed now."""
    stored = confirmation.round.outcome
    if confirmation.round.closed_at and stored:
        return from_plain(stored)
    return outcome(signers(confirmation, now=now), rule_of(confirmation))


def digest_of_answers(confirmation: Confirmation) -> str:
    """Return a SHA-256 over every answer row of a round, so that a change of one after closing can be found."""
    features: dict[int, list[int]] = {}
    named = confirmation.answers.filter(features__isnull=False).values_list("pk", "features__feature_id")
    for answer, feature in named:
        features.setdefault(answer, []).append(feature)
    rows = [
        [
            *(row.pk, row.seat_id, row.verdict, row.text, row.arrived_at, row.nonce, sorted(features.get(row.pk, []))),
            # rows of people who answered themselves are sealed as they were before anybody could stand in
            *([row.entered_by_id] if row.entered_by_id else []),
        ]
        for row in confirmation.answers.order_by("pk")
    ]
    return sha256(canonical(rows)).hexdigest()


def state_of(confirmation: Confirmation, now: datetime, invitation: Invitation | None = None) -> str:
    """Return open (takes answers), counting (deadline passed, no outcome yet), closed or cancelled.

    invitation  of the person who looks, who may have got more time than the others; its round is `confirmation.round`
    """
    round = confirmation.round
    if round.cancelled_at:
        return "cancelled"
    if round.closed_at:
        return "closed"
    return "open" if (invitation or round).takes_answers_at(now) else "counting"


# people


def people(confirmation: Confirmation) -> list[PersonRow]:
    """Return everyone who is or was asked, those first who need the manager most, then by name."""
    answers = last_answers(confirmation)
    rows = [
        _person(invitation, answers.get(invitation.seat_id))
        for invitation in confirmation.round.invitations.select_related("seat__user", "department")
    ]
    return sorted(rows, key=lambda row: (row.has_left, -row.needs, row.seat.user.get_full_name().casefold()))


def _person(invitation: Invitation, answer: Answer | None) -> PersonRow:
    state = STATES[Choice(answer.verdict) if answer else None]
    needs = {"objects": 3, "concerns": 2, "silent": 1 if invitation.is_required else 0}
    return PersonRow(
        seat=invitation.seat,
        department=invitation.department.name if invitation.department else "",
        is_required=invitation.is_required,
        state=state,
        label=str(LABELS[state]),
        said=answer.text if answer else "",
        at=answer.arrived_at if answer else None,
        needs=needs.get(state, 0),
        features=tuple(f"{each.feature.key} {each.feature.title}" for each in answer.features.all()) if answer else (),
        has_left=invitation.removed_at is not None or not invitation.seat.is_current,
        by=answer.entered_by.user.get_full_name() if answer and answer.entered_by else "",
    )


def counts(rows: Iterable[PersonRow], *, required_only: bool = False) -> dict[str, int]:
    """Return how many of those still asked are in which state, in the order of the marks."""
    found = dict.fromkeys(LABELS, 0)
    for row in rows:
        if not row.has_left and (row.is_required or not required_only):
            found[row.state] += 1
    return {state: count for state, count in found.items() if count}


def departments(rows: Sequence[PersonRow]) -> list[DepartmentRow]:
    """Return each department's answers, by name, people without one last."""
    groups: dict[str, list[PersonRow]] = {}
    for row in rows:
        if not row.has_left:
            groups.setdefault(row.department, []).append(row)
    found = []
    for name in sorted(groups, key=lambda name: (not name, name.casefold())):
        states = counts(groups[name])
        asked = sum(states.values())
        found.append(DepartmentRow(name or _("no department"), states, asked - states.get("silent", 0), asked))
    return found


@dataclass(frozen=True)
class NamedFeature:
    """A feature that concerns or objections name, with whose."""

    title: str
    state: str
    people: tuple[str, ...]


def named_features(rows: Iterable[PersonRow]) -> list[NamedFeature]:
    """Return the features that standing answers name, those objected to first, then by how many name them."""
    found: dict[str, list[PersonRow]] = {}
    for row in rows:
        if not row.has_left:
            for title in row.features:
                found.setdefault(title, []).append(row)
    named = [
        NamedFeature(
            title=title,
            state="objects" if any(row.state == "objects" for row in people) else "concerns",
            people=tuple(row.name for row in people),
        )
        for title, people in found.items()
    ]
    return sorted(named, key=lambda each: (each.state != "objects", -len(each.people), each.title))
