"""Reads which release's capacity the ranking is cut by, and what may fill it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Q, Sum

from roadmap.filters import size_in_days
from roadmap.models import Feature, Product, Release


class Filled(NamedTuple):
    """A release and all its teams' person-days."""

    release: Release
    capacity_days: float


def release_to_fill(product: Product, *, today: date) -> Filled | None:
    """Return the release that ends next and has capacity; None when there is none."""
    for each in product.releases.annotate(capacity_days=Sum("capacities__days")):
        if each.capacity_days and each.ends_on >= today:
            return Filled(each, each.capacity_days)
    return None


def sizes_for(product: Product, release: Release) -> dict[int, float | None]:
    """Return the likely person-days of every feature that may still go into a release, by id; None = not sized."""
    open_ = Feature.objects.filter(Q(release=None) | Q(release=release), product=product).alive()
    return dict(open_.annotate(size_days=size_in_days()).values_list("pk", "size_days"))
