"""Writes features: making, editing without overwriting what another saved meanwhile, deleting what nobody has seen yet."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F

from roadmap.actions.editing import EditConflict
from roadmap.models import (
    Contribution,
    Dependency,
    Effort,
    Feature,
    Objective,
    Product,
    Relation,
    Release,
    Team,
    Version,
)
from roadmap.rules.dependencies import circle_through
from stakeholders.activity import record
from stakeholders.models import Seat, Verb

TOLD = ("status", "progress", "lead_team", "release", "starts_on", "ends_on", "precision")
"""Fields whose old and new value the activity log keeps; of the others it keeps that they changed."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Person-days: 0 <= low <= likely <= high."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True)
class FeatureContent:
    """What a form says about a feature, whole: what it leaves out is taken away.

    fields         values of the row itself, by field name
    contributions  objective id -> strength
    efforts        team id -> estimate
    needs          ids of the features that must end first
    related        ids of the features that it has to do with
    """

    fields: Mapping[str, Any]
    contributions: Mapping[int, str]
    efforts: Mapping[int, Estimate]
    needs: Collection[int]
    related: Collection[int]


class CircularNeeds(Exception):
    """The needs would run in a circle; nothing was written. `circle` reads "needs", and ends where it began."""

    def __init__(self, circle: list[Feature]) -> None:
        self.circle = circle
        super().__init__(" → ".join(feature.key for feature in circle))


class FeatureInUse(Exception):
    """People were asked about the feature, or a version holds it: dropping it is the way."""


@transaction.atomic
def create_feature(product: Product, *, content: FeatureContent, by: Seat, now: datetime) -> Feature:
    """Make a feature with the product's next number. It is new, so that no circle can run through it."""
    feature = Feature(
        product=product, number=_next_number(product), created_at=now, updated_at=now, updated_by=by, **content.fields
    )
    feature.full_clean(exclude=["number"])
    feature.save(force_insert=True)
    _set_links(feature, content)
    record(by, Verb.CREATED, feature, at=now)
    return feature


@transaction.atomic
def edit_feature(feature: Feature, *, edition: int, content: FeatureContent, by: Seat, now: datetime) -> None:
    """Make a feature say what `content` says, if it still is the edition that the form was opened with.

    What is stored is asked, not `feature`, so that of two requests at once one loses. Does nothing when nothing differs.
    Raises EditConflict when someone saved in between, CircularNeeds when the needs would run in a circle.
    """
    stored = (
        Feature.objects.select_for_update(of=["self"], no_key=True)
        .select_related("product", "lead_team", "release")
        .get(pk=feature.pk)
    )
    if stored.edition != edition:
        raise EditConflict
    changes = {name: _told(name, getattr(stored, name), value) for name, value in _differing(stored, content.fields)}
    for name in changes:
        setattr(stored, name, content.fields[name])
    changes |= _set_links(stored, content)
    if not changes:
        return
    if not Feature.objects.filter(pk=stored.pk, edition=edition).update(edition=F("edition") + 1):
        raise EditConflict
    stored.edition, stored.updated_at, stored.updated_by = edition + 1, now, by
    stored.full_clean(exclude=["number"])
    own = [name for name in content.fields if name in changes]
    stored.save(update_fields=[*own, "updated_at", "updated_by"])
    record(by, Verb.CHANGED, stored, at=now, changes=changes)


@transaction.atomic
def delete_feature(feature: Feature, *, by: Seat, now: datetime) -> None:
    """Delete a feature that nobody has seen yet.

    Raises FeatureInUse when people were asked about it in a round, named it in an answer, or a version holds it.
    """
    if _is_published(feature):
        raise FeatureInUse
    record(by, Verb.DELETED, feature, at=now, title=feature.title)
    try:
        feature.delete()
    except (models.ProtectedError, models.RestrictedError) as used:
        raise FeatureInUse from used


def _next_number(product: Product) -> int:
    Product.objects.filter(pk=product.pk).update(last_feature_number=F("last_feature_number") + 1)
    return Product.objects.values_list("last_feature_number", flat=True).get(pk=product.pk)


def _differing(feature: Feature, fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in fields.items() if getattr(feature, name) != value]


def _told(name: str, before: Any, after: Any) -> list[Any] | None:
    if name not in TOLD:
        return None
    return [_plain(before), _plain(after)]


def _plain(value: Any) -> Any:
    if isinstance(value, Team | Release):
        return value.name
    if isinstance(value, date):
        return value.isoformat()
    return value


def _set_links(feature: Feature, content: FeatureContent) -> dict[str, Any]:
    """Write what hangs on the feature, rows that differ only; return what changed, for the log."""
    changes: dict[str, Any] = {}
    if _set_contributions(feature, content.contributions):
        letters = Objective.objects.filter(pk__in=content.contributions).values_list("letter", flat=True)
        changes["objectives"] = [None, ", ".join(letters)]
    before = _size(feature)
    if _set_efforts(feature, content.efforts):
        changes["size"] = [before, _size(feature)]
    if _set_needs(feature, set(content.needs)):
        changes["needs"] = None
    if _set_related(feature, set(content.related)):
        changes["related"] = None
    return changes


def _set_contributions(feature: Feature, wanted: Mapping[int, str]) -> bool:
    stood = {row.objective_id: row for row in feature.contributions.all()}
    if {pk: row.strength for pk, row in stood.items()} == dict(wanted):
        return False
    feature.contributions.exclude(objective__in=wanted).delete()
    Contribution.objects.bulk_create(
        [Contribution(feature=feature, objective_id=pk, strength=strength) for pk, strength in wanted.items()],
        update_conflicts=True,
        unique_fields=["feature", "objective"],
        update_fields=["strength"],
    )
    return True


def _set_efforts(feature: Feature, wanted: Mapping[int, Estimate]) -> bool:
    stood = {row.team_id: Estimate(row.low, row.likely, row.high) for row in feature.efforts.all()}
    if stood == dict(wanted):
        return False
    feature.efforts.exclude(team__in=wanted).delete()
    Effort.objects.bulk_create(
        [
            Effort(feature=feature, team_id=team, low=estimate.low, likely=estimate.likely, high=estimate.high)
            for team, estimate in wanted.items()
        ],
        update_conflicts=True,
        unique_fields=["feature", "team"],
        update_fields=["low", "likely", "high"],
    )
    return True


def _size(feature: Feature) -> float | None:
    return feature.efforts.aggregate(days=models.Sum("likely"))["days"]


def _set_needs(feature: Feature, wanted: set[int]) -> bool:
    if set(feature.dependencies.values_list("needs_id", flat=True)) == wanted:
        return False
    # Two people who each add half of a circle would not see each other's half: one waits for the other here.
    Product.objects.select_for_update(no_key=True).filter(pk=feature.product_id).first()
    edges = Dependency.objects.filter(feature__product=feature.product_id).values_list("feature_id", "needs_id")
    if circle := circle_through(feature.pk, wanted, edges):
        found = Feature.objects.select_related("product").in_bulk(circle)
        raise CircularNeeds([found[pk] for pk in circle])
    feature.dependencies.exclude(needs__in=wanted).delete()
    Dependency.objects.bulk_create(
        [Dependency(feature=feature, needs_id=pk) for pk in sorted(wanted)], ignore_conflicts=True
    )
    return True


def _set_related(feature: Feature, wanted: set[int]) -> bool:
    rows = Relation.objects.filter(models.Q(first=feature) | models.Q(second=feature))
    stood = {row.second_id if row.first_id == feature.pk else row.first_id: row.pk for row in rows}
    if set(stood) == wanted:
        return False
    Relation.objects.filter(pk__in=[row for other, row in stood.items() if other not in wanted]).delete()
    pairs = [sorted((feature.pk, other)) for other in sorted(wanted - set(stood))]
    Relation.objects.bulk_create([Relation(first_id=low, second_id=high) for low, high in pairs], ignore_conflicts=True)
    return True


def _is_published(feature: Feature) -> bool:
    snapshots = Version.objects.filter(product=feature.product_id).values_list("snapshot", flat=True)
    return any(
        entry["id"] == feature.pk
        for snapshot in snapshots.iterator(chunk_size=1)
        for entry in json.loads(snapshot)["features"]
    )
