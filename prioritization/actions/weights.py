"""Puts weights to use, and keeps them under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from prioritization.actions.criteria import change_criteria
from prioritization.models import WeightSet
from prioritization.queries.criteria import criteria_of
from roadmap.models import Product
from stakeholders.activity import record
from stakeholders.models import Seat, Verb


def use_weights(product: Product, *, weights: Mapping[str, float], seen: str, by: Seat, now: datetime) -> None:
    """Make these the weights of the product's criteria, by key, as entered; a criterion that is not named keeps its own.

    seen  `queries.criteria.fingerprint` of the criteria that the page was opened with

    Raises CriteriaLocked while a voting round is open, CriteriaMoved, and ValueError when no weight is above 0.
    """
    criteria = [replace(each, weight=float(weights.get(each.key, each.weight))) for each in criteria_of(product)]
    change_criteria(product, criteria=criteria, seen=seen, by=by, now=now)


@transaction.atomic
def keep_weights(product: Product, *, name: str, weights: Mapping[str, float], by: Seat, now: datetime) -> WeightSet:
    """Keep weights under a name. Raises ValidationError when the name is empty or taken."""
    kept = WeightSet(product=product, name=name, weights=dict(weights), made_at=now, made_by=by)
    kept.full_clean()
    kept.save()
    record(by, Verb.CREATED, kept, at=now)
    return kept


@transaction.atomic
def forget_weights(kept: WeightSet, *, by: Seat, now: datetime) -> None:
    """Delete named weights; what is in use stays as it is. Repeating it changes nothing."""
    if WeightSet.objects.filter(pk=kept.pk).exists():
        record(by, Verb.DELETED, kept, at=now)
        kept.delete()
