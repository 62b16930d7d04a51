"""Rating style: who rates everything higher or lower than others, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.shrinkage import LARGEST_PRIOR, variance_components

Array = NDArray[np.float64]

ROUNDS = 6
SPARSE = 0.8


@dataclass(frozen=True)
class RatingStyle:
    """How much higher than others each voter rates one criterion.

    bias     (v,) in rating points; 0 for who rated nothing; its mean, weighted by ratings, is 0
    between  tb2, the variance of the voters' true biases; 0 when they differ by no more than chance
    """

    bias: Array
    between: float


def rating_style(
    feature: NDArray[np.intp], voter: NDArray[np.intp], value: Array, *, features: int, voters: int
) -> RatingStyle:
    """Return the style of each voter in one criterion, from all single ratings.

    feature, voter, value  (r,) one entry a rating: indices below `features` and `voters`, and 1 to 5

    The problem: with gaps in the ballots a feature that the strict ones happened to rate looks worse than it is. The
    choice is crossed random effects, fitted by backfitting: a voter's mean residual, drawn toward 0 by how few it rests
    on; subtracted, refitted, six times. With complete ballots it moves no feature past another. No ratings: all 0.
    Source: Searle, Casella & McCulloch, *Variance Components*, 1992.
    """
    n_u = np.bincount(voter, minlength=voters).astype(float)
    style = RatingStyle(np.zeros(voters), 0.0)
    if len(value) == 0:
        return style
    for _ in range(ROUNDS):
        read = value - style.bias[voter]
        parts = variance_components(read, feature, features)
        k = min(parts.within / parts.between, LARGEST_PRIOR) if parts.between else LARGEST_PRIOR
        counts = np.bincount(feature, minlength=features)
        m = (np.bincount(feature, read, minlength=features) + k * parts.mean) / (counts + k)
        residual = value - m[feature]
        between = variance_components(residual, voter, voters).between
        if between <= 0:
            return RatingStyle(np.zeros(voters), 0.0)
        bias = np.bincount(voter, residual, minlength=voters) / (n_u + parts.within / between)
        bias = np.where(n_u > 0, bias - (n_u @ bias) / n_u.sum(), 0.0)
        style = RatingStyle(bias, between)
    return style


def is_sparse(ratings: int, features: int, voters: int) -> bool:
    """Whether fewer than 80 % of the cells are rated, which is when rating style is taken out by default."""
    return ratings < SPARSE * features * voters
