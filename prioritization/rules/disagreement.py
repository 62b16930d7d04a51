"""Disagreement: how far apart the people are who rated the same thing."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ENOUGH_VOTES = 3


def agreement(counts: Array) -> Array:
    """Return van der Eijk's A for each row of counts, in [-1, 1]; shape (n,).

    counts  (n, K) how many gave each of K >= 3 ordered answers; unweighted, 0 or more

    1 when all gave the same answer, 0 when all answers are equally frequent, -1 when half stand at each end. The
    distribution is peeled into layers of equal height; each is judged by whether its answers are neighbours, and by how
    many there are. A row without votes gives NaN.
    Source: van der Eijk, "Measuring Agreement in Ordered Rating Scales", 2001.
    """
    left = np.array(counts, dtype=float)
    total = left.sum(axis=1)
    result = np.zeros(len(left))
    places, layers = _layers(left.shape[1])
    for _ in range(left.shape[1]):
        occupied = left > 0
        size = occupied.sum(axis=1)
        height = np.where(occupied, left, np.inf).min(axis=1, initial=np.inf)
        height = np.where(size > 0, height, 0.0)
        result += height * size * layers[occupied @ places]
        left = np.where(occupied, left - height[:, None], 0.0)
    return np.divide(result, total, out=np.full(len(result), np.nan), where=total > 0)


@cache
def _layers(k: int) -> tuple[NDArray[np.intp], Array]:
    """Return the agreement of every possible layer of k answers, and what each taken answer adds to its number."""
    places = 1 << np.arange(k)
    patterns = (np.arange(2**k)[:, None] & places) > 0
    return places, _layer_agreement(patterns)


def _layer_agreement(occupied: NDArray[np.bool_]) -> Array:
    """Return the agreement of layers in which an answer is either taken or not, shape (n,)."""
    k = occupied.shape[1]
    neighbours = np.zeros(len(occupied))
    gaps = np.zeros(len(occupied))
    for i, j, h in combinations(range(k), 3):
        a, b, c = occupied[:, i], occupied[:, j], occupied[:, h]
        neighbours += b & (a ^ c)
        gaps += a & ~b & c
    triples = (k - 2) * (neighbours + gaps)
    unimodality = np.divide(
        (k - 2) * neighbours - (k - 1) * gaps, triples, out=np.ones(len(occupied)), where=triples > 0
    )
    return unimodality * (1 - (occupied.sum(axis=1) - 1) / (k - 1))


def polarization(counts: Array) -> Array:
    """Return (1 - A) / 2 for each row of counts, 0 (one answer) to 1 (half at each end); NaN below three votes."""
    enough = counts.sum(axis=1) >= ENOUGH_VOTES
    return np.where(enough, (1 - agreement(counts)) / 2, np.nan)


def split(polarized: Array, weights: Array) -> Array:
    """Return each feature's polarization over all criteria, 0 to 1, shape (n,): what the split mark draws.

    polarized  (n, m) from `polarization`, by feature and criterion
    weights    (m,) the criteria's weights, any scale

    Criteria with fewer than three votes are left out and the other weights rescaled; none left: NaN, "too few".
    """
    known = ~np.isnan(polarized)
    weight = np.where(known, weights, 0.0)
    total = weight.sum(axis=1)
    contested = (weight * np.where(known, polarized, 0.0)).sum(axis=1)
    return np.divide(contested, total, out=np.full(len(polarized), np.nan), where=total > 0)


def spread(counts: Array) -> tuple[Array, Array]:
    """Return the standard deviation of each row of ratings 1 to K, and its share of the largest that its mean allows.

    counts  (n, K) how many gave each answer

    Both (n,): NaN without votes. The share is in [0, 1], 0 where the mean stands at an end and nothing else is possible.
    Source: Bhatia & Davis, "A Better Bound on the Variance", 2000.
    """
    values = np.arange(1, counts.shape[1] + 1, dtype=float)
    total = counts.sum(axis=1)
    mean = np.divide(counts @ values, total, out=np.full(len(counts), np.nan), where=total > 0)
    squares = (counts * np.square(values - mean[:, None])).sum(axis=1)
    deviation = np.sqrt(np.divide(squares, total, out=np.full(len(counts), np.nan), where=total > 0))
    bound = np.sqrt(np.maximum((counts.shape[1] - mean) * (mean - 1), 0))
    return deviation, np.divide(deviation, bound, out=np.where(total > 0, 0.0, np.nan), where=bound > 0)
