"""Reads what a timeline is drawn from: a live plan or the one that a published version holds, and what people answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from roadmap.models import Answer, AnswerFeature, Confirmation, Feature, Product
from roadmap.queries import timeline_words as words
from roadmap.rules.snapshot import FeatureEntry, Plan
from roadmap.rules.timeline.facts import (
    Agreement,
    Load,
    Milestone,
    Objective,
    PlannedFeature,
    Precision,
    Release,
    Roadmap,
    Team,
)
from stakeholders.rules.voices import standing


def roadmap_in(
    plan: Plan,
    *,
    today: date,
    agreements: Mapping[int, Agreement] | None = None,
    changed: Collection[int] = (),
    with_loads: bool = True,
) -> Roadmap:
    """Return what a timeline is drawn from, out of a plan: the live one, or the one that a version holds.

    agreements   feature id -> its worst answer; a feature that is missing was not asked about
    changed      ids of the features whose titles are bold
    with_loads   False leaves the capacity strip out
    """
    agreements = agreements or {}
    return Roadmap(
        today=today,
        features=tuple(
            _feature(entry, agreements.get(entry["id"], Agreement.UNASKED), is_changed=entry["id"] in changed)
            for entry in plan["features"]
        ),
        objectives=tuple(
            Objective(entry["id"], place, entry["letter"], entry["name"], entry["measure"], words.figures(entry))
            for place, entry in enumerate(plan["objectives"])
        ),
        teams=tuple(Team(entry["id"], entry["name"], place) for place, entry in enumerate(plan["teams"])),
        releases=tuple(
            Release(entry["id"], entry["name"], _day(entry["starts_on"]), _day(entry["ends_on"]))
            for entry in plan["releases"]
        ),
        milestones=tuple(
            Milestone(entry["id"], entry["name"], date.fromisoformat(entry["falls_on"])) for entry in plan["milestones"]
        ),
        loads=_loads(plan) if with_loads else (),
    )


def _feature(entry: FeatureEntry, agreement: Agreement, *, is_changed: bool) -> PlannedFeature:
    return PlannedFeature(
        id=entry["id"],
        key=entry["key"],
        title=entry["title"],
        starts_on=_day(entry["starts_on"]),
        ends_on=_day(entry["ends_on"]),
        precision=Precision(entry["precision"]),
        release=entry["release"],
        objective=entry["objective"],
        team=entry["team"],
        progress=float(entry["progress"]),
        is_shipped=entry["status"] == Feature.Status.SHIPPED,
        agreement=agreement,
        needs=tuple(entry["needs"]),
        is_changed=is_changed,
    )


def _loads(plan: Plan) -> tuple[Load, ...]:
    planned: dict[tuple[int, int], float] = {}
    for entry in plan["features"]:
        if entry["release"] is None:
            continue
        for effort in entry["efforts"]:
            cell = (effort["team"], entry["release"])
            planned[cell] = planned.get(cell, 0.0) + float(effort["likely"])
    available = {(entry["team"], entry["release"]): float(entry["days"]) for entry in plan["capacity"]}
    return tuple(
        Load(*cell, planned_days=planned.get(cell, 0.0), available_days=available.get(cell))
        for cell in sorted(planned.keys() | available.keys())
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def latest_confirmation(product: Product) -> Confirmation | None:
    """Return the newest confirmation that was not withdrawn, with its round and version loaded."""
    return (
        Confirmation.objects.filter(version__product=product, round__cancelled_at=None, round__opened_at__isnull=False)
        .select_related("round", "version")
        .order_by("-version__number", "-pk")
        .first()
    )


def agreements_in(confirmation: Confirmation | None, *, asked: Plan | None, shown: Plan) -> dict[int, Agreement]:
    """Return the worst standing answer that names each feature of `shown`; two queries.

    asked   the plan that people were asked about, None when nobody was

    Nobody has been asked about a feature that the version did not hold or held at another place, and while nobody has
    answered at all, nobody has agreed: such features are missing from the result.
    """
    if confirmation is None or asked is None:
        return {}
    answers = standing(Answer.objects.filter(confirmation=confirmation))
    if not answers:
        return {}
    verdicts = {row.pk: row.verdict for row in answers.values()}
    worst: dict[int, Agreement] = {}
    for answer, feature in AnswerFeature.objects.filter(answer__in=verdicts).values_list("answer_id", "feature_id"):
        if verdicts[answer] == Answer.Verdict.OBJECT:
            worst[feature] = Agreement.OBJECTION
        elif verdicts[answer] == Answer.Verdict.CONCERNS:
            worst.setdefault(feature, Agreement.CONCERN)
    places = {entry["id"]: _place(entry) for entry in asked["features"]}
    return {
        entry["id"]: worst.get(entry["id"], Agreement.CLEAR)
        for entry in shown["features"]
        if places.get(entry["id"]) == _place(entry)
    }


def _place(entry: FeatureEntry) -> tuple[object, ...]:
    return (entry["release"], entry["starts_on"], entry["ends_on"], entry["precision"])
