"""The additive score: a feature's points in each criterion, times the criterion's weight, summed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.scales import shares

Array = NDArray[np.float64]

SCORE_DIGITS = 9


def contributions(points: Array, weights: Array) -> Array:
    """Return how many points of the score each criterion gives, shape (n, m).

    points   (n, m) points of n features in m criteria, 0 to 100
    weights  (m,) as entered: any scale, none negative, not all 0 (ValueError)
    """
    return points * np.asarray(shares(weights.tolist()))


def additive_score(points: Array, weights: Array) -> Array:
    """Return each feature's score, 0 to 100, shape (n,): the weighted sum of its points.

    points, weights  as for `contributions`; a missing cell was filled with the prior before

    The problem: many ways to combine criteria exist. The choice is the sum, because then a score *is* its visible
    contributions, differences between two features have exact flip points, nothing explodes as effort nears 0, and a
    quotient of two ratings, which are an interval scale at best, means nothing.
    Source: Belton & Stewart, *Multiple Criteria Decision Analysis*, 2002.
    """
    return contributions(points, weights).sum(axis=1)


def benefit(points: Array, weights: Array, is_effort: NDArray[np.bool_]) -> Array:
    """Return each feature's value to the planner, 0 to 100, shape (n,): the score with effort left out.

    is_effort  (m,) which criteria are effort; the other weights are rescaled to sum to 1

    Effort binds a plan through capacity already; counted here too it would favour small work twice.
    Raises ValueError when no weight but effort's is above 0.
    """
    return additive_score(points[:, ~is_effort], weights[~is_effort])


def order_by_score(scores: Array, ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the positions of features from the best to the worst, shape (n,): score down, then id up.

    Scores that differ by less than 1e-9 are equal: they come from sums whose last bit depends on the order of the rows,
    and a re-run must not reshuffle a page.
    """
    return np.lexsort((ids, -np.round(scores, SCORE_DIGITS)))
