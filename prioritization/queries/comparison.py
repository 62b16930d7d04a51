"""Reads two features side by side: which is better and how surely, criterion by criterion, and what would flip them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import NormalDist

from prioritization.queries.explanation import Explanation
from prioritization.queries.lineup import points_of
from prioritization.queries.ranking import Weighed, weighed_criteria
from prioritization.rules import what_if
from prioritization.rules.rounding import round_to_total

NO_WEIGHT = 5e-4
"""Less than a twentieth of a point of weight is said of nobody."""


@dataclass(frozen=True)
class Row:
    """One criterion: the means after the pull, and the points that it gives each score; `gap` is one less other."""

    name: str
    share: float
    one_mean: float
    other_mean: float
    one: Decimal
    other: Decimal

    @property
    def gap(self) -> Decimal:
        return self.one - self.other


@dataclass(frozen=True)
class Shift:
    """Weight that would have to move, as a share in [0, 1], from one criterion to another."""

    share: float
    giver: str
    taker: str


@dataclass(frozen=True)
class Level:
    """One criterion's weight now and at the nearest weights at which two features are level, in points of a hundred."""

    key: str
    name: str
    now: Decimal
    then: Decimal

    @property
    def change(self) -> Decimal:
        return self.then - self.now


@dataclass(frozen=True)
class DepartmentPair:
    """A department's means on both, in points; None where it did not vote on that one."""

    name: str
    one: float | None
    other: float | None

    @property
    def gap(self) -> float | None:
        return None if self.one is None or self.other is None else self.one - self.other


@dataclass(frozen=True)
class Comparison:
    """Two features of one run; every column of points adds up to the score below it.

    chance   P(one beats other) in [0, 1]; None before intervals are worked out
    shifts   the least weight to move until they score the same; None: no weights do that; []: they do already
    levels   the weights nearest to now at which they do, one a criterion, both columns summing to 100; [] where there are none
             to go to, or no need
    """

    one: Explanation
    other: Explanation
    rows: list[Row]
    chance: float | None
    shifts: list[Shift] | None
    levels: list[Level]
    departments: list[DepartmentPair]

    @property
    def lead(self) -> Decimal:
        return self.one.score_shown - self.other.score_shown

    @property
    def is_ahead(self) -> bool:
        """Whether `one` is the better of the two, by the unrounded scores."""
        assert self.one.standing and self.other.standing
        return (self.one.standing.score or 0) >= (self.other.standing.score or 0)

    @property
    def better(self) -> Explanation:
        return self.one if self.is_ahead else self.other

    @property
    def worse(self) -> Explanation:
        return self.other if self.is_ahead else self.one

    @property
    def level_sums(self) -> tuple[Decimal, Decimal]:
        """What the weights now, and those at which the two are level, add up to."""
        return sum((each.now for each in self.levels), Decimal(0)), sum((each.then for each in self.levels), Decimal(0))

    @property
    def sureness(self) -> float | None:
        """P(the better one really is better)."""
        return self.chance if self.chance is None or self.is_ahead else 1 - self.chance


def comparison(one: Explanation, other: Explanation) -> Comparison | None:
    """Return two explained features side by side; None when either has no votes, or they are of two runs. No query."""
    run = one.run
    if run is None or other.run is None or run.pk != other.run.pk or not (one.has_votes and other.has_votes):
        return None
    criteria = weighed_criteria(run)
    points = [points_of(each.standing.criteria, run, criteria) for each in (one, other) if each.standing]
    shifts = _shifts(points, criteria)
    return Comparison(
        one=one,
        other=other,
        rows=_rows(one, other, points, criteria),
        chance=_chance(one, other),
        shifts=shifts,
        levels=_levels(points, criteria) if shifts else [],
        departments=_departments(one, other),
    )


def _rows(one: Explanation, other: Explanation, points: list[tuple[float, ...]], criteria: list[Weighed]) -> list[Row]:
    shown = [
        round_to_total(
            [each.share * value for each, value in zip(criteria, own, strict=True)],
            sum(each.share * value for each, value in zip(criteria, own, strict=True)),
        )
        for own in points
    ]
    return [
        Row(each.name, each.share, one.parts[i].pulled, other.parts[i].pulled, shown[0][i], shown[1][i])
        for i, each in enumerate(criteria)
    ]


def _chance(one: Explanation, other: Explanation) -> float | None:
    """METHODS c8: Phi of the lead over its standard error; both certain: 1, 0, or a half on a tie."""
    a, b = one.standing, other.standing
    if a is None or b is None or a.variance is None or b.variance is None or a.score is None or b.score is None:
        return None
    gap, spread = a.score - b.score, sqrt(a.variance + b.variance)
    if spread == 0:
        return 0.5 if gap == 0 else float(gap > 0)
    return NormalDist().cdf(gap / spread)


def _shifts(points: list[tuple[float, ...]], criteria: list[Weighed]) -> list[Shift] | None:
    shares = [each.share for each in criteria]
    flipped = what_if.least_move(points[0], points[1], shares)
    if flipped is None:
        return None
    changes = [then - now for then, now in zip(flipped, shares, strict=True)]
    taker = criteria[max(range(len(changes)), key=changes.__getitem__)].name
    givers = sorted((i for i, change in enumerate(changes) if change < -NO_WEIGHT), key=changes.__getitem__)
    return [Shift(-changes[i], criteria[i].name, taker) for i in givers]


def _levels(points: list[tuple[float, ...]], criteria: list[Weighed]) -> list[Level]:
    shares = [each.share for each in criteria]
    level = what_if.nearest_flip(points[0], points[1], shares)
    if level is None:
        return []
    now, then = (round_to_total([100 * share for share in each], 100) for each in (shares, level))
    return [Level(each.key, each.name, *pair) for each, pair in zip(criteria, zip(now, then, strict=True), strict=True)]


def _departments(one: Explanation, other: Explanation) -> list[DepartmentPair]:
    means = [{each.name: each.mean for each in side.departments} for side in (one, other)]
    pairs = [DepartmentPair(name, means[0].get(name), means[1].get(name)) for name in {**means[0], **means[1]}]
    return sorted(pairs, key=lambda each: (each.gap is None, -(each.gap or 0), each.name))
