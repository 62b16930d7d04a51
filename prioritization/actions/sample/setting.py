"""Sets the sample up: organisation, people, product, objectives, teams, releases, criteria, features."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from prioritization.actions.criteria import change_criteria
from prioritization.actions.sample.stage import Stage, name_of
from prioritization.queries.criteria import criteria_of, fingerprint
from prioritization.sample import product as told
from prioritization.sample.backlog import BACKLOG
from prioritization.sample.features import PLANNED, SampleFeature
from prioritization.sample.people import DEPARTMENTS, ORGANISATION, PEOPLE, ZONE
from prioritization.sample.story import COLLECTED, CREATED
from roadmap.actions.features import Estimate, FeatureContent, create_feature
from roadmap.actions.products import create_product, edit_product
from roadmap.actions.schedule import (
    measure_objective,
    save_milestone,
    save_objective,
    save_release,
    save_team,
    set_capacity,
)
from roadmap.models import Milestone, Objective, Product, Release, Team
from stakeholders.actions.organisation import set_up
from stakeholders.actions.people import NewPerson, add_people, change_seat, user_at
from stakeholders.models import Department, Organisation, Seat

FEATURES = {feature.key: feature for feature in (*PLANNED, *BACKLOG)}


def set_the_stage(stage: Stage) -> None:
    """Do what Mia did in the first days: make the product, bring the people, say what it is for, collect features."""
    _organisation()
    _product(stage)
    _people(stage)
    _objectives(stage)
    _teams_and_releases(stage)
    _criteria(stage)
    _features(stage)


def _organisation() -> None:
    if Organisation.current() is None:
        mia = PEOPLE[0]
        set_up(organisation=ORGANISATION, time_zone=ZONE, name=mia.name, email=mia.address)


def _product(stage: Stage) -> None:
    mia = PEOPLE[0]
    user = user_at(mia.address, name=mia.name)
    at = stage.at(CREATED)
    is_free = not Product.objects.filter(key=told.KEY).exists()
    product = create_product(
        name=told.NAME, vision=told.VISION, objective="", key=told.KEY if is_free else "", by=user, now=at
    )
    # before anything else: from here on no mail of it reaches a server
    Product.objects.filter(pk=product.pk).update(is_sample=True, last_feature_number=told.FIRST_NUMBER - 1)
    product.refresh_from_db()
    stage.product = product
    stage.seats[mia.key] = Seat.objects.select_related("user").get(product=product, user=user)
    fields = {
        "tagline": told.TAGLINE,
        "stage": Product.Stage.GROWTH,
        "time_zone": ZONE,
        "target_market": told.TARGET_MARKET,
        "benefits": told.BENEFITS,
        "business_case": told.BUSINESS_CASE,
    }
    edit_product(product, edition=product.edition, fields=fields, by=stage.manager, now=at)
    product.refresh_from_db()


def _people(stage: Stage) -> None:
    at = stage.at(CREATED, 9, 20)
    stage.departments = {name: Department.objects.get_or_create(name=name)[0] for name in DEPARTMENTS}
    mia, *others = PEOPLE
    add_people(
        stage.product,
        [
            NewPerson(p.address, p.name, p.role, stage.departments[p.department], p.must_confirm, p.weight)
            for p in others
        ],
        by=stage.manager,
        now=at,
    )
    change_seat(
        stage.manager,
        role=mia.role,
        department_name=mia.department,
        weight=mia.weight,
        must_confirm=mia.must_confirm,
        by=stage.manager,
        now=at,
    )
    seats = {s.user.email: s for s in Seat.objects.filter(product=stage.product).select_related("user", "department")}
    stage.seats = {person.key: seats[person.address] for person in PEOPLE}


def _objectives(stage: Stage) -> None:
    for each in told.OBJECTIVES:
        objective = save_objective(
            Objective(product=stage.product),
            fields={
                "name": each.name,
                "measure": each.measure,
                "unit": each.unit,
                "baseline": each.baseline,
                "target": each.target,
                "weight": each.weight,
                "due_on": stage.today + timedelta(days=each.due_in_days),
            },
            by=stage.manager,
            now=stage.at(CREATED, 10),
        )
        for months, value in enumerate(reversed(each.history)):
            day = stage.day(-6 - 30 * months)
            now = max(stage.at(CREATED, 10), stage.at(-6 - 30 * months, 18))
            measure_objective(objective, measured_on=day, value=value, by=stage.manager, now=now)
        objective.refresh_from_db()
        stage.objectives[objective.letter] = objective


def _teams_and_releases(stage: Stage) -> None:
    at, by, product = stage.at(CREATED, 11), stage.manager, stage.product
    for name in told.TEAMS:
        stage.teams[name] = save_team(Team(product=product), fields={"name": name}, by=by, now=at)
    for first, last in stage.windows:
        fields = {"name": name_of(last), "starts_on": first, "ends_on": last}
        stage.releases.append(save_release(Release(product=product), fields=fields, by=by, now=at))
    for name, release, share in told.MILESTONES:
        first, last = stage.windows[release]
        fields = {"name": name, "on": first + timedelta(days=round(share * (last - first).days))}
        save_milestone(Milestone(product=product), fields=fields, by=by, now=at)
    days = {
        (stage.teams[team].pk, release.pk): float(figure)
        for team, figures in told.CAPACITY.items()
        for release, figure in zip(stage.releases, figures, strict=True)
    }
    set_capacity(product, days, by=by, now=at)


def _criteria(stage: Stage) -> None:
    before = criteria_of(stage.product)
    wanted = [replace(each, weight=float(told.WEIGHTS[each.key])) for each in before]
    change_criteria(
        stage.product, criteria=wanted, seen=fingerprint(before), by=stage.manager, now=stage.at(CREATED, 11, 30)
    )


def _features(stage: Stage) -> None:
    for place, (key, feature) in enumerate(FEATURES.items()):
        at = stage.at(COLLECTED, 9 + place // 12, place % 12 * 5)
        content = content_of(stage, feature)
        stage.features[key] = create_feature(stage.product, content=content, by=stage.manager, now=at)
    stage.product.refresh_from_db()


def content_of(stage: Stage, feature: SampleFeature, **fields: object) -> FeatureContent:
    """Return what a form would say about a feature; `fields` are said instead of what the sample says of the row."""
    lead = next(iter(feature.days), None)
    return FeatureContent(
        fields={
            "title": feature.title,
            "summary": feature.summary,
            "description": feature.description,
            "owner": stage.seats[feature.owner],
            "status": feature.status,
            "progress": feature.progress,
            "lead_team": stage.teams[lead] if lead else None,
        }
        | fields,
        contributions={stage.objectives[letter].pk: strength for letter, strength in feature.serves.items()},
        efforts={stage.teams[team].pk: Estimate(*days) for team, days in feature.days.items() if days},
        needs={stage.features[key].pk for key in feature.needs},
        related={stage.features[key].pk for key in feature.related} | _related_since(stage, feature),
    )


def _related_since(stage: Stage, feature: SampleFeature) -> set[int]:
    """Return the features that said, when they were made later, that they are related to this one."""
    return {
        stage.features[other.key].pk
        for other in FEATURES.values()
        if feature.key in other.related and other.key in stage.features
    }
