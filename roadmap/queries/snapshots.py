"""Reads a product's plan as it stands now, in the form in which a version keeps it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from roadmap.models import Capacity, Contribution, Dependency, Effort, Feature, Objective, Product, Standing
from roadmap.rules.smart import Candidate, Check, smart
from roadmap.rules.snapshot import (
    CapacityEntry,
    ContributionEntry,
    EffortEntry,
    FeatureEntry,
    MilestoneEntry,
    ObjectiveEntry,
    Plan,
    ReleaseEntry,
    TeamEntry,
)
from stakeholders.models import Round

CONFIRMATION = "confirmation"
_STRENGTHS = list(Contribution.SHARE)


def plan_of(product: Product) -> Plan:
    """Return what the roadmap says now: every planned feature that was not dropped, and all that it refers to.

    Ten queries, however many features. Call it inside the transaction that publishes, or only to show it.

    Rank and score are left out while another kind of round is open: a version is for everyone, and nobody may read from
    it how a vote stands that still goes on.
    """
    with_ranks = not Round.objects.open().filter(product=product).exclude(kind=CONFIRMATION).exists()
    return {
        "product": {
            "key": product.key,
            "name": product.name,
            "tagline": product.tagline,
            "vision": product.vision,
            "zone": product.time_zone,
        },
        "objectives": [_objective(objective) for objective in product.objectives.all()],
        "releases": [
            ReleaseEntry(
                id=release.pk, name=release.name, starts_on=_day(release.starts_on), ends_on=_day(release.ends_on)
            )
            for release in product.releases.all()
        ],
        "milestones": [
            MilestoneEntry(id=milestone.pk, name=milestone.name, falls_on=milestone.on.isoformat())
            for milestone in product.milestones.all()
        ],
        "teams": [TeamEntry(id=team.pk, name=team.name) for team in product.teams.all()],
        "capacity": [
            CapacityEntry(team=capacity.team_id, release=capacity.release_id, days=_number(capacity.days) or "0")
            for capacity in Capacity.objects.filter(release__product=product).order_by("release_id", "team_id")
        ],
        "features": _features(product, with_ranks=with_ranks),
    }


def check_of(plan: Plan) -> Check:
    """Return what the SMART check finds in a plan, live or published."""
    measured = {entry["id"]: bool(entry["measure"]) and entry["target"] is not None for entry in plan["objectives"]}
    dated = {entry["id"] for entry in plan["releases"] if entry["ends_on"]}
    candidates = [
        Candidate(
            id=entry["id"],
            has_owner=entry["owner"] is not None,
            objectives=tuple(measured.get(item["objective"], False) for item in entry["objectives"]),
            sizes=tuple((item["team"], Decimal(item["likely"])) for item in entry["efforts"]),
            release=entry["release"],
            has_date=entry["precision"] != Feature.Precision.LATER
            and (entry["ends_on"] is not None or entry["release"] in dated),
            rank=entry["rank"],
        )
        for entry in plan["features"]
    ]
    capacity = {(entry["team"], entry["release"]): Decimal(entry["days"]) for entry in plan["capacity"]}
    return smart(candidates, capacity)


def _features(product: Product, *, with_ranks: bool) -> list[FeatureEntry]:
    features = list(
        Feature.objects.filter(product=product)
        .planned()
        .exclude(status=Feature.Status.DROPPED)
        .select_related("owner", "standing")
        .order_by("number")
    )
    ids = [feature.pk for feature in features]
    contributions: dict[int, list[Contribution]] = defaultdict(list)
    for contribution in Contribution.objects.filter(feature__in=ids).order_by("objective__position", "objective_id"):
        contributions[contribution.feature_id].append(contribution)
    efforts: dict[int, list[EffortEntry]] = defaultdict(list)
    for effort in Effort.objects.filter(feature__in=ids).order_by("team_id"):
        efforts[effort.feature_id].append(
            EffortEntry(
                team=effort.team_id,
                low=_number(effort.low) or "0",
                likely=_number(effort.likely) or "0",
                high=_number(effort.high) or "0",
            )
        )
    needs: dict[int, list[int]] = defaultdict(list)
    for needing, needed in (
        Dependency.objects.filter(feature__in=ids).order_by("needs__number").values_list("feature_id", "needs_id")
    ):
        needs[needing].append(needed)
    for feature in features:
        feature.product = product
    return [
        _feature(
            feature,
            contributions[feature.pk],
            efforts[feature.pk],
            needs[feature.pk],
            standing=getattr(feature, "standing", None) if with_ranks else None,
        )
        for feature in features
    ]


def _feature(
    feature: Feature,
    contributions: Iterable[Contribution],
    efforts: list[EffortEntry],
    needs: list[int],
    *,
    standing: Standing | None,
) -> FeatureEntry:
    served = [ContributionEntry(objective=each.objective_id, strength=each.strength) for each in contributions]
    strongest = max(
        contributions, key=lambda each: _STRENGTHS.index(Contribution.Strength(each.strength)), default=None
    )
    return {
        "id": feature.pk,
        "key": feature.key,
        "title": feature.title,
        "summary": feature.summary,
        "status": feature.status,
        "progress": _number(feature.progress) or "0",
        "owner": feature.owner_id,
        "department": feature.owner.department_id if feature.owner else None,
        "objective": strongest.objective_id if strongest else None,
        "objectives": served,
        "release": feature.release_id,
        "team": feature.lead_team_id,
        "efforts": efforts,
        "starts_on": _day(feature.starts_on),
        "ends_on": _day(feature.ends_on),
        "precision": feature.precision,
        "needs": needs,
        "rank": standing.rank if standing else None,
        "score": _number(round(standing.score, 6)) if standing and standing.score is not None else None,
    }


def _objective(objective: Objective) -> ObjectiveEntry:
    return {
        "id": objective.pk,
        "letter": objective.letter,
        "position": objective.position,
        "name": objective.name,
        "measure": objective.measure,
        "unit": objective.unit,
        "baseline": _number(objective.baseline),
        "current": _number(objective.current),
        "target": _number(objective.target),
        "due_on": _day(objective.due_on),
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _number(value: float | None) -> str | None:
    """Return the shortest decimal text that reads back as this float."""
    if value is None:
        return None
    text = format(Decimal(repr(value)).normalize(), "f")
    return "0" if text == "-0" else text
