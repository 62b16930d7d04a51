"""What the page that opens a voting round lists: features to pick from, those picked already, and how long it takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from prioritization.rules.ballots import seconds_for
from roadmap.filters import FeatureFilter, FilterChoices
from roadmap.models import Feature, Objective, Product
from roadmap.queries.features import lanes

SHOWN_AT_MOST = 200


@dataclass(frozen=True)
class Pickable:
    """A feature that can be asked about, with the objective that it does most for."""

    feature: Feature
    objective: Objective | None
    is_picked: bool


@dataclass(frozen=True)
class Pick:
    """Features that can be asked about.

    shown   those that the filter leaves, at most 200
    hidden  ids picked already that the filter does not show
    found   how many the filter leaves, of `total`
    """

    shown: list[Pickable]
    hidden: list[int]
    found: int
    total: int
    filters: FeatureFilter
    criteria: int

    @property
    def picked(self) -> int:
        return len(self.hidden) + sum(each.is_picked for each in self.shown)

    @property
    def seconds(self) -> float:
        """How long the ballot takes that has these features."""
        return seconds_for(self.picked * self.criteria)

    @property
    def is_cut(self) -> bool:
        return self.found > len(self.shown)


def pick(
    product: Product, data: Any, *, picked: Collection[int], criteria: int, add: bool = False, drop: bool = False
) -> Pick:
    """Return the features to pick from.

    data    where the filter's fields are, named with the prefix "f-"
    add     pick everything shown as well; `drop` takes everything shown back
    """
    every = product.features.alive().select_related("lead_team", "release")
    filters = FeatureFilter(data, every, choices=FilterChoices.of(product), prefix="f")
    chosen = set(product.features.alive().filter(pk__in=picked).values_list("pk", flat=True))
    found = list(filters.qs.order_by("number")[:SHOWN_AT_MOST])
    objectives = lanes([each.pk for each in found])
    shown = []
    for each in found:
        each.product = product
        shown.append(Pickable(each, objectives.get(each.pk), (each.pk in chosen or add) and not drop))
    hidden = sorted(chosen - {each.pk for each in found})
    return Pick(shown, hidden, filters.qs.count(), every.count(), filters, criteria)
