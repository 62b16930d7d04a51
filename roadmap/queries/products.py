"""Reads products for their list, and what a product is set up with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, IntegerField, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from roadmap.models import Capacity, Feature, Measurement, Milestone, Objective, Product, Release, Team, Version
from stakeholders.models import Round, Seat, User

SPARK_POINTS = 12


@dataclass(frozen=True)
class ProductRow:
    """A product in the list of those at which one has a seat."""

    product: Product
    role: str
    features: int
    version: int | None
    open_rounds: int


@dataclass(frozen=True)
class ObjectiveRow:
    """An objective with what it measured of late, the earliest first, and how many features serve it.

    began_on  the day of its very first measurement
    """

    objective: Objective
    measurements: list[Measurement]
    features: int
    began_on: date | None


@dataclass(frozen=True)
class TeamRow:
    team: Team
    led: int
    sized: int


@dataclass(frozen=True)
class ReleaseRow:
    """A release, what is planned in it, and what its teams have, in person-days; None where nothing is known."""

    release: Release
    features: int
    planned_days: float | None
    capacity_days: float | None
    is_past: bool


@dataclass(frozen=True)
class Loss:
    """What a deletion takes along: so many of what."""

    count: int
    kind: str


def product_rows(user: User) -> list[ProductRow]:
    """Return the products at which a user has a seat, by name. One query."""
    seats = Seat.objects.current().filter(user=user, product__purge_started_at=None).select_related("product")
    seats = seats.annotate(
        features=_counted(Feature.objects.filter(product=OuterRef("product")).alive()),
        version=Subquery(Version.objects.filter(product=OuterRef("product")).order_by("-number").values("number")[:1]),
        open_rounds=_counted(Round.objects.open().filter(product=OuterRef("product"))),
    )
    return [
        ProductRow(seat.product, seat.get_role_display(), seat.features, seat.version, seat.open_rounds)
        for seat in seats.order_by("product__name", "product_id")
    ]


def objective_rows(product: Product) -> list[ObjectiveRow]:
    """Return a product's objectives in their order, each with its last measurements. Two queries."""
    objectives = list(
        product.objectives.annotate(
            served_by=Count("contributions", distinct=True), began_on=Min("measurements__measured_on")
        ).order_by("position", "pk")
    )
    latest: dict[int, list[Measurement]] = {objective.pk: [] for objective in objectives}
    for measurement in Measurement.objects.filter(objective__in=latest).order_by("-measured_on"):
        if len(latest[measurement.objective_id]) < SPARK_POINTS:
            latest[measurement.objective_id].append(measurement)
    for objective in objectives:
        objective.product = product
    return [ObjectiveRow(each, latest[each.pk][::-1], each.served_by, each.began_on) for each in objectives]


def team_rows(product: Product) -> list[TeamRow]:
    """Return a product's teams in their order. One query."""
    teams = product.teams.annotate(
        led=Count("led_features", distinct=True), sized=Count("efforts", distinct=True)
    ).order_by("position", "name")
    return [TeamRow(team, team.led, team.sized) for team in teams]


def release_rows(product: Product, *, today: date) -> list[ReleaseRow]:
    """Return a product's releases by their end, with the sums of what is planned and what there is. Three queries."""
    releases = list(product.releases.annotate(planned=Count("features", filter=~Q(features__status="dropped"))))
    asked = dict(
        Feature.objects.filter(product=product, release__in=releases)
        .exclude(status=Feature.Status.DROPPED)
        .order_by()
        .values_list("release")
        .annotate(days=Sum("efforts__likely"))
    )
    there = dict(
        Capacity.objects.filter(release__in=releases).order_by().values_list("release").annotate(days=Sum("days"))
    )
    return [
        ReleaseRow(each, each.planned, asked.get(each.pk), there.get(each.pk), each.ends_on < today)
        for each in releases
    ]


def milestones(product: Product) -> list[Milestone]:
    return list(product.milestones.all())


def losses(part: Objective | Team | Release | Milestone) -> list[Loss]:
    """Return what would go, or come loose, with a part of a product; nothing for what stands alone."""
    match part:
        case Objective():
            counts = [(part.contributions.count(), "contributions"), (part.measurements.count(), "measurements")]
        case Team():
            counts = [
                (part.efforts.count(), "efforts"),
                (part.led_features.count(), "led"),
                (part.capacities.count(), "capacities"),
            ]
        case Release():
            counts = [(part.features.count(), "planned"), (part.capacities.count(), "capacities")]
        case _:
            counts = []
    return [Loss(count, kind) for count, kind in counts if count]


def _counted(rows):
    counts = rows.order_by().values("product").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)
