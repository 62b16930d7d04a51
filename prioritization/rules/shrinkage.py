"""Shrinkage: how far a mean of few ratings is drawn toward the mean of all, and how sure the result is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.scales import VALUES

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
        """Return it with mean and weight as pages show them, to two decimals."""
        return replace(self, mean=round(self.mean, 2), weight=round(self.weight, 2))


def estimate_prior(
    counts: Array, *, enough_features: int = ENOUGH_FEATURES, enough_freedom: int = ENOUGH_FREEDOM
) -> Prior:
    """Return the prior that the ratings of one criterion themselves suggest: variance components, then their quotient.

    counts           (n, 5) how many people gave feature i the rating 1, 2, 3, 4, 5; unweighted; rows of 0 are left out
    enough_features  fall back when fewer features than this have two ratings or more
    enough_freedom   fall back when ratings minus rated features are fewer than this

    One-way analysis of variance with unequal groups. s2 is never below 1/12, the variance that rounding to whole
    ratings makes; tau2 = 0 (the features do not differ by more than chance) gives k = 25; k is kept within 1 and 25.
    No rating at all: mean 3 and the fallback.
    Source: Searle, Casella & McCulloch, *Variance Components*, 1992; Efron & Morris, "Data Analysis Using Stein's
    Estimator and its Generalizations", 1975.
    """
    values = np.array(VALUES, dtype=float)
    n = counts.sum(axis=1)
    counts, n = counts[n > 0], n[n > 0]
    total, groups = float(n.sum()), len(n)
    if not total:
        return Prior(MEAN_OF_NO_RATINGS, FALLBACK_PRIOR, FALLBACK_VARIANCE, None, True)
    means = counts @ values / n
    mean = float(counts.sum(axis=0) @ values / total)
    if (n >= 2).sum() < max(enough_features, 2) or total - groups < max(enough_freedom, 1):
        return Prior(mean, FALLBACK_PRIOR, FALLBACK_VARIANCE, None, True)
    squares = (counts * (values - means[:, None]) ** 2).sum()
    within = max(float(squares / (total - groups)), ROUNDING_VARIANCE)
    votes_a_group = (total - (n**2).sum() / total) / (groups - 1)
    mean_square_between = (n * (means - mean) ** 2).sum() / (groups - 1)
    between = max(0.0, float((mean_square_between - within) / votes_a_group))
    weight = within / between if between else LARGEST_PRIOR
    return Prior(mean, min(max(weight, SMALLEST_PRIOR), LARGEST_PRIOR), within, between, False)


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


def posterior_variance(counts: Array, effective: Array, *, prior_weight: float, within: float) -> Array:
    """Return how uncertain each shrunk mean is, shape (n,), as a variance on the rating scale.

    counts     (n, 5) how many people gave 1, 2, 3, 4, 5; unweighted
    effective  (n,) effective number of voters
    within     s2, the pooled variance, that counts as four ratings beside the feature's own

    One voter, or many who agree, are never certain: their own variance of 0 is drawn toward the pooled one.
    Source: Smyth, "Linear Models and Empirical Bayes Methods", 2004.
    """
    values = np.array(VALUES, dtype=float)
    n = counts.sum(axis=1)
    means = np.divide(counts @ values, n, out=np.zeros(len(n)), where=n > 0)
    squares = (counts * (values - means[:, None]) ** 2).sum(axis=1)
    own = (POOLED_WEIGHT * within + squares) / (POOLED_WEIGHT + np.maximum(n - 1, 0))
    return own / (effective + prior_weight)
