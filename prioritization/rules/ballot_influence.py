"""What each voter's whole ballot does to the scores, and the most that it could do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.fit import Fit, Voters
from prioritization.rules.rating_tables import Table
from prioritization.rules.scales import HIGHEST, LOWEST, POINTS_A_STEP
from prioritization.rules.shrinkage import Prior, components, estimate_prior, shrink
from prioritization.rules.weights import SQUARE_ROOT_LAW, effective_voters, voter_weights

Array = NDArray[np.float64]

SCALE = HIGHEST - LOWEST


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
        part = _part(voters, fit, feature, voter)
        effective = fit.effective[feature]
        pulled = effective / (effective + fit.prior.weight)
        bound[feature, voter] += share * POINTS_A_STEP * SCALE * part * pulled
        without = _without(table, voters, fit, feature, voter, beta)
        moved[feature, voter] += share * POINTS_A_STEP * (fit.shrunk[feature] - without)
    return np.abs(moved), bound


def through_the_average(tables: Sequence[Table], voters: Voters, fits: Sequence[Fit], shares: Array) -> Array:
    """Return what every ballot could do to every score through the average, (n, v), in score points; 0 or more.

    tables, fits  one a criterion, as for `ballot_influence`; `shares` (m,) their weights, sum 1

    A ballot also moves the average that all scores are drawn toward, and how hard they are drawn: so even a feature that
    the voter did not rate. Its bound in `ballot_influence` and this together hold against a whole new run, and are what
    pages show as "at most". The average is lowest and highest when the ballot is 1 or 5 throughout; the pull is weakest
    when it is 5 where the others are above the average and 1 elsewhere, and strongest the other way round. Between those
    the mean of the votes, the average and the pull each move a score one way, so that it is furthest off at a corner.
    Rating styles are held where they are.
    """
    moved = np.zeros(tables[0].shape)
    for table, fit, share in zip(tables, fits, shares.tolist(), strict=True):
        for voter, lowest, highest, priors in _extremes(table, voters, fit):
            means, pulls = [each.mean for each in priors], [each.weight for each in priors]
            furthest = np.zeros(len(table))
            for mean in (lowest, highest):
                held = _pulled(mean, fit, fit.prior.mean, fit.prior.weight)
                for mu, k in product((min(means), max(means)), (min(pulls), max(pulls))):
                    np.maximum(furthest, np.abs(_pulled(mean, fit, mu, k) - held), out=furthest)
            moved[:, voter] += share * POINTS_A_STEP * furthest
    return moved


def _extremes(table: Table, voters: Voters, fit: Fit) -> Iterator[tuple[int, Array, Array, list[Prior]]]:
    """Yield for each voter the lowest and the highest means, (n,), that their ballot can make, and the priors likewise."""
    rated = table > 0
    read = np.where(rated, table - fit.bias, 0.0)
    sums, squares = read.sum(axis=1), float(np.square(read).sum())
    for voter in np.flatnonzero(rated.any(axis=0)).tolist():
        those = np.flatnonzero(rated[:, voter])
        own, bias = read[those, voter], fit.bias[voter]
        part = _part(voters, fit, those, np.full(len(those), voter))
        lowest, highest = fit.mean.copy(), fit.mean.copy()
        lowest[those] -= part * (own - LOWEST + bias)
        highest[those] += part * (HIGHEST - bias - own)
        above = sums[those] - own >= fit.prior.mean * (fit.n[those] - 1)
        priors = [fit.prior]
        for ballot in (LOWEST, HIGHEST, np.where(above, HIGHEST, LOWEST), np.where(above, LOWEST, HIGHEST)):
            instead = np.broadcast_to(ballot - bias, own.shape)
            then = sums.copy()
            then[those] += instead - own
            parts = components(fit.n, then, squares + float(np.square(instead).sum() - np.square(own).sum()))
            priors.append(estimate_prior(parts).rounded())
        yield voter, lowest.clip(LOWEST, HIGHEST), highest.clip(LOWEST, HIGHEST), priors


def _pulled(mean: Array, fit: Fit, mu: float, k: float) -> Array:
    return shrink(mean, fit.effective, prior_mean=mu, prior_weight=k)


def _part(voters: Voters, fit: Fit, feature: NDArray[np.intp], voter: NDArray[np.intp]) -> Array:
    """Return, for each rating, its share of the weight of all ratings of its feature, (r,)."""
    omega = voters.weight[voter] * fit.factor[feature, voters.department[voter]]
    if fit.capped:
        omega = np.minimum(omega, fit.heaviest[feature])
    total = fit.total[feature]
    return np.divide(omega, total, out=np.zeros(len(omega)), where=total > 0)


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
