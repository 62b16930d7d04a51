"""Reads what an import is compared against, and what an undo would have to put back."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from roadmap.models import Contribution, Dependency, Effort, Feature, Product, Relation
from roadmap.rules.imports.drafts import Known, KnownFeature, Values
from roadmap.rules.imports.fields import EFFORTS, Field
from stakeholders.models import Seat


def known_of(product: Product) -> Known:
    """Return everything of a product that a file can name. Nine queries, however many features."""
    return Known(
        features=_features(product),
        teams=list(product.teams.values_list("name", flat=True)),
        releases=list(product.releases.values_list("name", flat=True)),
        objectives=list(product.objectives.values_list("letter", "name")),
        people=list(
            Seat.objects.current().filter(product=product).order_by("pk").values_list("user__email", "user__name")
        ),
    )


def releases_of(product: Product) -> dict[str, tuple[date, date]]:
    """Return name -> first and last day of each release."""
    return {name: (first, last) for name, first, last in product.releases.values_list("name", "starts_on", "ends_on")}


def _features(product: Product) -> list[KnownFeature]:
    efforts: dict[tuple[int, int], tuple[float, float, float]] = {}
    for effort in Effort.objects.filter(feature__product=product):
        efforts[effort.feature_id, effort.team_id] = (effort.low, effort.likely, effort.high)
    objectives: defaultdict[int, list[str]] = defaultdict(list)
    for feature, name in Contribution.objects.filter(feature__product=product).values_list(
        "feature", "objective__name"
    ):
        objectives[feature].append(name)
    needs: defaultdict[int, set[int]] = defaultdict(set)
    for feature, needed in Dependency.objects.filter(feature__product=product).values_list("feature", "needs"):
        needs[feature].add(needed)
    related: defaultdict[int, set[int]] = defaultdict(set)
    for first, second in Relation.objects.filter(first__product=product).values_list("first", "second"):
        related[first].add(second)
        related[second].add(first)
    features = Feature.objects.filter(product=product).select_related("lead_team", "release", "owner__user")
    return [
        KnownFeature(
            feature.pk,
            f"{product.key}-{feature.number}",
            feature.external_key,
            _values(feature, efforts.get((feature.pk, feature.lead_team_id or 0)), sorted(objectives[feature.pk])),
            frozenset(needs[feature.pk]),
            frozenset(related[feature.pk]),
        )
        for feature in features
    ]


def _values(feature: Feature, days: tuple[float, float, float] | None, objectives: list[str]) -> Values:
    """Return what a file would say that says the same; what is empty is absent."""
    values: Values = {
        Field.KEY: feature.external_key,
        Field.TITLE: feature.title,
        Field.SUMMARY: feature.summary,
        Field.DESCRIPTION: feature.description,
        Field.STATUS: feature.status,
        Field.PROGRESS: feature.progress,
        Field.TEAM: feature.lead_team.name if feature.lead_team else None,
        Field.RELEASE: feature.release.name if feature.release else None,
        Field.OBJECTIVE: tuple(objectives),
        Field.STARTS: feature.starts_on,
        Field.ENDS: feature.ends_on,
        Field.PRECISION: feature.precision,
        Field.OWNER: feature.owner.user.email if feature.owner else None,
        **(dict(zip(EFFORTS, days, strict=True)) if days else {}),
    }
    return {field: value for field, value in values.items() if value not in (None, "", ())}
