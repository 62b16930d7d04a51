"""What each voter's whole ballot does to the scores, and the most that it could do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.fit import Fit, Voters
from prioritization.rules.rating_tables import Table
from prioritization.rules.scales import POINTS_A_STEP
from prioritization.rules.weights import SQUARE_ROOT_LAW, effective_voters, voter_weights

Array = NDArray[np.float64]

SCALE = 4


def ballot_influence(
    tables: Sequence[Table], voters: Voters, fits: Sequence[Fit], shares: Array, *, beta: float = SQUARE_ROOT_LAW
) -> tuple[Array, Array]:
    """Return (influence, bound), each (n, v) in score points: what every ballot does to every score, and could at most.

    tables, fits  one a criterion; `shares` (m,) their weights, sum 1

    Influence is the score as it is less the score without that voter, as a size; the average, the pull k and the rating
    styles are held where they are, because one ballot hardly moves them. Without the voter the rest of the department
    is damped less. The bound is what changing all their ratings from one end of the scale to the other would do at most:
    4 omega / (sum of omega) x n_eff / (n_eff + k) rating points a criterion. Who did not rate a feature has 0 in both.
    """
    n, v = tables[0].shape
    moved, bound = np.zeros((n, v)), np.zeros((n, v))
    for table, fit, share in zip(tables, fits, shares.tolist(), strict=True):
        feature, voter = np.nonzero(table)
        own, department = voters.weight[voter], voters.department[voter]
        omega = own * fit.factor[feature, department]
        if fit.capped:
            omega = np.minimum(omega, fit.heaviest[feature])
        total, effective, k = fit.total[feature], fit.effective[feature], fit.prior.weight
        part = np.divide(omega, total, out=np.zeros(len(omega)), where=total > 0)
        pulled = effective / (effective + k)
        bound[feature, voter] += share * POINTS_A_STEP * SCALE * part * pulled
        without = _without(table, voters, fit, feature, voter, beta)
        moved[feature, voter] += share * POINTS_A_STEP * (fit.shrunk[feature] - without)
    return np.abs(moved), bound


def _without(
    table: Table, voters: Voters, fit: Fit, feature: NDArray[np.intp], voter: NDArray[np.intp], beta: float
) -> Array:
    """Return, for each rating, the shrunk mean of its feature without it, (r,); the cap on shares is not applied anew."""
    d = len(voters.department_weights)
    own, department = voters.weight[voter], voters.department[voter]
    read = table[feature, voter] - fit.bias[voter]
    cell = feature * d + department

    def summed(of: Array) -> Array:
        return np.bincount(cell, of, minlength=fit.factor.size).astype(float, copy=False)

    votes, weight, square, rated = summed(np.ones(len(own))), summed(own), summed(np.square(own)), summed(own * read)
    factor = fit.factor.ravel()

    def over_departments(per_cell: Array) -> Array:
        return per_cell.reshape(-1, d).sum(axis=1)[feature]

    left = votes[cell] - 1
    damped = voter_weights(np.ones(len(left)), voters.department_weights[department], left, beta=beta)
    then = []
    for sums, mine, power in ((weight, own, 1), (square, np.square(own), 2), (rated, own * read, 1)):
        whole = over_departments(factor**power * sums) - factor[cell] ** power * sums[cell]
        then.append(whole + damped**power * (sums[cell] - mine))
    total, squares, rating = then
    nobody = total <= 1e-12
    mean = np.divide(rating, total, out=np.full(len(total), fit.prior.mean), where=~nobody)
    effective = np.where(nobody, 0.0, effective_voters(total, np.maximum(squares, 1e-300)))
    k = fit.prior.weight
    return (effective * mean + k * fit.prior.mean) / (effective + k)
