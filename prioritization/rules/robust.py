"""Robust rankings: does the order survive when nobody's extremes count?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prioritization.rules import scales
from prioritization.rules.fit import Voters
from prioritization.rules.influence import TRIMMED
from prioritization.rules.scales import VALUES
from prioritization.rules.score import additive_score, order_by_score
from prioritization.rules.scoring import Judged, Scored
from prioritization.rules.shrinkage import shrink

Array = NDArray[np.float64]
BLOCK = 1000


@dataclass(frozen=True)
class Survival:
    """How the ranking compares with one made of robust means.

    tau      Kendall's rank correlation with the ranking, -1 to 1; None with fewer than two features
    entering, leaving  positions of the features that come into and fall out of the first k, best first
    """

    tau: float | None
    entering: list[int]
    leaving: list[int]


def trimmed_means(weight: Array, *, share: float = TRIMMED) -> Array:
    """Return each row's weighted mean without its lowest and highest `share` of the weight, (n,); NaN without weight.

    weight  (n, 5) weight of those who gave 1, 2, 3, 4, 5

    The same as `influence.trimmed_mean`, for all features at once.
    """
    total = weight.sum(axis=1, keepdims=True)
    ends = np.cumsum(weight, axis=1)
    inside = np.clip(ends, share * total, (1 - share) * total) - np.clip(
        ends - weight, share * total, (1 - share) * total
    )
    kept = inside.sum(axis=1)
    return np.divide(inside @ np.array(VALUES, float), kept, out=np.full(len(weight), np.nan), where=kept > 0)


def medians(weight: Array) -> Array:
    """Return each row's weighted median, (n,), the lower of two middle ones; NaN without weight. See `influence.median`."""
    ends = np.cumsum(weight, axis=1)
    total = ends[:, -1]
    middle = np.argmax(ends >= (total / 2 * (1 - 1e-12))[:, None], axis=1) + 1.0
    return np.where(total > 0, middle, np.nan)


def kendall_tau(ranks: NDArray[np.intp], other: NDArray[np.intp]) -> float | None:
    """Return Kendall's tau of two rankings without ties, (n,) each; None with fewer than two.

    Pairs in the same order less pairs in the other, over all pairs. Source: Kendall, "A New Measure of Rank
    Correlation", 1938.
    """
    n = len(ranks)
    if n < 2:
        return None
    moved = other[np.argsort(ranks)].astype(np.int32)
    turned = sum(
        int(np.count_nonzero(moved[first : first + BLOCK, None] > moved[None, first + BLOCK :]))
        + int(np.count_nonzero(np.triu(moved[first : first + BLOCK, None] > moved[None, first : first + BLOCK], 1)))
        for first in range(0, n, BLOCK)
    )
    return 1 - 4 * turned / (n * (n - 1))


def survivals(
    ids: NDArray[np.int64], criteria: Sequence[Judged], voters: Voters, scored: Scored, *, top: int
) -> dict[str, Survival]:
    """Return how the order survives the 20 % trimmed mean ("trimmed") and the median ("median").

    Everything else stays: the weights, what was taken out as rating style, the average and the pull toward it.
    """
    weights = [_by_value(each.table, voters, fit.factor) for each, fit in zip(criteria, scored.fits, strict=True)]
    return {
        name: _survival(ids, criteria, scored, [robust(each) for each in weights], top)
        for name, robust in (("trimmed", trimmed_means), ("median", medians))
    }


def _by_value(table: NDArray[np.int8], voters: Voters, factor: Array) -> Array:
    """Return (n, 5) the weight of those who gave each rating."""
    feature, voter = np.nonzero(table)
    omega = voters.weight[voter] * factor[feature, voters.department[voter]]
    cell = feature * len(VALUES) + table[feature, voter] - 1
    weight = np.bincount(cell, omega, minlength=len(table) * len(VALUES)).astype(float, copy=False)
    return weight.reshape(len(table), len(VALUES))


def _survival(
    ids: NDArray[np.int64], criteria: Sequence[Judged], scored: Scored, means: Sequence[Array], top: int
) -> Survival:
    points = []
    for each, fit, mean in zip(criteria, scored.fits, means, strict=True):
        read = np.clip(mean + fit.mean - fit.raw, scales.LOWEST, scales.HIGHEST)
        shrunk = shrink(read, fit.effective, prior_mean=fit.prior.mean, prior_weight=fit.prior.weight)
        points.append(scales.points(shrunk, is_cost=each.is_cost))
    at = np.sort(scored.order)
    order = at[order_by_score(additive_score(np.column_stack(points), scored.shares)[at], ids[at])]
    ranks = np.empty(len(ids), dtype=np.intp)
    ranks[order] = np.arange(1, len(order) + 1)
    before, after = scored.order[: max(top, 0)].tolist(), order[: max(top, 0)].tolist()
    return Survival(
        tau=kendall_tau(scored.ranks[at], ranks[at]),
        entering=[each for each in after if each not in set(before)],
        leaving=[each for each in before if each not in set(after)],
    )
