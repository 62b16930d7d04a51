"""Reads the ratings that count: of each seat the latest one per feature and criterion, across all voting rounds."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from prioritization.models import Rating


class Vote(NamedTuple):
    """A rating that stands, with the weight and the department that its round froze. No value is "no opinion"."""

    feature_id: int
    criterion: str
    seat_id: int
    value: int | None
    weight: float
    department_id: int | None


def standing_votes(feature_ids: Collection[int]) -> list[Vote]:
    """Return everybody's latest rating of these features, in one query; those of withdrawn rounds count nothing.

    "No opinion" given later takes an earlier rating back. Of two that came at the same instant the later row stands.
    """
    rows = (
        Rating.objects.filter(feature_id__in=feature_ids, ballot__voting__round__cancelled_at=None)
        .order_by("arrived_at", "pk")
        .values_list(
            "feature_id",
            "criterion",
            "ballot__invitation__seat_id",
            "value",
            "ballot__invitation__weight",
            "ballot__invitation__department_id",
        )
    )
    return list({row[:3]: Vote(*row) for row in rows}.values())
