"""Departments: how much of a disagreement runs between them, and what to talk about first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
class Apart:
    """The two departments that stand furthest apart on a feature, and on which criterion; indices.

    low_mean, high_mean  their means on that criterion, drawn toward the feature's
    z                    the gap over its standard error: above 2 it is hardly chance
    """

    criterion: int
    low: int
    high: int
    low_mean: float
    high_mean: float
    z: float

    @property
    def size(self) -> float:
        return self.high_mean - self.low_mean


def furthest_apart(
    means: Sequence[Array],
    votes: Sequence[Array],
    *,
    feature_means: Sequence[Array],
    prior_weights: Sequence[float],
    within: Sequence[float],
) -> list[Apart | None]:
    """Return each feature's widest gap between two departments, over all criteria; None with fewer than two that voted.

    means, votes   a criterion: (n, d) mean rating of each department and how many gave one; means without votes are ignored
    feature_means  a criterion: (n,)
    prior_weights  a criterion: k; each department is drawn toward the feature's mean, so one loud voter makes no gap
    within         a criterion: s2, variance of single ratings; z is the gap over its standard error

    Ties go to the criterion, and to the department, that comes first.
    """
    if not len(means) or not means[0].shape[1]:
        return [None] * (len(means[0]) if len(means) else 0)
    rows = np.arange(len(means[0]))
    found = []
    for mean, n, middle, k, s2 in zip(means, votes, feature_means, prior_weights, within, strict=True):
        voted = n > 0
        shrunk = (n * np.where(voted, mean, 0.0) + k * middle[:, None]) / (n + k)
        low = np.argmin(np.where(voted, shrunk, np.inf), axis=1)
        high = np.argmax(np.where(voted, shrunk, -np.inf), axis=1)
        alike = low == high
        high = np.where(alike, _second(voted), high)
        gap = shrunk[rows, high] - shrunk[rows, low]
        error = np.sqrt(s2 / (n[rows, low] + k) + s2 / (n[rows, high] + k))
        gap = np.where(voted.sum(axis=1) >= 2, gap, -1.0)
        found.append((gap, low, high, shrunk[rows, low], shrunk[rows, high], gap / error))
    widest = np.argmax(np.column_stack([each[0] for each in found]), axis=1).tolist()
    columns = [[part.tolist() for part in each] for each in found]
    return [
        Apart(c, *(part[i] for part in columns[c][1:])) if columns[c][0][i] >= 0 else None for i, c in enumerate(widest)
    ]


def _second(voted: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the second department that voted in each row; 0 where there is none."""
    return np.argmax(np.cumsum(voted, axis=1) == 2, axis=1)


def heat(chance_in_plan: Array, splits: Array) -> Array:
    """Return how much each feature deserves a talk, 0 to 1, shape (n,): uncertain *and* contested.

    chance_in_plan  (n,) P(in the plan) or P(top k), in [0, 1]
    splits          (n,) weighted polarization, NaN where too few voted

    Either alone needs no meeting: what is surely in may be contested, what is at the edge may be agreed. NaN gives 0.
    """
    return 4 * chance_in_plan * (1 - chance_in_plan) * np.nan_to_num(splits)
