"""Shrinkage: how far a mean of few ratings is drawn toward the mean of all, and how sure the result is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MEAN_OF_NO_RATINGS = 3.0
SMALLEST_PRIOR, LARGEST_PRIOR = 1.0, 25.0
ROUNDING_VARIANCE = 1 / 12
FALLBACK_PRIOR, FALLBACK_VARIANCE = 4.0, 1.0
ENOUGH_FEATURES, ENOUGH_FREEDOM = 5, 10
POOLED_WEIGHT = 4


@dataclass(frozen=True)
class Prior:
    """What is believed about a feature in one criterion before anybody has rated it, and where that comes from.

    mean         mu, on the scale 1 to 5
    weight       k, as how many pseudo-votes it counts; 1 to 25
    within       s2, variance of the ratings of one feature around their mean
    between      tau2, variance of the features' true means; None when `is_fallback`
    is_fallback  whether there were too few ratings to estimate: then k = 4 and s2 = 1
    """

    mean: float
    weight: float
    within: float
    between: float | None
    is_fallback: bool

    def rounded(self) -> Prior:
        """Return it as it is used: the mean to two decimals, the weight to one, the variance to two.

        Finer than it is known by far, and coarse enough that one vote among thousands leaves it where it was.
        """
        return replace(self, mean=round(self.mean, 2), weight=round(self.weight, 1), within=round(self.within, 2))


@dataclass(frozen=True)
class Components:
    """How much of the spread of ratings lies within groups and how much between them.

    mean     of all values
    within   s2, variance around the groups' own means, never below 1/12
    between  tau2, variance of the groups' true means; 0 when they differ by no more than chance
    groups   with at least one value; `pairs` of them with two or more
    freedom  values minus groups
    """

    mean: float
    within: float
    between: float
    groups: int
    pairs: int
    freedom: int


def components(n: Array, sums: Array, squares: float) -> Components:
    """Return the variance components of grouped values: one-way analysis of variance with unequal groups.

    n, sums  (g,) how many values each group has and their sum; empty groups are left out
    squares  the sum of all squared values

    Nothing to tell them apart (fewer than two groups, or no group with two values): s2 is 1 and tau2 is 0.
    Source: Searle, Casella & McCulloch, *Variance Components*, 1992.
    """
    n, sums = n[n > 0], sums[n > 0]
    total, groups = float(n.sum()), len(n)
    freedom, pairs = round(total) - groups, int((n >= 2).sum())
    mean = float(sums.sum() / total) if groups else MEAN_OF_NO_RATINGS
    if freedom < 1 or groups < 2:
        return Components(mean, FALLBACK_VARIANCE, 0.0, groups, pairs, freedom)
    means = sums / n
    within = max((squares - float(sums @ means)) / freedom, ROUNDING_VARIANCE)
    values_a_group = (total - float(n @ n) / total) / (groups - 1)
    between_square = float((n * (means - mean) ** 2).sum()) / (groups - 1)
    return Components(mean, within, max(0.0, (between_square - within) / values_a_group), groups, pairs, freedom)


def estimate_prior(
    parts: Components, *, enough_features: int = ENOUGH_FEATURES, enough_freedom: int = ENOUGH_FREEDOM
) -> Prior:
    """Return the prior that the ratings of one criterion themselves suggest: the quotient of the variance components.

    parts            by feature, of all single ratings, unweighted, rating style taken out
    enough_features  fall back when fewer features than this have two ratings or more
    enough_freedom   fall back when ratings minus rated features are fewer than this

    s2 is never below 1/12, the variance that rounding to whole ratings makes; tau2 = 0 (the features do not differ by
    more than chance) gives k = 25; k is kept within 1 and 25. No rating at all: mean 3 and the fallback.
    Source: Efron & Morris, "Data Analysis Using Stein's Estimator and its Generalizations", 1975.
    """
    if parts.pairs < max(enough_features, 2) or parts.freedom < max(enough_freedom, 1):
        return Prior(parts.mean, FALLBACK_PRIOR, FALLBACK_VARIANCE, None, True)
    weight = parts.within / parts.between if parts.between else LARGEST_PRIOR
    weight = min(max(weight, SMALLEST_PRIOR), LARGEST_PRIOR)
    return Prior(parts.mean, weight, parts.within, parts.between, False)


def shrink(means: Array, effective: Array, *, prior_mean: float, prior_weight: float) -> Array:
    """Return each feature's mean rating, drawn toward `prior_mean` where few people rated; shape (n,).

    means         (n,) weighted mean of its ratings; ignored, and may be NaN, where `effective` is 0
    effective     (n,) effective number of voters; 0 or more
    prior_mean    the mean that a feature nobody rated gets, exactly; same scale as the ratings
    prior_weight  how many effective voters the prior counts as; above 0

    The result lies between the two means. Raises ValueError on a negative count or a prior weight that is not positive.
    Source: Efron & Morris, 1975 (normal-normal; the "Bayesian average").
    """
    if prior_weight <= 0 or (effective < 0).any():
        raise ValueError("A count is never negative, and the prior weighs something.")
    known = effective > 0
    filled = np.where(known, means, prior_mean)
    return np.where(known, (effective * filled + prior_weight * prior_mean) / (effective + prior_weight), prior_mean)


def posterior_variance(n: Array, squares: Array, effective: Array, *, prior_weight: float, within: float) -> Array:
    """Return how uncertain each shrunk mean is, shape (n,), as a variance on the rating scale.

    n, squares  (n,) how many rated, unweighted, and the sum of squares around their own mean
    effective   (n,) effective number of voters
    within      s2, the pooled variance, that counts as four ratings beside the feature's own

    One voter, or many who agree, are never certain: their own variance of 0 is drawn toward the pooled one.
    Source: Smyth, "Linear Models and Empirical Bayes Methods", 2004.
    """
    own = (POOLED_WEIGHT * within + np.maximum(squares, 0)) / (POOLED_WEIGHT + np.maximum(n - 1, 0))
    return own / (effective + prior_weight)
