"""Keeps which columns a person wants to see in the ranking."""

from __future__ import annotations

from collections.abc import Collection

from prioritization.models import RankingColumns
from prioritization.queries.ranking_columns import USUAL, Column
from stakeholders.models import Seat


def choose_columns(seat: Seat, columns: Collection[Column]) -> None:
    """Remember the columns for this person at this product; the usual ones need no row. Safe to repeat."""
    if set(columns) == USUAL:
        RankingColumns.objects.filter(seat=seat).delete()
    else:
        chosen = [each for each in Column if each in columns]
        RankingColumns.objects.update_or_create(seat=seat, defaults={"columns": chosen})
