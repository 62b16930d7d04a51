"""What a manager sees who enters a person's answers: what can be entered, and never what the person answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prioritization.models import Ballot, Rating
from prioritization.queries.ballot import criteria_for
from prioritization.rules.ballots import NO_OPINION, SCALE
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Feature
from stakeholders.models import Round
from stakeholders.queries.delegation import delegates_of


@dataclass(frozen=True, slots=True)
class EntryCell:
    """One criterion of one feature.

    name    the field's name
    chosen  what a manager entered before: "1".."5", "none", or ""
    taken   "own" or "delegate" where somebody with more right has answered: then there is nothing to enter
    """

    name: str
    criterion: AskedCriterion
    chosen: str = ""
    taken: str = ""

    @property
    def choices(self) -> list[tuple[str, bool]]:
        return [(str(value), self.chosen == str(value)) for value in SCALE]

    @property
    def is_no_opinion(self) -> bool:
        return self.chosen == NO_OPINION


@dataclass(frozen=True, slots=True)
class EntryRow:
    feature: Feature
    cells: Sequence[EntryCell]


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """A whole ballot to enter, in the order in which the round asks."""

    criteria: Sequence[AskedCriterion]
    rows: Sequence[EntryRow]

    @property
    def open(self) -> int:
        """How many cells can be entered."""
        return sum(not cell.taken for row in self.rows for cell in row.cells)


def field_name(feature_id: int, criterion: str) -> str:
    return f"f{feature_id}-{criterion}"


def entry_sheet(ballot: Ballot, typed: Mapping[str, str] | None = None) -> EntrySheet:
    """Return the cells of somebody's ballot for a manager, in three queries; a value that they gave is not in it.

    typed  what a form brought that was refused: it stays in its cells
    """
    seat = ballot.invitation.seat_id
    criteria = criteria_for(ballot.voting, ballot.invitation.department_id)
    delegate = delegates_of(ballot.invitation.round, [seat]).get(seat)
    held = {(each.feature_id, each.criterion): each for each in Rating.objects.filter(ballot=ballot)}
    features = Feature.objects.filter(asked_in__voting=ballot.voting_id).order_by("asked_in__position")
    rows, typed = [], typed or {}
    for feature in features.only("number", "title", "product_id").distinct():
        feature.product = ballot.invitation.round.product
        cells = [_cell(feature, each, held.get((feature.pk, each.key)), delegate, typed) for each in criteria]
        rows.append(EntryRow(feature, cells))
    return EntrySheet(criteria, rows)


def _cell(
    feature: Feature, criterion: AskedCriterion, rating: Rating | None, delegate: int | None, typed: Mapping[str, str]
) -> EntryCell:
    name = field_name(feature.pk, criterion.key)
    if rating is None:
        return EntryCell(name, criterion, chosen=typed.get(name, ""))
    if rating.entered_by_id is None:
        return EntryCell(name, criterion, taken="own")
    if rating.entered_by_id == delegate:
        return EntryCell(name, criterion, taken="delegate")
    held = NO_OPINION if rating.value is None else str(rating.value)
    return EntryCell(name, criterion, chosen=typed.get(name, held))


def given_for(round: Round) -> dict[int, list[str]]:
    """Return seat id -> names of those who gave answers in its place that still stand; one query."""
    rows = (
        Rating.objects.filter(ballot__voting__round=round, entered_by__isnull=False)
        .order_by("entered_by__user__name")
        .values_list("ballot__invitation__seat_id", "entered_by__user__name", "entered_by__user__email")
        .distinct()
    )
    found: dict[int, list[str]] = {}
    for seat, name, email in rows:
        found.setdefault(seat, []).append(name or email.partition("@")[0])
    return found
