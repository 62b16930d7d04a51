"""From ratings to the ranking: the whole sum in one call, for every feature of a product at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from prioritization.rules import scales
from prioritization.rules.departments import heat
from prioritization.rules.disagreement import polarization, split
from prioritization.rules.fit import Fit, Terms, Voters, fit
from prioritization.rules.intervals import interval, level_doubt, prior_doubt, score_variance
from prioritization.rules.rank_intervals import DRAWS, rank_intervals, tiers
from prioritization.rules.rating_style import is_sparse
from prioritization.rules.rating_tables import Cells, Table, cells_of
from prioritization.rules.residuals import ballot_correlation
from prioritization.rules.score import additive_score, benefit, order_by_score
from prioritization.rules.value_of_votes import distances_to_cut, step, value_of_one_vote

Array = NDArray[np.float64]
THREADS = 2


@dataclass(frozen=True)
class Judged:
    """One criterion with all that was voted in it. `weight` is as entered; on a cost scale 1 is the good end.

    table      (n, v) what each voter gave each feature, 0 is a gap; the same voters in all criteria
    is_effort  whether it is left out of the benefit
    """

    weight: float
    is_cost: bool
    table: Table
    is_effort: bool = False


@dataclass(frozen=True)
class Scored:
    """What the votes amount to: n features in the order given, m criteria in the order given.

    fits         one a criterion
    scores       (n,) 0 to 100
    benefits     (n,) 0 to 100, the scores without effort; NaN where effort has all the weight
    variances    (n,) of the scores, points squared, without the doubt about the level that all share
    low, high    (n,) ends of the 90 % intervals, with that doubt
    splits       (n,) 0 to 1, NaN where fewer than three voted
    polarized    (n, m) polarization by criterion, NaN likewise
    ranks        (n,) 1 is best; 0 = not ranked: nobody voted on it at all, or it is not open
    shares       (m,) normalised weights
    correlation  (m, m) C
    level        L, points squared
    coverage     share of the cells that are rated, of features that anybody rated by voters who rated any
    without_style  whether rating style was taken out
    """

    fits: tuple[Fit, ...]
    scores: Array
    benefits: Array
    variances: Array
    low: Array
    high: Array
    splits: Array
    polarized: Array
    ranks: NDArray[np.intp]
    shares: Array
    correlation: Array
    level: float
    coverage: float
    without_style: bool

    @property
    def order(self) -> NDArray[np.intp]:
        """The positions of the ranked features, best first."""
        ranked = np.flatnonzero(self.ranks)
        return ranked[np.argsort(self.ranks[ranked])]

    @property
    def effective(self) -> Array:
        """(n,) effective voters of each feature: its criteria's, averaged by their weights."""
        return np.column_stack([each.effective for each in self.fits]) @ self.shares


@dataclass(frozen=True)
class Placed:
    """Where each feature could rank; everything (n,), 0 or NaN where it is not ranked.

    low, high   ends of the 90 % interval of its rank
    tiers       1 is the best
    chances     to be among the first `top`
    vote_value  what one more whole vote on it is worth, in score points
    heat        how much it deserves a talk, 0 to 1
    top         k
    """

    low: NDArray[np.intp]
    high: NDArray[np.intp]
    tiers: NDArray[np.intp]
    chances: Array
    vote_value: Array
    heat: Array
    top: int


def score_features(
    ids: NDArray[np.int64],
    criteria: Sequence[Judged],
    voters: Voters,
    *,
    is_open: NDArray[np.bool_] | None = None,
    terms: Terms | None = None,
) -> Scored:
    """Return means, scores, intervals, splits and ranks of the features `ids`, (n,), from all single ratings.

    is_open  (n,) which features can still be chosen; the others get a score and no rank; all, when None

    Every cell is drawn toward its criterion's prior by how few rated it; a criterion that nobody rated for a feature
    takes the prior mean. Ranks go by score, ties by the smaller id; a feature without any vote gets the prior's score
    and no rank. No criteria or no weight above 0: ValueError.
    """
    terms = terms or Terms()
    counting = voters.weight > 0
    if not counting.all():
        voters = voters.only(counting)
        criteria = [replace(each, table=each.table[:, counting]) for each in criteria]
    tables = [each.table for each in criteria]
    shares = np.array(scales.shares([each.weight for each in criteria]))
    with ThreadPoolExecutor(THREADS) as pool:
        summable = list(pool.map(cells_of, tables))
        rated, cells = _coverage(summable)
        without_style = terms.takes_out_style and is_sparse(rated, cells)
        fits = tuple(
            pool.map(lambda one, table: fit(one, table, voters, terms, without_style=without_style), summable, tables)
        )
    points = np.column_stack(
        [scales.points(one.shrunk, is_cost=each.is_cost) for one, each in zip(fits, criteria, strict=True)]
    )
    scores = additive_score(points, shares)
    counts = np.stack([each.counts for each in fits], axis=1)
    ranked = counts.sum(axis=(1, 2)) > 0
    if is_open is not None:
        ranked &= is_open
    order = order_by_score(scores, ids)
    ranks = np.zeros(len(ids), dtype=np.intp)
    ranks[order[ranked[order]]] = np.arange(1, ranked.sum() + 1)
    correlation = ballot_correlation(tables, fits, [each.is_cost for each in criteria])
    variances = score_variance(np.column_stack([each.variance for each in fits]), shares, correlation)
    between = np.array([each.style.between for each in fits])
    level = round(level_doubt(between, shares, np.column_stack([each.ratings for each in fits])), 2)
    polarized = polarization(counts.reshape(-1, counts.shape[2])).reshape(counts.shape[:2])
    priors = [prior_doubt(each.mean, each.effective, each.prior, features=int((each.n > 0).sum())) for each in fits]
    of_priors = scales.POINTS_A_STEP**2 * np.column_stack(priors) @ np.square(shares)
    low, high = interval(scores, variances, level=level + of_priors)
    return Scored(
        fits=fits,
        scores=scores,
        benefits=_benefits(points, criteria),
        variances=variances,
        low=low,
        high=high,
        splits=split(polarized, shares),
        polarized=polarized,
        ranks=ranks,
        shares=shares,
        correlation=correlation,
        level=level,
        coverage=rated / cells if cells else 0.0,
        without_style=without_style,
    )


def place_features(
    ids: NDArray[np.int64], scored: Scored, *, cut: Callable[[NDArray[np.intp]], int], seed: int, draws: int = DRAWS
) -> Placed:
    """Return how far up or down each ranked feature could stand, and what that makes of one more vote or a talk.

    cut  told the positions from the best to the worst, returns after how many the list is cut

    Features that are not ranked take nobody's place.
    """
    order = scored.order
    top = cut(order)
    at = np.sort(order)
    found = rank_intervals(ids[at], scored.scores[at], scored.variances[at], top=top, seed=seed, draws=draws)
    steps = step(
        np.array([each.prior.within for each in scored.fits]),
        np.column_stack([each.effective[at] for each in scored.fits]),
        np.array([each.prior.weight for each in scored.fits]),
    )
    one_vote = np.sqrt(score_variance(np.square(steps), scored.shares, scored.correlation))
    values = Placed(
        low=found.low,
        high=found.high,
        tiers=tiers(ids[at], scored.scores[at], scored.variances[at]),
        chances=found.top,
        vote_value=value_of_one_vote(one_vote, distances_to_cut(scored.scores[at], top)),
        heat=heat(found.top, scored.splits[at]),
        top=top,
    )
    spread = {each.name: getattr(values, each.name) for each in fields(values) if each.name != "top"}
    return Placed(**{name: _at(at, some, len(ids)) for name, some in spread.items()}, top=top)


def _at(positions: NDArray[np.intp], values: NDArray, n: int) -> NDArray:
    result = np.full(n, np.nan) if values.dtype.kind == "f" else np.zeros(n, dtype=values.dtype)
    result[positions] = values
    return result


def _benefits(points: Array, criteria: Sequence[Judged]) -> Array:
    is_effort = np.array([each.is_effort for each in criteria])
    weights = np.array([each.weight for each in criteria])
    if not weights[~is_effort].any():
        return np.full(len(points), np.nan)
    return benefit(points, weights, is_effort)


def _coverage(criteria: Sequence[Cells]) -> tuple[int, int]:
    """Return how many cells are rated, and of how many: per criterion features with any rating times voters with any."""
    rated = cells = 0
    for each in criteria:
        rated += int(each.of_voter.sum())
        cells += int((each.of_feature > 0).sum()) * int((each.of_voter > 0).sum())
    return rated, cells
