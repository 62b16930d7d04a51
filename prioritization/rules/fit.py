"""Fit: what the ratings of one criterion say about every feature, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.influence import LARGEST_SHARE, capped
from prioritization.rules.rating_style import RatingStyle, rating_style
from prioritization.rules.rating_tables import Cells, Table
from prioritization.rules.scales import HIGHEST, LOWEST
from prioritization.rules.shrinkage import Prior, components, estimate_prior, posterior_variance, shrink
from prioritization.rules.weights import SQUARE_ROOT_LAW, ByDepartment, effective_voters, weigh

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Voters:
    """Who rated: v people of d departments.

    weight              (v,) each one's own weight; 0 = may vote, is shown, counts nothing
    department          (v,) index of their department below d
    department_weights  (d,) weight of each department, 0 or more
    """

    weight: Array
    department: NDArray[np.intp]
    department_weights: Array

    def only(self, those: NDArray[np.bool_]) -> Voters:
        """Return some of them, (v,) True to keep; the departments stay."""
        return Voters(self.weight[those], self.department[those], self.department_weights)


@dataclass(frozen=True)
class Terms:
    """How the ratings are to be read.

    beta             how far departments are levelled: 0 one person one vote, 1 equal departments
    largest_share    of one voter in a feature and criterion, from three voters up
    takes_out_style  whether a voter's rating style is taken out while ballots have gaps
    """

    beta: float = SQUARE_ROOT_LAW
    largest_share: float = LARGEST_SHARE
    takes_out_style: bool = True


@dataclass(frozen=True)
class Fit:
    """One criterion, feature by feature: n features, v voters, d departments.

    mean         (n,) weighted mean rating with rating style taken out, 1..5; NaN where no vote counts
    raw          (n,) the same of the ratings as given
    plain        (n,) unweighted mean of the ratings as read; NaN where nobody rated
    effective    (n,) effective number of voters, 0 where no vote counts
    total        (n,) sum of the weights of the voters
    factor       (n, d) what a seat's own weight is multiplied by there
    n            (n,) how many rated
    counts       (n, 5) how many people gave 1, 2, 3, 4, 5
    shrunk       (n,) mean drawn toward the prior, which alone it is where nobody rated
    variance     (n,) of `shrunk`, on the rating scale
    prior        as it is used and shown, rounded
    bias         (v,) what was taken off each voter's ratings, rounded to one decimal as it is said; 0 when style is left in
    style        what the style was found to be, whether it is taken out or not
    ratings      (v,) how many features each voter rated
    department_means, department_votes  (n, d) weighted mean as read (NaN: nobody) and number of votes
    capped       in how many features the cap on one voter's share held somebody back
    heaviest     (n,) the most that one voter weighs there; infinite where nobody was held back
    """

    mean: Array
    raw: Array
    plain: Array
    effective: Array
    total: Array
    factor: Array
    n: Array
    counts: Array
    shrunk: Array
    variance: Array
    prior: Prior
    bias: Array
    style: RatingStyle
    ratings: Array
    department_means: Array
    department_votes: Array
    capped: int
    heaviest: Array


def fit(cells: Cells, table: Table, voters: Voters, terms: Terms, *, without_style: bool) -> Fit:
    """Return means, doubts and prior of one criterion.

    cells, table   (n, v) ratings of voters whose weight is above 0, 0 is a gap; the same in the form that sums fastest
    without_style  whether rating style is taken out

    The variance is fitted to single ratings, unweighted, style taken out; the mean is weighted. The prior, the styles
    and the pooled variance are used rounded as they are shown: a reader with a pocket calculator gets the score that
    stands there, and one vote among thousands does not move every other score by a millionth. A style is known to some
    tenths at best; in hundredths, two votes in five changed the voter's, and with it every score this person had a part in.
    """
    style = rating_style(cells)
    bias = np.round(style.bias, 1) if without_style else np.zeros(cells.voters)
    n = cells.of_feature
    read = cells.feature_sums - cells.over_voters(bias)
    squares = (
        cells.feature_squares - 2 * cells.rated_times(bias) + cells.over_voters(np.square(bias))
        if bias.any()
        else cells.feature_squares
    )
    plain = np.divide(read, n, out=np.full(len(n), np.nan), where=n > 0)
    prior = estimate_prior(components(n, read, float(squares.sum()))).rounded()
    sums, biases = _by_department(cells, voters, bias)
    weighed = weigh(sums, voters.department_weights, beta=terms.beta)
    total, effective = weighed.total.copy(), weighed.effective.copy()
    taken = np.einsum("id,id->i", weighed.factor, biases)
    lowered = np.divide(taken, total, out=np.zeros(len(total)), where=total > 0)
    raw, mean = weighed.mean.copy(), weighed.mean - lowered
    heaviest = np.full(len(total), np.inf)
    held_back = _over_the_cap(table, voters, weighed.factor, total, terms.largest_share)
    for i, those, omega in held_back:
        total[i], effective[i] = omega.sum(), float(effective_voters(omega.sum(), np.square(omega).sum()))
        heaviest[i] = omega.max()
        raw[i] = omega @ table[i, those] / total[i]
        mean[i] = raw[i] - omega @ bias[those] / total[i]
    mean = np.clip(mean, LOWEST, HIGHEST)
    votes, weight = sums.votes, sums.weight
    known = weight > 0
    return Fit(
        mean=mean,
        raw=raw,
        plain=plain,
        effective=effective,
        total=total,
        factor=weighed.factor,
        n=n,
        counts=cells.counts(),
        shrunk=shrink(mean, effective, prior_mean=prior.mean, prior_weight=prior.weight),
        variance=posterior_variance(
            n, squares - np.nan_to_num(plain) * read, effective, prior_weight=prior.weight, within=prior.within
        ),
        prior=prior,
        bias=bias,
        style=style,
        ratings=cells.of_voter,
        department_means=np.divide(sums.rated - biases, weight, out=np.full(weight.shape, np.nan), where=known),
        department_votes=votes,
        capped=len(held_back),
        heaviest=heaviest,
    )


def _by_department(cells: Cells, voters: Voters, bias: Array) -> tuple[ByDepartment, Array]:
    """Return the sums by department, and the (n, d) sums of weight times bias."""
    department, d = voters.department, len(voters.department_weights)
    ones = np.ones(cells.voters)
    votes = cells.by_department(department, d, ones)
    alike = bool((voters.weight == 1).all())
    weight = votes if alike else cells.by_department(department, d, voters.weight)
    square = votes if alike else cells.by_department(department, d, np.square(voters.weight))
    rated = cells.by_department(department, d, voters.weight, rated=True)
    biases = cells.by_department(department, d, voters.weight * bias) if bias.any() else np.zeros(votes.shape)
    return ByDepartment(votes, weight, square, rated), biases


def _over_the_cap(
    table: Table, voters: Voters, factor: Array, total: Array, largest_share: float
) -> list[tuple[int, NDArray[np.intp], Array]]:
    """Return (feature, voters, their weights) wherever somebody would weigh more than the cap allows, capped.

    Most features are passed over at once: no department there has anybody heavy enough.
    """
    heaviest = np.zeros(factor.shape[1])
    np.maximum.at(heaviest, voters.department, voters.weight)
    found = []
    for i in np.flatnonzero((factor * heaviest).max(axis=1, initial=0) > largest_share * total * (1 + 1e-9)):
        those = np.flatnonzero(table[i])
        omega = voters.weight[those] * factor[i, voters.department[those]]
        held = capped(omega, largest_share=largest_share)
        if not np.array_equal(held, omega):
            found.append((int(i), those, held))
    return found
