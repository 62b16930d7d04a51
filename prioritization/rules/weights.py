"""Voter weights: how much each person's rating counts, and how many equal voters that amounts to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SQUARE_ROOT_LAW = 0.5


def voter_weights(seat: Array, department_weight: Array, department_votes: Array, *, beta: float) -> Array:
    """Return the weight of each rating, any common shape: omega = seat weight x department weight x votes^-beta.

    seat               the person's own weight; 0 = may vote, is shown, counts nothing
    department_weight  the weight of that person's department
    department_votes   how many of the department's ratings of **this** feature and criterion count (weight above 0)
    beta               0 = one person, one vote; 1 = departments are equal; between them, `SQUARE_ROOT_LAW`

    The problem: 9 engineers and 1 from finance count 9:1, 3:1 or 1:1 at beta 0, 1/2, 1. At 1 a lone voter has half of
    all power, at 0 the big department decides alone. The choice is Penrose's square root. No votes: weight 0.
    Source: Penrose, "The Elementary Statistics of Majority Voting", 1946.
    """
    if not 0 <= beta <= 1:
        raise ValueError("beta is between 0 and 1.")
    voted = department_votes > 0
    damped = np.power(department_votes, -beta, out=np.zeros_like(department_votes, dtype=float), where=voted)
    return seat * department_weight * damped


def effective_voters(weight_sum: Array, square_sum: Array) -> Array:
    """Return Kish's effective number of voters, (sum of omega)^2 / sum of omega^2: 0 where nothing counts.

    At least 1 and at most the number of ratings that count, which it equals when all weigh the same.
    Source: Kish, *Survey Sampling*, 1965.
    """
    return np.divide(weight_sum**2, square_sum, out=np.zeros_like(weight_sum, dtype=float), where=square_sum > 0)


@dataclass(frozen=True)
class ByDepartment:
    """Ratings of one criterion summed by feature and department: n features, d departments.

    votes   (n, d) how many people whose weight is above 0 rated
    weight  (n, d) sum of their seat weights
    square  (n, d) sum of the squares of their seat weights
    rated   (n, d) sum of their ratings, each times the seat's weight
    """

    votes: Array
    weight: Array
    square: Array
    rated: Array


@dataclass(frozen=True)
class Weighed:
    """What one criterion's votes amount to, feature by feature.

    mean       (n,) weighted mean rating, NaN where no vote counts
    total      (n,) sum of the voters' weights omega
    effective  (n,) Kish's number of voters, 0 where no vote counts
    factor     (n, d) what a seat's own weight is multiplied by there
    """

    mean: Array
    total: Array
    effective: Array
    factor: Array


def weigh(sums: ByDepartment, department_weights: Array, *, beta: float = SQUARE_ROOT_LAW) -> Weighed:
    """Return weighted means and effective voters from sums alone.

    department_weights  (d,) weight of each department, 0 or more

    The sums over people need no people: within one feature, criterion and department the factor W n^-beta is the same
    for all, so it multiplies the sums of seat weights and, squared, the sums of their squares.
    """
    factor = voter_weights(np.ones(1), department_weights, sums.votes, beta=beta)
    total = np.einsum("id,id->i", factor, sums.weight)
    rated = np.einsum("id,id->i", factor, sums.rated)
    squares = np.einsum("id,id->i", np.square(factor), sums.square)
    return Weighed(
        mean=np.divide(rated, total, out=np.full(len(total), np.nan), where=total > 0),
        total=total,
        effective=effective_voters(total, squares),
        factor=factor,
    )
