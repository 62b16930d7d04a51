"""Reliability: whether the people of a round share a view at all."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Metric = Literal["ordinal", "nominal", "interval"]


def alpha(counts: Array, *, metric: Metric = "ordinal") -> float | None:
    """Return Krippendorff's alpha: 1 is perfect agreement, 0 what chance would give, below 0 is systematic dissent.

    counts  (n, K) how many people gave unit i the answer 1 to K; units with fewer than two answers are left out
    metric  how far apart two answers are; ratings are ordinal

    Firm from .8, tentative from .667; below, people do not share a view, which is no error. None where all answers are
    the same (undefined: "everyone gave the same") or nothing can be compared.
    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.
    """
    m = counts.sum(axis=1)
    counts, m = counts[m >= 2], m[m >= 2]
    coincidence = (counts / (m - 1)[:, None]).T @ counts - np.diag((counts / (m - 1)[:, None]).sum(axis=0))
    n_c = coincidence.sum(axis=1)
    distance = _distances(n_c, metric)
    expected = float((np.outer(n_c, n_c) * distance).sum())
    if expected == 0:
        return None
    return float(1 - (n_c.sum() - 1) * (coincidence * distance).sum() / expected)


def _distances(n_c: Array, metric: Metric) -> Array:
    k = len(n_c)
    if metric == "nominal":
        return 1.0 - np.eye(k)
    if metric == "interval":
        return np.square(np.subtract.outer(np.arange(k, dtype=float), np.arange(k, dtype=float)))
    # between two answers lies everything that was given from one to the other, their own frequencies counted half
    middle = np.cumsum(n_c) - n_c / 2
    return np.square(np.subtract.outer(middle, middle))


def concordance(ratings: Array) -> float | None:
    """Return Kendall's W with correction for ties, 0 (no common order) to 1 (one order); None where there is no order.

    ratings  (v, n) what each voter gave each feature, without gaps: only features that all of these voters rated

    Source: Kendall & Babington Smith, "The Problem of m Rankings", 1939.
    """
    voters, n = ratings.shape
    if voters < 2 or n < 2:
        return None
    ranks = np.array([_ranks(row) for row in ratings])
    ties = 0.0
    for row in ratings:
        _, sizes = np.unique(row, return_counts=True)
        ties += float((sizes**3 - sizes).sum())
    sums = ranks.sum(axis=0)
    largest = voters**2 * (n**3 - n) - voters * ties
    if largest <= 0:
        return None
    return float(12 * np.square(sums - sums.mean()).sum() / largest)


def concordance_of(table: NDArray[np.int8], *, most_cells: int = 200_000) -> dict[str, Any] | None:
    """Return Kendall's W over the features that all of a set of voters rated: {"w", "raters", "features"}.

    table  (n, v) ratings, 0 is a gap

    The voters are those who rated at least half as much as whoever rated most; with large rounds every so many features
    are looked at, `most_cells` in all. None where fewer than two of them have two features in common.
    """
    rated = np.count_nonzero(table, axis=0)
    raters = np.flatnonzero((rated > 0) & (2 * rated >= rated.max(initial=0)))
    common = np.flatnonzero((table[:, raters] > 0).all(axis=1))
    common = common[:: max(1, len(common) * len(raters) // most_cells)]
    w = concordance(table[np.ix_(common, raters)].T.astype(float)) if len(raters) > 1 and len(common) > 1 else None
    return None if w is None else {"w": round(w, 4), "raters": len(raters), "features": len(common)}


def _ranks(row: Array) -> Array:
    """Return ranks from 1 up, ties sharing the middle one."""
    _, back, sizes = np.unique(row, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return (last - (sizes - 1) / 2)[back]
