"""What one person sees of their ballot: the features asked, in their own order, and their answers so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from prioritization.models import Ballot, Rating, VotingRound
from prioritization.rules.ballots import NO_OPINION, SCALE, next_open, seconds_for, shuffled
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Feature


@dataclass(frozen=True)
class Choice:
    """One of the buttons in a row."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Cell:
    """One criterion of one feature; `answer` is "1".."5", "none" for no opinion, "" for not answered."""

    criterion: AskedCriterion
    answer: str

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


def sheet(ballot: Ballot) -> Sheet:
    """Return a ballot with everything that its pages show, in two queries however long it is."""
    criteria = criteria_for(ballot.voting, ballot.invitation.department_id)
    features = {
        each.pk: each
        for each in Feature.objects.filter(asked_in__voting=ballot.voting_id).only(
            "number", "title", "summary", "description"
        )
    }
    given = {
        (feature_id, criterion): NO_OPINION if value is None else str(value)
        for feature_id, criterion, value in Rating.objects.filter(ballot=ballot).values_list(
            "feature_id", "criterion", "value"
        )
    }
    asked = [
        Asked(number, features[pk], [Cell(each, given.get((pk, each.key), "")) for each in criteria])
        for number, pk in enumerate(shuffled(features, ballot.seed), start=1)
    ]
    return Sheet(ballot, criteria, asked)
