"""What one person sees of their ballot: the features asked, in their own order, and their answers so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from prioritization.models import Ballot, Rating, VotingRound
from prioritization.rules.ballots import NO_OPINION, SCALE, next_open, seconds_for, shuffled
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Feature
from stakeholders.models import Seat

Cells = dict[tuple[int, str], str]
"""(feature id, criterion) -> "1".."5", or "none" for no opinion."""


@dataclass(frozen=True)
class Choice:
    """One of the buttons in a row."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Cell:
    """One criterion of one feature; `answer` is "1".."5", "none" for no opinion, "" for not answered.

    last  what the same person answered in an earlier round, written the same way; shown as such, never chosen
    """

    criterion: AskedCriterion
    answer: str
    last: str = ""

    @property
    def choices(self) -> list[Choice]:
        return [Choice(str(value), str(value), self.answer == str(value)) for value in SCALE]

    @property
    def is_answered(self) -> bool:
        return bool(self.answer)

    @property
    def is_no_opinion(self) -> bool:
        return self.answer == NO_OPINION

    @property
    def anchor(self) -> str:
        """The words of the chosen end, if an end was chosen."""
        return {"1": self.criterion.low_anchor, "5": self.criterion.high_anchor}.get(self.answer, "")


@dataclass(frozen=True)
class Asked:
    """One feature on the ballot; `number` is its place in this person's order, from 1."""

    number: int
    feature: Feature
    cells: list[Cell]

    @property
    def answered(self) -> int:
        return sum(cell.is_answered for cell in self.cells)

    @property
    def is_complete(self) -> bool:
        return all(cell.is_answered for cell in self.cells)

    @property
    def answers(self) -> dict[str, str]:
        """What stands, as a page is told: criterion -> "1".."5", "none", or "" for not answered."""
        return {cell.criterion.key: cell.answer for cell in self.cells}

    @property
    def is_skipped(self) -> bool:
        """Answered, but with no opinion on anything."""
        return self.is_complete and all(cell.is_no_opinion for cell in self.cells)


@dataclass(frozen=True)
class Segment:
    """A piece of the progress bar, which is 1000 wide; `state` is "done" or "here"."""

    state: str
    x: str
    width: str


@dataclass(frozen=True)
class Sheet:
    """A whole ballot."""

    ballot: Ballot
    criteria: list[AskedCriterion]
    asked: list[Asked]
    given_by: tuple[str, ...] = ()
    """Who gave answers in the person's place."""
    given: int = 0
    """How many."""

    @property
    def cells(self) -> int:
        return len(self.asked) * len(self.criteria)

    @cached_property
    def answered(self) -> int:
        return sum(each.answered for each in self.asked)

    @cached_property
    def complete(self) -> int:
        return sum(each.is_complete for each in self.asked)

    @property
    def missing(self) -> int:
        return self.cells - self.answered

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def seconds(self) -> float:
        """How long the whole of it takes."""
        return seconds_for(self.cells)

    @property
    def seconds_left(self) -> float:
        return seconds_for(self.missing)

    @property
    def is_done(self) -> bool:
        return self.ballot.done_at is not None

    @property
    def has_last(self) -> bool:
        """Whether anything asked was answered by this person in an earlier round."""
        return any(cell.last for each in self.asked for cell in each.cells)

    def next_open(self, after: int = 0) -> int | None:
        """The number of the next feature with something unanswered; None when there is none."""
        return next_open({each.number for each in self.asked if each.is_complete}, len(self.asked), after=after)

    def segments(self, here: int) -> list[Segment]:
        """The pieces to draw of the progress bar, with a gap between them: complete features, and the one that is open."""
        step = 1000 / max(len(self.asked), 1)
        states = {each.number: "done" for each in self.asked if each.is_complete} | {here: "here"}
        return [
            Segment(state, f"{(number - 1) * step:.1f}", f"{max(step - 5, step * 0.7):.1f}")
            for number, state in sorted(states.items())
        ]

    def at(self, number: int) -> Asked | None:
        return self.asked[number - 1] if 0 < number <= len(self.asked) else None


def criteria_for(voting: VotingRound, department_id: int | None) -> list[AskedCriterion]:
    """Return the criteria of a voting round, as frozen at its opening, that this department may rate."""
    frozen = [AskedCriterion.from_json(terms) for terms in voting.criteria]
    return [each for each in frozen if each.may_be_rated_by(department_id)]


def sheet(ballot: Ballot, *, with_last: bool = False) -> Sheet:
    """Return a ballot with everything that its pages show, in two queries however long it is.

    with_last  also what the person answered in earlier rounds: one query more

    Whoever stands in for the person sees neither what they answered in person, nor earlier: nobody sees others' answers.
    """
    criteria = criteria_for(ballot.voting, ballot.invitation.department_id)
    features = {
        each.pk: each
        for each in Feature.objects.filter(asked_in__voting=ballot.voting_id)
        .select_related("owner__user")
        .only("number", "title", "summary", "description", "product_id", "owner__user__name")
    }
    stands_in = ballot.invitation.standing_in is not None
    ratings = Rating.objects.filter(ballot=ballot)
    rows = list(ratings.values_list("feature_id", "criterion", "value", "entered_by_id"))
    given = as_shown((feature, key, value) for feature, key, value, by in rows if by or not stands_in)
    entered_by = [] if stands_in else [by for *_cell, by in rows if by]
    last = _last_time(ballot, features) if with_last and not stands_in else {}
    asked = [
        Asked(
            number,
            features[pk],
            [Cell(each, given.get((pk, each.key), ""), last.get((pk, each.key), "")) for each in criteria],
        )
        for number, pk in enumerate(shuffled(features, ballot.seed), start=1)
    ]
    return Sheet(ballot, criteria, asked, _names(entered_by), len(entered_by))


def _names(seats: Collection[int]) -> tuple[str, ...]:
    """Return the names of these seats; no query where nobody stood in."""
    found = Seat.objects.filter(pk__in=set(seats)).select_related("user") if seats else []
    return tuple(sorted(each.user.get_full_name() for each in found))


def _last_time(ballot: Ballot, feature_ids: Collection[int]) -> Cells:
    """Return this person's latest answers about these features in rounds that opened before; withdrawn ones say nothing."""
    invitation = ballot.invitation
    earlier = Rating.objects.filter(
        feature_id__in=feature_ids,
        ballot__invitation__seat=invitation.seat_id,
        ballot__voting__round__opened_at__lt=invitation.round.opened_at,
        ballot__voting__round__cancelled_at=None,
    )
    return as_shown(earlier.order_by("arrived_at", "pk").values_list("feature_id", "criterion", "value"))


def as_shown(ratings: Iterable[tuple[int, str, int | None]]) -> Cells:
    """Return (feature id, criterion) -> "1".."5" or "none"; of several the last in their order."""
    return {
        (feature_id, criterion): NO_OPINION if value is None else str(value) for feature_id, criterion, value in ratings
    }


def feature_at(ballot: Ballot, number: int) -> int | None:
    """Return the id of the feature at a place of this person's order, from 1; None where there is none. One query."""
    order = shuffled(ballot.voting.feature_ids, ballot.seed)
    return order[number - 1] if 0 < number <= len(order) else None
