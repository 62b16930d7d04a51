"""Sensitivity: what other weights would do to scores, ranks and pairs. Linear scores make it exact.

Nothing in the product calls these: pages ask `what_if`, which needs no numpy. They are the same answers for all features at
once and, where there is another way, found by it: what `what_if` is tested against.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.score import order_by_score

Array = NDArray[np.float64]

MOST_CRITERIA = 12
BLOCK = 10_000_000


def weights_with(shares: Array, criterion: int, share: float) -> Array:
    """Return the weights with one criterion set to `share`, the others keeping their proportions; they sum to 1.

    Where that criterion had all the weight, the others share what is left evenly.
    """
    others = np.delete(np.arange(len(shares)), criterion)
    left = shares[others].sum()
    result = np.empty(len(shares))
    result[criterion] = share
    result[others] = (1 - share) * (
        shares[others] / left if left > 0 else np.full(len(others), 1 / max(len(others), 1))
    )
    return result


def crossing(points: Array, other: Array, shares: Array, criterion: int) -> float | None:
    """Return the weight of one criterion, in [0, 1], at which two features score the same; None if there is none.

    points, other  (m,) points of the two features

    None also for two features that score the same at every weight of it.
    """
    gap = points - other
    at_none = float(weights_with(shares, criterion, 0.0) @ gap)
    slope = float(gap[criterion]) - at_none
    if abs(slope) < 1e-12:
        return None
    t = -at_none / slope
    return t if 0 <= t <= 1 else None


def _reach(gap: Array, slope: Array, share: float) -> tuple[float, float]:
    """Return how far a weight may go down and up while no gap turns negative; gaps are 0 or more at `share`."""
    rising, falling = slope > 1e-12, slope < -1e-12
    down = np.divide(gap, slope, out=np.full(gap.shape, np.inf), where=rising).min(initial=np.inf)
    up = np.divide(gap, -slope, out=np.full(gap.shape, np.inf), where=falling).min(initial=np.inf)
    return max(0.0, share - float(down)), min(1.0, share + float(up))


def stable_order(points: Array, ids: NDArray[np.int64], shares: Array, criterion: int) -> tuple[float, float]:
    """Return between which weights of one criterion the whole order stays as it is, as (low, high) within [0, 1].

    points  (n, m)

    Only neighbours can change places first, so n - 1 pairs are looked at. Fewer than two features: (0, 1).
    Source: Mareschal, "Weight stability intervals in multicriteria decision aid", 1988.
    """
    order = order_by_score(points @ shares, ids)
    steps = points[order[:-1]] - points[order[1:]]
    return _reach(*_gaps(steps, shares, criterion), float(shares[criterion]))


def stable_top(
    points: Array, ids: NDArray[np.int64], shares: Array, criterion: int, *, top: int
) -> tuple[float, float]:
    """Return between which weights of one criterion the first `top` stay the same set, as (low, high) within [0, 1].

    Every pair of one inside and one outside is looked at, in blocks of ten million.
    """
    order = order_by_score(points @ shares, ids)
    inside, outside = points[order[:top]], points[order[top:]]
    low, high = 0.0, 1.0
    if not len(inside) or not len(outside):
        return low, high
    share = float(shares[criterion])
    for first in range(0, len(inside), max(1, BLOCK // len(outside))):
        block = inside[first : first + max(1, BLOCK // len(outside))]
        base_in, slope_in = _gaps(block, shares, criterion)
        base_out, slope_out = _gaps(outside, shares, criterion)
        reach = _reach(np.subtract.outer(base_in, base_out), np.subtract.outer(slope_in, slope_out), share)
        low, high = max(low, reach[0]), min(high, reach[1])
    return low, high


def _gaps(gaps: Array, shares: Array, criterion: int) -> tuple[Array, Array]:
    """Return the weighted value of each row at present, and its slope in the weight of `criterion`."""
    at_none = gaps @ weights_with(shares, criterion, 0.0)
    slope = gaps[:, criterion] - at_none
    return gaps @ shares, slope


def nearest_flip(points: Array, other: Array, shares: Array) -> Array | None:
    """Return the weights nearest to the present ones (Euclidean) at which two features score the same; (m,), sum 1.

    None when no weights do that: one is better in everything ("dominates").

    Exact: the answer is a projection once one knows which weights end at 0, and with a dozen criteria all possibilities
    can be tried. More than 12 criteria: ValueError.
    Source: Triantaphyllou & Sanchez, "A Sensitivity Analysis Approach for Some Deterministic MCDM Methods", 1997.
    """
    m = len(shares)
    if m > MOST_CRITERIA:
        raise ValueError(f"At most {MOST_CRITERIA} criteria.")
    gap = points - other
    best, shortest = None, np.inf
    for size in range(1, m + 1):
        for kept in combinations(range(m), size):
            found = _projected(shares, gap, list(kept))
            if found is not None and (length := float(np.square(found - shares).sum())) < shortest - 1e-15:
                best, shortest = found, length
    return best


def _projected(shares: Array, gap: Array, kept: list[int]) -> Array | None:
    """Return the point nearest to `shares` with sum 1, no gap and weight on `kept` alone; None if that is negative."""
    conditions = np.vstack([np.ones(len(kept)), gap[kept]])
    missing = np.array([1 - shares[kept].sum(), -gap[kept] @ shares[kept]])
    change, *_ = np.linalg.lstsq(conditions, missing, rcond=None)
    if not np.allclose(conditions @ change, missing, atol=1e-9 * max(1.0, float(np.abs(gap).max()))):
        return None
    result = np.zeros(len(shares))
    result[kept] = shares[kept] + change
    return result.clip(0) if (result >= -1e-12).all() else None


def smallest_move(points: Array, other: Array, shares: Array) -> Array | None:
    """Return weights at which two features score the same, with as little weight moved as possible; None if none do.

    The change that people can say: "move 2.5 points from effort to impact". Weight goes to the criterion that favours the
    loser most, from those that favour the winner most, one after the other until the scores meet.
    """
    gap = points - other
    lead = float(shares @ gap)
    if lead < 0:
        gap, lead = -gap, -lead
    result = shares.astype(float).copy()
    to = int(np.argmin(gap))
    for giver in np.argsort(-gap, kind="stable").tolist():
        worth = float(gap[giver] - gap[to])
        if lead <= 1e-12 or worth <= 0:
            break
        moved = min(float(result[giver]), lead / worth)
        result[giver] -= moved
        result[to] += moved
        lead -= moved * worth
    return result if lead <= 1e-9 else None


def tornado(points: Array, ids: NDArray[np.int64], shares: Array, feature: int, *, reach: float = 0.1) -> Array:
    """Return what a feature's score and rank are with each weight `reach` lower and higher; shape (m, 4).

    feature  its row in `points`
    Columns  score at the lower weight, score at the higher, rank at the lower, rank at the higher. Weights stay in [0, 1].
    """
    rows = []
    for criterion in range(len(shares)):
        ends = [float(np.clip(shares[criterion] + change, 0, 1)) for change in (-reach, reach)]
        scores = [points @ weights_with(shares, criterion, end) for end in ends]
        ranks = [int(np.flatnonzero(order_by_score(each, ids) == feature)[0]) + 1 for each in scores]
        rows.append([scores[0][feature], scores[1][feature], *ranks])
    return np.array(rows, dtype=float).reshape(-1, 4)
