"""Influence: what one voter's ratings do to a score, what they could do at most, and means that nobody can pull."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.scales import HIGHEST, LOWEST
from prioritization.rules.shrinkage import shrink
from prioritization.rules.weights import effective_voters

Array = NDArray[np.float64]

TRIMMED = 0.2
LARGEST_SHARE = 0.5
ENOUGH_FOR_A_CAP = 3


def influence(values: Array, weights: Array, *, prior_mean: float, prior_weight: float) -> Array:
    """Return how far each rating moves the shrunk mean, (n,): the mean as it is less the mean without that rating.

    values, weights  (n,) ratings of one feature and criterion, and what each weighs; 0 or more
    prior_mean, prior_weight  mu and k, held where they are: one ballot hardly moves them

    A weight of 0 has an influence of 0. In rating points.
    """
    whole = _mean(values, weights, prior_mean, prior_weight)
    each = np.arange(len(values))
    return np.array([whole - _mean(values[each != i], weights[each != i], prior_mean, prior_weight) for i in each])


def largest_influence(weights: Array, *, prior_weight: float) -> Array:
    """Return the most that each voter alone can move the shrunk mean by changing one rating, (n,), in rating points.

    From one end of the scale to the other, times the voter's share, times what the votes weigh beside the prior:
    "the most that Ana alone can move this score". Nobody weighs anything: 0.
    """
    total = float(weights.sum())
    if total == 0:
        return np.zeros(len(weights))
    effective = float(effective_voters(np.array(total), np.array(np.square(weights).sum())))
    return (HIGHEST - LOWEST) * weights / total * effective / (effective + prior_weight)


def capped(weights: Array, *, largest_share: float = LARGEST_SHARE) -> Array:
    """Return weights of which none is more than `largest_share` of all, (n,); the others stay as they are.

    From three voters up; with fewer somebody must have half. Several at the cap keep the same weight. A cap that cannot
    hold (1/n or less) makes all equal.
    """
    n = int((weights > 0).sum())
    if n < ENOUGH_FOR_A_CAP:
        return weights.copy()
    if largest_share * n <= 1:
        return np.where(weights > 0, 1.0, 0.0)
    result = weights.astype(float).copy()
    order = np.argsort(-weights, kind="stable")
    for held in range(n):
        rest = float(result[order[held:]].sum())
        # if the `held` heaviest stand at the cap c = share * (held * c + rest), then c is
        cap = largest_share * rest / (1 - largest_share * held) if held * largest_share < 1 else 0.0
        if held and result[order[held]] <= cap:
            result[order[:held]] = cap
            return result
        if not held and result[order[0]] <= largest_share * rest:
            return result
    return result


def trimmed_mean(values: Array, weights: Array, *, share: float = TRIMMED) -> float | None:
    """Return the weighted mean without the lowest and the highest `share` of the weight; None without any weight.

    A rating that lies across the edge counts with the part that lies within. With 3 to 6 votes this throws most away,
    so it is a question ("does the order survive?") and not the score.
    Source: Huber, *Robust Statistics*, 1981.
    """
    total = float(weights.sum())
    if total == 0:
        return None
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    inside = np.clip(ends, share * total, (1 - share) * total) - np.clip(
        ends - weights[order], share * total, (1 - share) * total
    )
    return float(inside @ values[order] / inside.sum())


def median(values: Array, weights: Array) -> float | None:
    """Return the weighted median: the lowest rating with at least half the weight at or below it; None without weight.

    The lower of two middle ones, not their mean: then nobody gains by exaggerating, because a vote above it moves it by
    nothing however high it goes; the mean of two would follow the upper one.
    Source: Moulin, "On strategy-proofness and single peakedness", 1980.
    """
    counted = weights > 0
    if not counted.any():
        return None
    order = np.argsort(values[counted], kind="stable")
    ends = np.cumsum(weights[counted][order])
    return float(values[counted][order][np.searchsorted(ends, ends[-1] / 2 * (1 - 1e-12))])


def _mean(values: Array, weights: Array, prior_mean: float, prior_weight: float) -> float:
    total = float(weights.sum())
    mean = float(weights @ values / total) if total else prior_mean
    effective = effective_voters(np.array([total]), np.array([float(np.square(weights).sum())]))
    return float(shrink(np.array([mean]), effective, prior_mean=prior_mean, prior_weight=prior_weight)[0])
