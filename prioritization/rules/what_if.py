"""What other weights would do to scores, ranks and pairs, in plain Python: a page may ask while it is being read.

With m criteria the score of a feature is a straight line in the weight of any one of them, so each answer is exact and costs a
pass or two over the features.

Everywhere `points` are those of one feature in each criterion, 0 to 100, and `shares` the criteria's weights, sum 1.
Source: Mareschal, "Weight stability intervals in multicriteria decision aid", 1988.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from itertools import combinations, groupby
from operator import mul
from typing import NamedTuple

Points = Sequence[float]

PARALLEL = 1e-12
DIGITS = 9
LEAST_GAP = 1e-9
NEARLY_ALL = 0.99
"""Up to this weight what the others give is told from the score by a subtraction, which costs less than summing anew."""
LEVEL = 1e-8
"""Scores that differ by more are different when rounded, too."""


def score(points: Points, shares: Sequence[float]) -> float:
    """Return the score, 0 to 100: the weighted sum."""
    return sum(map(mul, shares, points))


def with_share(shares: Sequence[float], criterion: int, share: float) -> list[float]:
    """Return the weights with one criterion at `share`, the others in their proportions; they sum to 1.

    Where that criterion had all the weight, the others share what is left evenly.
    """
    others = len(shares) - 1
    left = sum(shares) - shares[criterion]
    return [
        share if i == criterion else (1 - share) * (each / left if left > PARALLEL else 1 / others)
        for i, each in enumerate(shares)
    ]


def order(points: Sequence[Points], shares: Sequence[float], ids: Sequence[int]) -> list[int]:
    """Return positions of the features from best to worst; equal scores (to nine decimals) by the smaller id."""
    scores = [round(score(each, shares), DIGITS) for each in points]
    return sorted(range(len(points)), key=lambda i: (-scores[i], ids[i]))


def stable_order(points: Sequence[Points], shares: Sequence[float], criterion: int) -> tuple[float, float]:
    """Return between which weights of one criterion the order stays as it is, (low, high) within [0, 1].

    points  of the features from best to worst under `shares`

    Only neighbours can change places first. Fewer than two features: (0, 1).
    """
    low, high = 0.0, 1.0
    share = shares[criterion]
    at_none, at_all = _ends(points, shares, criterion)
    for i in range(len(points) - 1):
        base, end = at_none[i] - at_none[i + 1], at_all[i] - at_all[i + 1]
        slope = end - base
        if abs(slope) < PARALLEL:
            continue
        t = -base / slope
        if slope > 0:
            low = max(low, min(t, share))
        else:
            high = min(high, max(t, share))
    return low, high


def stable_top(points: Sequence[Points], shares: Sequence[float], criterion: int, *, top: int) -> tuple[float, float]:
    """Return between which weights of one criterion the first `top` stay the same set, (low, high) within [0, 1].

    points  of the features from best to worst under `shares`

    The set stays while its weakest is above the strongest outside. The weakest is a lower envelope of lines and the
    strongest an upper one, so their distance is concave in the weight: from an end where it is negative one goes to where
    the two lines that touch there cross, and is at the answer after a few steps. Nothing inside or outside: (0, 1).
    """
    lines = list(zip(*_ends(points, shares, criterion), strict=True))
    inside, outside = lines[:top], lines[top:]
    if not inside or not outside:
        return 0.0, 1.0
    share = shares[criterion]
    return _edge(inside, outside, 0.0, share), _edge(inside, outside, 1.0, share)


def _ends(points: Sequence[Points], shares: Sequence[float], criterion: int) -> tuple[list[float], list[float]]:
    """Return the scores with all weight taken from one criterion, and with all given to it: its own points then."""
    none = with_share(shares, criterion, 0.0)
    return [score(each, none) for each in points], [each[criterion] for each in points]


def _edge(
    inside: Sequence[tuple[float, float]], outside: Sequence[tuple[float, float]], end: float, share: float
) -> float:
    """Return how far from `share` toward `end` the weakest inside stays at or above the strongest outside."""
    t = end
    for _ in range(len(inside) + len(outside)):
        weakest = min(inside, key=lambda line: line[0] + t * (line[1] - line[0]))
        strongest = max(outside, key=lambda line: line[0] + t * (line[1] - line[0]))
        base, slope = weakest[0] - strongest[0], (weakest[1] - weakest[0]) - (strongest[1] - strongest[0])
        if base + t * slope >= -LEAST_GAP or abs(slope) < PARALLEL:
            return t
        crossing = -base / slope
        if (end < share and crossing >= share) or (end > share and crossing <= share) or end == share:
            return share
        t = crossing
    return t


def share_for_top(
    points: Sequence[Points], shares: Sequence[float], criterion: int, feature: int, *, top: int
) -> float | None:
    """Return the weight of one criterion nearest to the present one at which a feature changes sides of the cut.

    points   of all ranked features, in any order
    feature  its position
    top      how many features are above the cut

    One that is below it gets among the first `top`, one that is above it falls out. None when no weight does that.
    """
    if not 0 < top < len(points):
        return None
    none, whole = with_share(shares, criterion, 0.0), with_share(shares, criterion, 1.0)
    own = (score(points[feature], none), score(points[feature], whole))
    share, ahead = shares[criterion], 0
    up: list[tuple[float, int]] = []
    down: list[tuple[float, int]] = []
    for i, each in enumerate(points):
        if i == feature:
            continue
        base, end = score(each, none) - own[0], score(each, whole) - own[1]
        gap, slope = base + share * (end - base), end - base
        is_ahead = gap > LEAST_GAP or (abs(gap) <= LEAST_GAP and i < feature)
        ahead += is_ahead
        if abs(slope) < PARALLEL:
            continue
        step = -1 if is_ahead else 1
        if abs(gap) <= LEAST_GAP:
            # level now: it passes at once, on the side to which its lead grows or shrinks
            (up if (slope > 0) is not is_ahead else down).append((0.0, step))
        elif 0 <= (t := -base / slope) <= 1:
            (up if t >= share else down).append((abs(t - share), step))
    is_in = ahead < top
    found = [
        share + sign * distance
        for sign, crossings in ((1, up), (-1, down))
        if (distance := _first_change(crossings, ahead, top, is_in)) is not None
    ]
    return min(found, key=lambda t: abs(t - share), default=None)


def _first_change(crossings: list[tuple[float, int]], ahead: int, top: int, is_in: bool) -> float | None:
    for distance, together in groupby(sorted(crossings), key=lambda each: round(each[0], DIGITS)):
        ahead += sum(step for _, step in together)
        if (ahead < top) is not is_in:
            return distance
    return None


def least_move(points: Points, other: Points, shares: Sequence[float]) -> list[float] | None:
    """Return weights at which two features score the same, with as little weight moved as possible; None if none do.

    The change that people can say: "move 2.5 points from effort to impact". Weight goes to the criterion that favours the
    loser most, from those that favour the winner most, one after the other until the scores meet.
    Source: Triantaphyllou & Sanchez, "A Sensitivity Analysis Approach for Some Deterministic MCDM Methods", 1997.
    """
    gap = [one - two for one, two in zip(points, other, strict=True)]
    lead = score(gap, shares)
    if lead < 0:
        gap, lead = [-each for each in gap], -lead
    result = list(shares)
    to = min(range(len(gap)), key=gap.__getitem__)
    for giver in sorted(range(len(gap)), key=lambda i: -gap[i]):
        worth = gap[giver] - gap[to]
        if lead <= PARALLEL or worth <= 0:
            break
        moved = min(result[giver], lead / worth)
        result[giver] -= moved
        result[to] += moved
        lead -= moved * worth
    return result if lead <= LEAST_GAP else None


def nearest_flip(points: Points, other: Points, shares: Sequence[float]) -> list[float] | None:
    """Return the weights nearest to the present ones (Euclidean) at which two features score the same; None if none do.

    The least change when every weight may move a little. Once one knows which weights end at 0 it is a projection of the
    present ones, in closed form: if no weight turns negative when all may move, that is the answer; else every choice of
    weights that stay is tried, at most 4,095 with the 12 criteria that a product can have.
    Source: Triantaphyllou & Sanchez, "A Sensitivity Analysis Approach for Some Deterministic MCDM Methods", 1997.
    """
    gap = [one - two for one, two in zip(points, other, strict=True)]
    everything = range(len(gap))
    if (found := _projected(shares, gap, everything)) is not None:
        return found
    candidates = [
        found
        for size in range(len(gap) - 1, 0, -1)
        for kept in combinations(everything, size)
        if (found := _projected(shares, gap, kept)) is not None
    ]
    return min(candidates, key=lambda each: sum((a - b) ** 2 for a, b in zip(each, shares, strict=True)), default=None)


def _projected(shares: Sequence[float], gap: Sequence[float], kept: Sequence[int]) -> list[float] | None:
    """Return the weights nearest to `shares` with no gap, sum 1 and nothing but on `kept`; None if one is negative.

    On `kept` they are shares + a + b · (gap − its mean): `a` makes the sum, `b` closes the gap.
    """
    middle = sum(gap[i] for i in kept) / len(kept)
    away = [gap[i] - middle for i in kept]
    spread = sum(each * each for each in away)
    a = (1 - sum(shares[i] for i in kept)) / len(kept)
    missing = -sum(gap[i] * (shares[i] + a) for i in kept)
    if spread <= PARALLEL:
        if abs(missing) > LEAST_GAP:
            return None
        b = 0.0
    else:
        b = missing / spread
    result = [0.0] * len(shares)
    for i, each in zip(kept, away, strict=True):
        result[i] = shares[i] + a + b * each
    return [max(each, 0.0) for each in result] if min(result) >= -PARALLEL else None


class Swing(NamedTuple):
    """What one weight does to a feature when it is lower and when it is higher: the weight, the score, the rank."""

    shares: tuple[float, float]
    scores: tuple[float, float]
    ranks: tuple[int, int]

    @property
    def width(self) -> float:
        """How far the score is apart at the two ends."""
        return abs(self.scores[1] - self.scores[0])


def tornado(
    points: Sequence[Points], shares: Sequence[float], ids: Sequence[int], feature: int, *, reach: float = 0.1
) -> list[Swing]:
    """Return what a feature's score and rank are with each weight `reach` lower and higher, one a criterion in their order.

    points   of all ranked features, in any order; ids of the same, by which equal scores are ordered
    feature  its position

    The others keep their proportions, and no weight leaves [0, 1]. A rank is counted, not sorted for: one pass an end.
    """
    swings = []
    now = [score(each, shares) for each in points]
    for criterion, share in enumerate(shares):
        ends = max(share - reach, 0.0), min(share + reach, 1.0)
        if share < NEARLY_ALL:
            at_all = [each[criterion] for each in points]
            at_none = [(one - share * whole) / (1 - share) for one, whole in zip(now, at_all, strict=True)]
        else:
            at_none, at_all = _ends(points, shares, criterion)
        scores, ranks = [], []
        for end in ends:
            then = [none + end * (whole - none) for none, whole in zip(at_none, at_all, strict=True)]
            scores.append(then[feature])
            ranks.append(_rank(then, ids, feature))
        swings.append(Swing(ends, (scores[0], scores[1]), (ranks[0], ranks[1])))
    return swings


def _rank(scores: Sequence[float], ids: Sequence[int], feature: int) -> int:
    """Return the rank of one feature as `order` has it; only what is as good as level is rounded and looked at by id."""
    own, shown = scores[feature], (-round(scores[feature], DIGITS), ids[feature])
    ahead = sum(each > own + LEVEL for each in scores)
    level = [i for i, each in enumerate(scores) if own - LEVEL <= each <= own + LEVEL]
    return 1 + ahead + sum((-round(scores[i], DIGITS), ids[i]) < shown for i in level)


def grid(
    points: Sequence[Points], shares: Sequence[float], first: int, second: int, steps: Sequence[float], *, top: int
) -> list[list[int | None]]:
    """Return how many of the first `top` are replaced when two weights move at once: a row a step of `second`.

    points  of the features from best to worst under `shares`
    steps   what is added to each of the two weights, such as -0.1 … 0.1; the others keep their proportions

    None where a weight would leave [0, 1], or the two together would pass 1.
    """
    rest = 1 - shares[first] - shares[second]
    others = [sum(share * each[i] for i, share in enumerate(shares) if i not in (first, second)) for each in points]
    columns = list(zip((each[first] for each in points), (each[second] for each in points), others, strict=True))
    rows: list[list[int | None]] = []
    for down in steps:
        row: list[int | None] = []
        for across in steps:
            one, two = shares[first] + across, shares[second] + down
            left = 1 - one - two
            if min(one, two) < -LEAST_GAP or left < -LEAST_GAP or (rest < LEAST_GAP and abs(left) > LEAST_GAP):
                row.append(None)
                continue
            scale = left / rest if rest > LEAST_GAP else 0.0
            scores = [round(one * a + two * b + scale * c, DIGITS) for a, b, c in columns]
            # where scores are equal the one that is ahead now stays ahead
            best = nlargest(top, range(len(scores)), key=lambda i: (scores[i], -i))
            row.append(sum(i >= top for i in best))
        rows.append(row)
    return rows
