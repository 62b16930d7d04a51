"""Rating tables: features by voters with gaps, summed along either side whether they are sparse or full."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.scales import HIGHEST, VALUES

Array = NDArray[np.float64]
Table = NDArray[np.int8]
"""(n, v) what each of v voters gave each of n features: 1 to 5, 0 is a gap."""

DENSE = 0.3


class Flat:
    """One entry a rating: cheap while most cells are gaps."""

    def __init__(
        self, feature: NDArray[np.intp], voter: NDArray[np.intp], value: Array, *, features: int, voters: int
    ) -> None:
        """feature, voter, value are (r,), in any order; indices below `features` and `voters`, any number as value."""
        self.feature, self.voter, self.value = feature, voter, value
        self.features, self.voters = features, voters

    @classmethod
    def of(cls, table: Table) -> Flat:
        features, voters = table.shape
        rated = table != 0
        feature = np.repeat(np.arange(features), np.count_nonzero(rated, axis=1))
        at = np.flatnonzero(rated)
        return cls(feature, at - feature * voters, table.ravel()[at].astype(float), features=features, voters=voters)

    @cached_property
    def of_feature(self) -> Array:
        """(n,) how many rated each feature."""
        return np.bincount(self.feature, minlength=self.features).astype(float)

    @cached_property
    def of_voter(self) -> Array:
        """(v,) how many features each voter rated."""
        return np.bincount(self.voter, minlength=self.voters).astype(float)

    @cached_property
    def feature_sums(self) -> Array:
        return _sums(self.feature, self.value, self.features)

    @cached_property
    def voter_sums(self) -> Array:
        return _sums(self.voter, self.value, self.voters)

    @cached_property
    def feature_squares(self) -> Array:
        """(n,) sum of each feature's squared ratings."""
        return _sums(self.feature, np.square(self.value), self.features)

    def over_voters(self, of: Array) -> Array:
        """(v,) -> (n,): the sum of something that voters have over those who rated each feature."""
        return _sums(self.feature, of[self.voter], self.features)

    def over_features(self, of: Array) -> Array:
        """(n,) -> (v,): the sum of something that features have over those that each voter rated."""
        return _sums(self.voter, of[self.feature], self.voters)

    def rated_times(self, of: Array) -> Array:
        """(v,) -> (n,): the sum of ratings, each times something that its voter has."""
        return _sums(self.feature, self.value * of[self.voter], self.features)

    def by_department(self, department: NDArray[np.intp], departments: int, of: Array, *, rated: bool = False) -> Array:
        """(v,) -> (n, d): sums of something that voters have, or of ratings times that, apart for each department."""
        cell = self.feature * departments + department[self.voter]
        amounts = of[self.voter] * self.value if rated else of[self.voter]
        return _sums(cell, amounts, self.features * departments).reshape(self.features, departments)

    def counts(self) -> Array:
        """(n, 5) how many gave each feature 1, 2, 3, 4, 5; the values must be those."""
        cell = self.feature * HIGHEST + self.value.astype(np.intp) - 1
        return np.bincount(cell, minlength=self.features * HIGHEST).reshape(self.features, HIGHEST).astype(float)


class Dense:
    """A matrix of ratings and one of ones, in single precision: every sum is a product with a vector.

    Sums of whole numbers stay exact. What is summed over features is centred first, so that ten thousand of them
    leave more than six digits.
    """

    def __init__(self, table: Table) -> None:
        self.features, self.voters = table.shape
        self._table = table
        self._rating = table.astype(np.float32)
        self._rated = (table != 0).astype(np.float32)

    @cached_property
    def of_feature(self) -> Array:
        return self.counts().sum(axis=1)

    @cached_property
    def of_voter(self) -> Array:
        return (np.ones(self.features, dtype=np.float32) @ self._rated).astype(float)

    @cached_property
    def feature_sums(self) -> Array:
        return self.counts() @ np.array(VALUES, dtype=float)

    @cached_property
    def voter_sums(self) -> Array:
        return (np.ones(self.features, dtype=np.float32) @ self._rating).astype(float)

    @cached_property
    def feature_squares(self) -> Array:
        return self.counts() @ np.square(np.array(VALUES, dtype=float))

    def over_voters(self, of: Array) -> Array:
        return (self._rated @ of.astype(np.float32)).astype(float)

    def over_features(self, of: Array) -> Array:
        middle = float(of.mean()) if len(of) else 0.0
        return (of - middle).astype(np.float32) @ self._rated + self.of_voter * middle

    def rated_times(self, of: Array) -> Array:
        return (self._rating @ of.astype(np.float32)).astype(float)

    def by_department(self, department: NDArray[np.intp], departments: int, of: Array, *, rated: bool = False) -> Array:
        apart = np.zeros((self.voters, departments), dtype=np.float32)
        apart[np.arange(self.voters), department] = of
        return ((self._rating if rated else self._rated) @ apart).astype(float)

    @cached_property
    def _counts(self) -> Array:
        return np.column_stack([np.count_nonzero(self._table == value, axis=1) for value in VALUES]).astype(float)

    def counts(self) -> Array:
        return self._counts


Cells = Flat | Dense


def cells_of(table: Table) -> Cells:
    """Return a table as the kind that sums fastest: flat while less than 30 % of it is rated."""
    return Dense(table) if np.count_nonzero(table) > DENSE * table.size else Flat.of(table)


def _sums(group: NDArray[np.intp], amounts: Array, groups: int) -> Array:
    """Return the sum of `amounts` in each of `groups` groups, shape (groups,)."""
    return np.bincount(group, amounts, minlength=groups).astype(float, copy=False)
