"""Reads the home of a product: what needs whom, what ships next, how its objectives do, and what happened of late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q

from prioritization.queries.activity import NOT_FOR_ALL, linked
from prioritization.queries.needs import Need, needs_of
from prioritization.queries.own_parts import OwnPart, own_parts
from roadmap.models import Confirmation, Effort, Feature, Objective, Product, Release, Version
from roadmap.queries.confirmation import counts, people
from roadmap.queries.features import lanes
from roadmap.queries.products import ObjectiveRow, objective_rows
from roadmap.queries.timeline_facts import latest_confirmation
from roadmap.rules.objectives import Course, course_of
from stakeholders.access import EDIT
from stakeholders.models import Seat
from stakeholders.queries.activity import ActivityLine, lines

FEATURES_SHOWN = 8
LINES_SHOWN = 8
FEATURES_WANTED = 10
PEOPLE_WANTED = 2


@dataclass(frozen=True)
class Step:
    """One of the five steps to a first roadmap; `key` is vision, features, people, round or version."""

    key: str
    is_done: bool


@dataclass(frozen=True)
class Steps:
    """The checklist, ticked by facts. `next` is the first step that is not done."""

    steps: tuple[Step, ...]
    features: int
    people: int

    @property
    def is_finished(self) -> bool:
        return all(step.is_done for step in self.steps)

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def next(self) -> str:
        return next((step.key for step in self.steps if not step.is_done), "")


@dataclass(frozen=True)
class ShippingFeature:
    feature: Feature
    objective: Objective | None
    is_sized: bool


@dataclass(frozen=True)
class NextRelease:
    """The release that ends next, with its features: those that are least done first; `count` of all of them."""

    release: Release
    features: list[ShippingFeature]
    count: int
    shipped: int


@dataclass(frozen=True)
class HomeObjective:
    row: ObjectiveRow
    course: Course

    @property
    def is_drawn(self) -> bool:
        """Whether there is a line to draw: one point is none."""
        return len(self.row.measurements) > 1


@dataclass(frozen=True)
class HomeVersion:
    """The newest version and, if people were asked to confirm it, what they answered: state -> people."""

    version: Version
    confirmation: Confirmation | None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return self.asked - self.counts.get("silent", 0)


@dataclass(frozen=True)
class Home:
    """All of it. `needs` is None for those who do not manage; `since_yesterday` says whether `activity` is that young."""

    steps: Steps
    needs: list[Need] | None
    own: list[OwnPart]
    release: NextRelease | None
    objectives: list[HomeObjective]
    version: HomeVersion | None
    activity: list[ActivityLine]
    since_yesterday: bool
    today: date

    @property
    def draws_objectives(self) -> bool:
        return any(each.is_drawn for each in self.objectives)

    @property
    def is_asked(self) -> bool:
        """Whether a round still waits for this person's answer."""
        return any(not part.is_answered for part in self.own)


def home(seat: Seat, *, now: datetime) -> Home:
    """Return what the home of a product shows this person; its product is loaded. A fixed number of queries."""
    product = seat.product
    zone = ZoneInfo(product.time_zone)
    today = product.today(now)
    can_edit = seat.reaches(EDIT)
    confirmation = latest_confirmation(product)
    yesterday = datetime.combine(today - timedelta(days=1), time(), zone)
    activity = linked(lines(product, limit=LINES_SHOWN, without=() if can_edit else NOT_FOR_ALL), product)
    young = [line for line in activity if line.at >= yesterday]
    return Home(
        steps=steps_of(product),
        needs=needs_of(product, now=now, today=today, confirmation=confirmation) if can_edit else None,
        own=own_parts(seat.pk, product),
        release=_next_release(product, today),
        objectives=_objectives(product, today),
        version=_version(product, confirmation),
        activity=young or activity,
        since_yesterday=bool(young),
        today=today,
    )


def steps_of(product: Product) -> Steps:
    """Return the five steps, from facts: two queries."""
    facts = Product.objects.filter(pk=product.pk).aggregate(
        people=Count("seats", filter=Q(seats__left_at=None), distinct=True),
        rounds=Count("rounds", filter=Q(rounds__opened_at__isnull=False), distinct=True),
        versions=Count("versions", distinct=True),
    )
    features = Feature.objects.filter(product=product).count()
    others = max(facts["people"] - 1, 0)
    done = {
        "vision": bool(product.vision),
        "features": features >= FEATURES_WANTED,
        "people": others >= PEOPLE_WANTED,
        "round": facts["rounds"] > 0,
        "version": facts["versions"] > 0,
    }
    return Steps(tuple(Step(key, is_done) for key, is_done in done.items()), features, others)


def _next_release(product: Product, today: date) -> NextRelease | None:
    release = product.releases.filter(ends_on__gte=today).order_by("ends_on", "pk").first()
    if release is None:
        return None
    every = Feature.objects.filter(release=release).exclude(status=Feature.Status.DROPPED)
    numbers = every.aggregate(all=Count("pk"), shipped=Count("pk", filter=Q(status=Feature.Status.SHIPPED)))
    unshipped = every.exclude(status=Feature.Status.SHIPPED)
    sized = Exists(Effort.objects.filter(feature=OuterRef("pk")))
    shown = list(unshipped.annotate(is_sized=sized).order_by("-progress", "number")[:FEATURES_SHOWN])
    objectives = lanes([each.pk for each in shown])
    for each in shown:
        each.product = product
    return NextRelease(
        release=release,
        features=[ShippingFeature(each, objectives.get(each.pk), each.is_sized) for each in shown],
        count=numbers["all"],
        shipped=numbers["shipped"],
    )


def _objectives(product: Product, today: date) -> list[HomeObjective]:
    found = []
    for row in objective_rows(product):
        each = row.objective
        course = course_of(
            baseline=each.baseline,
            current=each.current,
            target=each.target,
            began_on=row.began_on,
            due_on=each.due_on,
            today=today,
        )
        found.append(HomeObjective(row, course))
    return found


def _version(product: Product, confirmation: Confirmation | None) -> HomeVersion | None:
    version = product.versions.defer("snapshot").first()
    if version is None:
        return None
    if confirmation is None or confirmation.version_id != version.pk:
        return HomeVersion(version, None)
    return HomeVersion(version, confirmation, counts(people(confirmation)))
