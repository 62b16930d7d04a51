"""The value of one more vote: whom to ask about what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prioritization.rules import normal

Array = NDArray[np.float64]


def step(within: Array | float, effective: Array, prior_weight: Array | float) -> Array:
    """Return the standard deviation of the step that one more vote makes a mean take, same shape.

    within        s2, variance of single ratings; on the scale of points when the result is to be
    effective     effective number of voters so far, 0 or more
    prior_weight  k, above 0
    """
    now = within / (effective + prior_weight)
    then = within / (effective + 1 + prior_weight)
    return np.sqrt(np.maximum(now - then, 0.0))


def distances_to_cut(scores: Array, top: int) -> Array:
    """Return how far each score is from changing sides of the cut below the first `top`, shape (n,), 0 or more.

    Inside the cut the distance to the best outside, outside to the last inside. No cut (top <= 0 or >= n): infinite.
    """
    n = len(scores)
    if not 0 < top < n:
        return np.full(n, np.inf)
    ordered = np.sort(scores)[::-1]
    last_in, first_out = ordered[top - 1], ordered[top]
    inside = np.zeros(n, dtype=bool)
    inside[np.argsort(-scores, kind="stable")[:top]] = True
    return np.where(inside, scores - first_out, last_in - scores)


def value_of_one_vote(steps: Array, distances: Array) -> Array:
    """Return what one more vote on each feature is worth, shape (n,), in the unit of `distances`, 0 or more.

    steps      (n,) from `step`
    distances  (n,) to the switch: from `distances_to_cut`, or the plan's regret of forcing a feature in or out

    The expected gain of choosing after the vote instead of before (knowledge gradient, unit linear loss): exact for one
    vote on one feature. Nothing where a vote moves nothing, or can move nothing far enough.
    Source: Raiffa & Schlaifer, *Applied Statistical Decision Theory*, 1961; Frazier, Powell & Dayanik, 2008.
    """
    far = np.isinf(distances) | (steps <= 0)
    z = np.divide(distances, steps, out=np.full(len(steps), np.inf), where=~far)
    safe = np.where(far, 0.0, z)
    worth = steps * (normal.density(safe) - safe * (1 - normal.below(safe)))
    return np.where(far, 0.0, np.maximum(worth, 0.0))
