"""Reads what would change a feature's rank: other weights, fewer votes, one more vote; and how its score came to be."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Any

from prioritization.models import ScoreResult, ScoreRun, Tally
from prioritization.queries.lineup import Lineup, lineup, pulled
from prioritization.queries.ranking import Weighed
from prioritization.queries.weights import top_of
from prioritization.rules import what_if
from prioritization.rules.scales import POINTS_A_STEP, points
from roadmap.models import Feature, Standing
from stakeholders.models import Department

FEWEST_IN_A_DEPARTMENT = 2
"""Leaving one person out would show that person's votes."""
SHOWN_DEPARTMENTS = 2
REACH = 0.1
"""By how much a weight is moved to see what it does: 10 points of a hundred."""
STILL = 0.05
"""A score that moves by less reads the same."""
NOBODYS = "0"


@dataclass(frozen=True)
class WeightMove:
    """The weight of one criterion at which the feature changes sides of the line; shares in [0, 1]."""

    name: str
    share: float
    then: float


@dataclass(frozen=True)
class Without:
    """The rank that the feature would have without the votes of one department."""

    department: str
    votes: int
    rank: int


@dataclass(frozen=True)
class WeightSwing:
    """What one criterion's weight does to the score and rank when it is 10 points lower and higher; share in [0, 1]."""

    name: str
    share: float
    ends: what_if.Swing


@dataclass(frozen=True)
class Outlook:
    """What would change a feature's rank, of the latest run.

    score      as the run has it
    top        how many features are above the line; is_in whether this is one of them
    move       the nearest weight that would change that; None where no weight of one criterion does
    without    departments whose votes make the largest difference, the largest first
    step       how far one more vote moves the score, give or take (a standard deviation), in points
    step_ranks how many ranks that is at most; 0: it stays where it is
    swings     one a criterion, what moves the score most first; empty with a single criterion, whose weight is everything
    is_alone   whether no other feature is ranked
    """

    rank: int
    score: float
    top: int
    is_in: bool
    move: WeightMove | None
    without: list[Without]
    step: float
    step_ranks: int
    swings: list[WeightSwing]
    is_alone: bool = False

    @property
    def is_moved(self) -> bool:
        """Whether any weight moves its score or its rank."""
        return self.widest is not None or any(rank != self.rank for each in self.swings for rank in each.ends.ranks)

    @property
    def widest(self) -> WeightSwing | None:
        """The criterion whose weight moves the score most; None where none moves it."""
        return self.swings[0] if self.swings and self.swings[0].ends.width > STILL else None


def outlook(feature: Feature, *, today: date) -> Outlook | None:
    """Return what would change the rank of a feature, whose product is loaded; None while it has none.

    A fixed number of queries; reads the whole ranking once.
    """
    found = lineup(feature.product)
    if found is None or feature.pk not in found.ids:
        return None
    at = found.ids.index(feature.pk)
    top = min(top_of(feature.product, found, today=today), len(found.ids))
    cells = Standing.objects.filter(feature=feature).values_list("criteria", flat=True).get()
    step = vote_step(cells, found.run, found.criteria)
    return Outlook(
        rank=at + 1,
        score=found.scores[at],
        top=top,
        is_in=at < top,
        move=_nearest_move(found, at, top),
        without=_without(feature, cells, found, at),
        step=step,
        step_ranks=_ranks_within(found.scores, at, step),
        swings=_swings(found, at),
        is_alone=len(found.ids) == 1,
    )


def _nearest_move(found: Lineup, at: int, top: int) -> WeightMove | None:
    moves = [
        WeightMove(each.name, each.share, then)
        for i, each in enumerate(found.criteria)
        if (then := what_if.share_for_top(found.points, found.shares, i, at, top=top)) is not None
    ]
    return min(moves, key=lambda move: abs(move.then - move.share), default=None)


def _swings(found: Lineup, at: int) -> list[WeightSwing]:
    if len(found.criteria) < 2:
        return []
    ends = what_if.tornado(found.points, found.shares, found.ids, at, reach=REACH)
    swings = [WeightSwing(each.name, each.share, one) for each, one in zip(found.criteria, ends, strict=True)]
    return sorted(swings, key=lambda each: -each.ends.width)


def vote_step(cells: Mapping[str, Any], run: ScoreRun, criteria: Sequence[Weighed]) -> float:
    """Return the standard deviation of the step that one more vote on everything makes a score take, in points.

    Per criterion the root of s2/(n + k) − s2/(n + 1 + k), put together by how the criteria go together within a ballot.
    Source: METHODS c6, e; Frazier, Powell & Dayanik, 2008.
    """
    steps = []
    for each in criteria:
        prior, votes = run.used["priors"][each.key], cells[each.key]["effective"]
        now, then = prior["s2"] / (votes + prior["k"]), prior["s2"] / (votes + 1 + prior["k"])
        steps.append(POINTS_A_STEP * each.share * sqrt(max(now - then, 0.0)))
    together = run.used.get("correlation") or [[float(i == j) for j in range(len(steps))] for i in range(len(steps))]
    variance = sum(one * together[i][j] * two for i, one in enumerate(steps) for j, two in enumerate(steps))
    return sqrt(max(variance, 0.0))


def _ranks_within(scores: Sequence[float], at: int, step: float) -> int:
    """Return how many ranks a score moves at most when it goes up or down by `step`; scores from best to worst."""
    rising = [-each for each in scores]
    up = at - bisect_left(rising, -(scores[at] + step))
    down = bisect_right(rising, -(scores[at] - step)) - 1 - at
    return max(up, down, 0)


@dataclass(frozen=True)
class _Votes:
    """The votes of one department on one criterion: how many count, their weight, their weighted sum, the squares."""

    counted: int = 0
    weight: float = 0.0
    total: float = 0.0
    squares: float = 0.0

    def plus(self, tally: Tally) -> _Votes:
        return _Votes(
            self.counted + tally.counted,
            self.weight + tally.weight_sum,
            self.total + tally.weight_sum * (tally.value or 0),
            self.squares + tally.weight_square_sum,
        )


def _without(feature: Feature, cells: Mapping[str, Any], found: Lineup, at: int) -> list[Without]:
    """Return the departments whose votes matter most, with the rank that the feature had without them.

    The votes are counted as given; by how much the mean moves is then added to the mean that stands, so that rating style
    and caps stay as they are.
    """
    votes: dict[str, dict[int | None, _Votes]] = defaultdict(lambda: defaultdict(_Votes))
    people: dict[int | None, int] = {}
    for tally in Tally.objects.filter(feature=feature, votes__gt=0):
        if tally.criterion == Tally.PEOPLE:
            people[tally.department_id] = tally.votes
        elif tally.value is not None:
            votes[tally.criterion][tally.department_id] = votes[tally.criterion][tally.department_id].plus(tally)
    names = dict(Department.objects.filter(pk__in=[pk for pk in people if pk]).values_list("pk", "name"))
    others = [-score for i, score in enumerate(found.scores) if i != at]
    shown = []
    for pk, count in people.items():
        if pk is None or count < FEWEST_IN_A_DEPARTMENT or len(people) < 2:
            continue
        score = _score_without(pk, votes, cells, found)
        rank = bisect_left(others, -score) + 1
        if rank != at + 1:
            shown.append(Without(names[pk], count, rank))
    return sorted(shown, key=lambda each: -abs(each.rank - at - 1))[:SHOWN_DEPARTMENTS]


def _score_without(
    left_out: int, votes: Mapping[str, Mapping[int | None, _Votes]], cells: Mapping[str, Any], found: Lineup
) -> float:
    used, score = found.run.used, 0.0
    for each in found.criteria:
        cell, prior = cells[each.key], used["priors"][each.key]
        whole = _weighed(votes[each.key], used)
        rest = _weighed({pk: row for pk, row in votes[each.key].items() if pk != left_out}, used)
        if cell["mean"] is not None and whole and rest:
            moved = min(max(cell["mean"] + rest[0] - whole[0], 1.0), 5.0)
            cell = {"mean": moved, "effective": cell["effective"] * rest[1] / whole[1]}
        elif whole:
            cell = {"mean": None, "effective": 0.0}
        score += each.share * points(pulled(cell, prior), is_cost=each.is_cost)
    return score


def _weighed(rows: Mapping[int | None, _Votes], used: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return mean and effective voters of these departments' votes (METHODS b); None without any that counts."""
    weight = total = squares = 0.0
    for pk, row in rows.items():
        if row.counted:
            factor = used.get("departments", {}).get(str(pk or NOBODYS), 1.0) * row.counted ** -used.get("beta", 0.5)
            weight += factor * row.weight
            total += factor * row.total
            squares += factor**2 * row.squares
    return (total / weight, weight**2 / squares) if weight > 0 and squares > 0 else None


@dataclass(frozen=True)
class Past:
    """A feature's standing as a closed round left it."""

    title: str
    closed_at: datetime | None
    score: float
    low: float
    high: float
    rank: int | None
    votes: int


def score_history(feature: Feature) -> list[Past]:
    """Return the feature's scores as closed rounds left them, the oldest first: one query. Undone imports left none."""
    rows = (
        ScoreResult.objects.filter(feature=feature, round__cancelled_at=None)
        .order_by("round__closed_at", "pk")
        .values_list("round__title", "round__closed_at", "score", "score_low", "score_high", "rank", "votes")
    )
    return [Past(*row) for row in rows]
