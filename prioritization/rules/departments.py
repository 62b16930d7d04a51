"""Departments: how much of a disagreement runs between them, and what to talk about first."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def share_between(values: Array, department: NDArray[np.intp]) -> float | None:
    """Return eta squared in [0, 1]: the share of a feature's spread that lies between departments, not within them.

    values, department  (r,) one entry a rating of one feature and criterion

    None where nobody differs.
    """
    total = float(np.square(values - values.mean()).sum()) if len(values) else 0.0
    if total == 0:
        return None
    n = np.bincount(department).astype(float)
    means = np.divide(np.bincount(department, values), n, out=np.zeros(len(n)), where=n > 0)
    return float((n * np.square(means - values.mean())).sum() / total)


@dataclass(frozen=True)
class Gap:
    """The two departments that stand furthest apart on a feature; indices, their shrunk means, and how sure it is."""

    low: int
    high: int
    low_mean: float
    high_mean: float
    z: float

    @property
    def size(self) -> float:
        return self.high_mean - self.low_mean


def widest_gap(means: Array, counts: Array, *, feature_mean: float, prior_weight: float, within: float) -> Gap | None:
    """Return the widest gap between two departments on one feature and criterion; None with fewer than two that voted.

    means, counts  (d,) mean rating of each department and how many gave one; a mean with count 0 is ignored
    prior_weight   k: each department is drawn toward the feature's mean, so that one loud voter makes no gap
    within         s2, variance of single ratings; z is the gap over its standard error

    Ties go to the department that comes first.
    """
    voted = np.flatnonzero(counts > 0)
    if len(voted) < 2:
        return None
    n = counts[voted]
    shrunk = (n * means[voted] + prior_weight * feature_mean) / (n + prior_weight)
    low, high = int(np.argmin(shrunk)), int(np.argmax(shrunk))
    if low == high:
        high = 1
    error = sqrt(within / (n[low] + prior_weight) + within / (n[high] + prior_weight))
    gap = float(shrunk[high] - shrunk[low])
    return Gap(int(voted[low]), int(voted[high]), float(shrunk[low]), float(shrunk[high]), gap / error)


def heat(chance_in_plan: Array, splits: Array) -> Array:
    """Return how much each feature deserves a talk, 0 to 1, shape (n,): uncertain *and* contested.

    chance_in_plan  (n,) P(in the plan) or P(top k), in [0, 1]
    splits          (n,) weighted polarization, NaN where too few voted

    Either alone needs no meeting: what is surely in may be contested, what is at the edge may be agreed. NaN gives 0.
    """
    return 4 * chance_in_plan * (1 - chance_in_plan) * np.nan_to_num(splits)
