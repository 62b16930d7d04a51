"""Reads what weights do: how far each may move, and what other ones would make of the ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from prioritization.models import WeightSet
from prioritization.queries.lineup import Lineup
from prioritization.queries.ranking import cut_rank
from prioritization.rules import what_if
from prioritization.rules.criteria import AskedCriterion
from prioritization.rules.scales import shares
from roadmap.models import Feature, Product
from stakeholders.queries.activity import ActivityLine, lines_of_kind

SHOWN_BELOW_THE_CUT = 8
SHOWN_AT_MOST = 40
NAMED = 3
GRID_STEPS = (-0.1, -0.05, 0.0, 0.05, 0.1)
HISTORY_READ, HISTORY_SHOWN = 60, 12


@dataclass(frozen=True)
class Stability:
    """Between which shares of one criterion, in [0, 1], things stay as they are: the first ones as a set, the whole order."""

    share: float
    top: tuple[float, float]
    order: tuple[float, float]

    @property
    def is_free(self) -> bool:
        """Whether no weight of it changes who is among the first."""
        return self.top == (0.0, 1.0)


@dataclass(frozen=True)
class Moved:
    """A feature under other weights; `then` and `now` are ranks, higher up is a smaller number."""

    feature: Feature
    now: int
    then: int
    score_now: float
    score_then: float
    is_in: bool
    was_in: bool

    @property
    def up(self) -> int:
        """Ranks gained; below 0 lost."""
        return self.now - self.then

    @property
    def enters(self) -> bool:
        return self.is_in and not self.was_in

    @property
    def leaves(self) -> bool:
        return self.was_in and not self.is_in


@dataclass(frozen=True)
class Preview:
    """What other weights would make of the ranking: nothing of it is saved.

    shares   the weights looked at, by criterion
    changed  how many features would have another rank
    rows     the first ones under the new weights, and those that would leave
    top      how many features are above the cut
    is_now   whether these are the weights in use
    """

    shares: dict[str, float]
    changed: int
    rows: list[Moved]
    top: int
    ranked: int
    is_now: bool

    @property
    def entering(self) -> list[Moved]:
        return [row for row in self.rows if row.enters]

    @property
    def leaving(self) -> list[Moved]:
        return [row for row in self.rows if row.leaves]


@dataclass(frozen=True)
class Cell:
    """A square of the grid: what is added to the two weights, and how many of the first would be replaced."""

    across: float
    down: float
    replaced: int | None


@dataclass(frozen=True)
class Grid:
    """What happens when two weights move at once; the rows go down by `second`, the columns across by `first`."""

    first: AskedCriterion
    second: AskedCriterion
    rows: list[list[Cell]]
    top: int

    @property
    def most(self) -> int:
        return max((cell.replaced or 0 for row in self.rows for cell in row), default=0)


def top_of(product: Product, found: Lineup, *, today: date) -> int:
    """Return how many features are "the first": those above the cut line, else above the run's, as other pages say it.

    Where everything is above the line, or nothing: ten, or half of a short list.
    """
    return cut_rank(product, today=today) or found.run.cut_after or min(10, max(1, len(found.ids) // 2))


def stabilities(found: Lineup, *, top: int) -> dict[str, Stability]:
    """Return how far each weight may move alone, by criterion key."""
    return {
        each.key: Stability(
            each.share,
            what_if.stable_top(found.points, found.shares, i, top=top),
            what_if.stable_order(found.points, found.shares, i),
        )
        for i, each in enumerate(found.criteria)
    }


def preview(product: Product, found: Lineup, weights: Mapping[str, float], *, top: int) -> Preview:
    """Return the ranking under other weights, by criterion key, as entered; one of them above 0. One query."""
    new = shares([weights[each.key] for each in found.criteria])
    order = what_if.order(found.points, new, found.ids)
    then = {at: rank for rank, at in enumerate(order, start=1)}
    shown = order[: min(top + SHOWN_BELOW_THE_CUT, SHOWN_AT_MOST)]
    leaving = [at for at in range(min(top, len(order))) if then[at] > top and at not in set(shown)]
    shown += sorted(leaving, key=then.__getitem__)[:SHOWN_AT_MOST]
    features = Feature.objects.in_bulk([found.ids[at] for at in shown])
    for feature in features.values():
        feature.product = product
    return Preview(
        shares=dict(zip((each.key for each in found.criteria), new, strict=True)),
        changed=sum(rank != at + 1 for at, rank in then.items()),
        rows=[
            Moved(
                feature=features[found.ids[at]],
                now=at + 1,
                then=then[at],
                score_now=found.scores[at],
                score_then=what_if.score(found.points[at], new),
                is_in=then[at] <= top,
                was_in=at < top,
            )
            for at in shown
            if found.ids[at] in features
        ],
        top=top,
        ranked=len(found.ids),
        is_now=all(abs(one - two) < 1e-9 for one, two in zip(new, found.shares, strict=True)),
    )


def grid(found: Lineup, criteria: Sequence[AskedCriterion], first: str, second: str, *, top: int) -> Grid | None:
    """Return what two weights would do together; the first two criteria where the keys are none.

    None with fewer than two criteria, or with nothing below the first `top` that could replace them.
    """
    by_key = {each.key: each for each in criteria}
    keys = [each.key for each in found.criteria if each.key in by_key]
    if len(keys) < 2 or top >= len(found.ids):
        return None
    one = first if first in keys else keys[0]
    two = second if second in keys and second != one else next(key for key in keys if key != one)
    places = {each.key: i for i, each in enumerate(found.criteria)}
    counted = what_if.grid(found.points, found.shares, places[one], places[two], GRID_STEPS, top=top)
    cells = [
        [Cell(across, down, replaced) for across, replaced in zip(GRID_STEPS, row, strict=True)]
        for down, row in zip(GRID_STEPS, counted, strict=True)
    ]
    return Grid(by_key[one], by_key[two], cells, top)


@dataclass(frozen=True)
class KeptSet:
    """A named set; `named` has the criteria's names, `is_whole` is False when the criteria have changed since."""

    row: WeightSet
    weights: dict[str, float]
    is_whole: bool
    named: list[tuple[str, float]]


def kept_sets(product: Product, criteria: Sequence[AskedCriterion]) -> list[KeptSet]:
    """Return the product's named weights by name; a criterion that they lack weighs 0 in them. One query."""
    keys = [each.key for each in criteria]
    return [
        KeptSet(
            row,
            {key: row.weights.get(key, 0) for key in keys},
            set(keys) == set(row.weights),
            [(each.name, row.weights.get(each.key, 0)) for each in criteria],
        )
        for row in WeightSet.objects.filter(product=product).select_related("made_by__user")
    ]


@dataclass(frozen=True)
class WeightChange:
    """One weight that somebody changed."""

    line: ActivityLine
    before: float
    after: float


def weight_history(product: Product) -> list[WeightChange]:
    """Return who changed which weight and when, the latest first: two queries."""
    return [
        WeightChange(line, before, after)
        for line in lines_of_kind("criterion", product=product, limit=HISTORY_READ)
        for what, before, after in line.changes
        if what == "weight"
    ][:HISTORY_SHOWN]
