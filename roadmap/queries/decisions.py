"""Reads what was settled: about one feature, and lately in a product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from roadmap.models import Decision, Feature, Product

LATELY = 8


@dataclass(frozen=True)
class ShownDecision:
    """A decision with the names that stand under it: who wrote it down first, then who was there, by name."""

    decision: Decision
    feature: Feature
    who: str
    others: list[str]


def decisions_on(feature: Feature) -> list[ShownDecision]:
    """Return what was decided about a feature, whose product is loaded, the latest first: two queries."""
    return _shown(Decision.objects.filter(feature=feature), feature.product)


def decided_lately(product: Product, *, limit: int = LATELY) -> list[ShownDecision]:
    """Return what was decided about any feature of a product, the latest first: two queries."""
    return _shown(Decision.objects.filter(product=product)[:limit], product)


def standing_decisions(features: Iterable[int]) -> dict[int, Decision]:
    """Return the latest decision on each of these features that has one, by feature id: one query."""
    rows = Decision.objects.filter(feature__in=list(features)).order_by("at", "pk")
    return {row.feature_id: row for row in rows}


def _shown(rows: QuerySet[Decision], product: Product) -> list[ShownDecision]:
    found = []
    for row in rows.select_related("feature", "by__user").prefetch_related("present__user"):
        row.feature.product = product
        others = sorted(seat.user.get_full_name() for seat in row.present.all())
        found.append(ShownDecision(row, row.feature, row.by.user.get_full_name(), others))
    return found
