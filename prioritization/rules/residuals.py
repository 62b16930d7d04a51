"""Residuals: how a voter's ratings of one feature go together across the criteria."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.fit import Fit
from prioritization.rules.intervals import residual_correlation
from prioritization.rules.rating_tables import Table

Array = NDArray[np.float64]

CELLS_AT_ONCE = 500_000


def ballot_correlation(tables: Sequence[Table], fits: Sequence[Fit], is_cost: Sequence[bool]) -> Array:
    """Return C of METHODS c6, (m, m), to two decimals: correlations of what voters rate a feature above its mean.

    tables  one a criterion, (n, v); on a cost scale a rating below the mean is up

    Worked through in blocks of features, so that no more than some 30 MB are held at once, in single precision.
    """
    m = len(tables)
    n, v = tables[0].shape
    products, squares, both = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    means = [np.nan_to_num(each.plain).astype(np.float32) for each in fits]
    biases = [each.bias.astype(np.float32) for each in fits]
    block = max(1, CELLS_AT_ONCE // max(v, 1))
    for first in range(0, n, block):
        rows = slice(first, first + block)
        some = [np.ascontiguousarray(table[rows]).ravel() for table in tables]
        rated = np.flatnonzero(np.bitwise_or.reduce(some))
        if not len(rated):
            continue
        feature, voter = np.divmod(rated, v)
        known = np.empty((m, len(rated)), dtype=np.float32)
        residuals = np.empty((m, len(rated)), dtype=np.float32)
        for c, values in enumerate(some):
            given = values[rated]
            known[c] = given != 0
            residuals[c] = given - means[c][rows][feature] - biases[c][voter]
            residuals[c] *= -known[c] if is_cost[c] else known[c]
        products += residuals @ residuals.T
        squares += np.square(residuals) @ known.T
        both += known @ known.T
    return np.round(residual_correlation(products, squares, both), 2)
