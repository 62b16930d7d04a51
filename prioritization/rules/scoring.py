"""From tallies to the ranking: the whole sum in one call, for every feature of a product at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prioritization.rules import scales
from prioritization.rules.disagreement import split
from prioritization.rules.score import additive_score, order_by_score
from prioritization.rules.shrinkage import Prior, estimate_prior, shrink
from prioritization.rules.weights import SQUARE_ROOT_LAW, Tallies, weigh

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """One criterion with all that was voted in it. `weight` is as entered; on a cost scale 1 is the good end."""

    weight: float
    is_cost: bool
    tallies: Tallies


@dataclass(frozen=True)
class Ranking:
    """What the votes amount to: n features in the order given, m criteria in the order given.

    means      (n, m) weighted mean of the votes, NaN where nobody rated
    effective  (n, m) effective number of voters, 0 where nobody rated
    shrunk     (n, m) mean drawn toward the prior, which alone it is where nobody rated
    votes      (n, m) how many votes count
    scores     (n,) 0 to 100
    splits     (n,) 0 to 1, NaN where fewer than three voted
    ranks      (n,) 1 is best; 0 = not ranked: nobody voted on it at all, or it is not open
    priors     one a criterion: what was used, and whether it was the fallback
    """

    means: Array
    effective: Array
    shrunk: Array
    votes: Array
    scores: Array
    splits: Array
    ranks: NDArray[np.intp]
    priors: tuple[Prior, ...]


def rank_features(
    ids: NDArray[np.int64],
    criteria: Sequence[Judged],
    department_weights: Array,
    *,
    is_open: NDArray[np.bool_] | None = None,
    beta: float = SQUARE_ROOT_LAW,
) -> Ranking:
    """Return means, scores, splits and ranks of the features `ids`, (n,), from tallies alone.

    department_weights  (d,) weight of each department, 0 or more
    is_open             (n,) which features can still be chosen; the others get a score and no rank; all, when None

    Every cell is drawn toward its criterion's prior by how few rated it; a criterion that nobody rated for a feature
    takes the prior mean. Ranks go by score, ties by the smaller id; a feature without any vote gets the prior's score
    and no rank. Rating style (METHODS c1) is not taken out. No criteria or no weight above 0: ValueError.

    The priors are used as they are shown, rounded (`Prior.rounded`): so a reader with a pocket calculator gets the score
    that stands there, and one vote among thousands does not move every other score by a millionth.
    """
    n = len(ids)
    weighed = [weigh(each.tallies, n, department_weights, beta=beta) for each in criteria]
    priors = tuple(estimate_prior(each.counts).rounded() for each in weighed)
    shrunk = [
        shrink(each.mean, each.effective, prior_mean=prior.mean, prior_weight=prior.weight)
        for each, prior in zip(weighed, priors, strict=True)
    ]
    weights = np.array([each.weight for each in criteria])
    points = np.column_stack(
        [scales.points(mean, is_cost=each.is_cost) for mean, each in zip(shrunk, criteria, strict=True)]
    )
    scores = additive_score(points, weights)
    counts = np.stack([each.counts for each in weighed], axis=1)
    ranked = counts.sum(axis=(1, 2)) > 0
    if is_open is not None:
        ranked &= is_open
    order = order_by_score(scores, ids)
    ranks = np.zeros(n, dtype=np.intp)
    ranks[order[ranked[order]]] = np.arange(1, ranked.sum() + 1)
    return Ranking(
        means=np.column_stack([each.mean for each in weighed]),
        effective=np.column_stack([each.effective for each in weighed]),
        shrunk=np.column_stack(shrunk),
        votes=counts.sum(axis=2),
        scores=scores,
        splits=split(counts, weights),
        ranks=ranks,
        priors=priors,
    )
