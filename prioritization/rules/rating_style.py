"""Rating style: who rates everything higher or lower than others, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.rating_tables import Cells
from prioritization.rules.shrinkage import LARGEST_PRIOR, components

Array = NDArray[np.float64]

ROUNDS = 6
SPARSE = 0.8
NOTHING = 1e-9
SETTLED = 1e-5


@dataclass(frozen=True)
class RatingStyle:
    """How much higher than others each voter rates one criterion.

    bias     (v,) in rating points; 0 for who rated nothing; its mean, weighted by ratings, is 0
    between  tb2, the variance of the voters' true biases; 0 when they differ by no more than chance
    """

    bias: Array
    between: float


def rating_style(cells: Cells) -> RatingStyle:
    """Return the style of each voter in one criterion, from all single ratings.

    The problem: with gaps in the ballots a feature that the strict ones happened to rate looks worse than it is. The
    choice is crossed random effects, fitted by backfitting: a voter's mean residual, drawn toward 0 by how few it rests
    on; subtracted, refitted, six times or until it stands still. With complete ballots it moves no feature past another. No ratings: all 0.

    Residuals are never written down: sums of squares are expanded, so that a round of the fitting needs one sum over
    the voters of each feature and one over the features of each voter.
    Source: Searle, Casella & McCulloch, *Variance Components*, 1992.
    """
    n_i, n_u = cells.of_feature, cells.of_voter
    none = RatingStyle(np.zeros(cells.voters), 0.0)
    if n_i.sum() == 0:
        return none
    squares = float(cells.feature_squares.sum())
    bias, between = none.bias, 0.0
    for _ in range(ROUNDS):
        read = cells.feature_sums - cells.over_voters(bias)
        left = squares - 2 * float(bias @ cells.voter_sums) + float(n_u @ np.square(bias))
        parts = components(n_i, read, left)
        k = min(parts.within / parts.between, LARGEST_PRIOR) if parts.between else LARGEST_PRIOR
        m = (read + k * parts.mean) / (n_i + k)
        residual = cells.voter_sums - cells.over_features(m)
        left = squares - 2 * float(m @ cells.feature_sums) + float(n_i @ np.square(m))
        between = components(n_u, residual, left).between
        if between <= NOTHING:
            return none
        before, bias = bias, residual / (n_u + parts.within / between)
        bias = np.where(n_u > 0, bias - (n_u @ bias) / n_u.sum(), 0.0)
        if np.abs(bias - before).max() < SETTLED:
            break
    return RatingStyle(bias, between)


def is_sparse(ratings: int, cells: int) -> bool:
    """Whether fewer than 80 % of the cells are rated, which is when rating style is taken out by default.

    cells  features that anybody rated times voters who rated any, added up over the criteria
    """
    return ratings < SPARSE * cells
