"""Rating scales: how a rating of 1 to 5 becomes points of 0 to 100, and weights become shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

    Number = TypeVar("Number", float, np.ndarray)
else:
    Number = TypeVar("Number")

LOWEST, HIGHEST = 1, 5
SPLIT_FROM = 0.6
"""Votes whose weighted polarization is above this are called split."""
VALUES = range(LOWEST, HIGHEST + 1)
POINTS_A_STEP = 100 / (HIGHEST - LOWEST)


def points(rating: Number, *, is_cost: bool = False) -> Number:
    """Return the points, 0 to 100, that a rating of 1 to 5 stands for.

    rating   a number or an array of any shape; a mean is as good as a whole rating
    is_cost  whether 1 is the good end, as for a size or a price

    The scale's own ends are the ends, never the smallest and largest rating in the set: so filtering, adding or
    deleting a feature changes no other feature's points, and no order. Does not check the range. NaN stays NaN.
    Source: Belton & Gear, "On a short-coming of Saaty's method of analytic hierarchies", 1983.
    """
    if is_cost:
        return POINTS_A_STEP * (HIGHEST - rating)
    return POINTS_A_STEP * (rating - LOWEST)


def shares(weights: Sequence[float]) -> tuple[float, ...]:
    """Return weights scaled so that they sum to 1, in the order given.

    A weight of 0 leaves its criterion out of the score. ValueError on a negative weight, or when none is above 0.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("A weight is never negative.")
    total = sum(weights)
    if not total > 0:
        raise ValueError("At least one weight must be above 0.")
    return tuple(weight / total for weight in weights)
