"""What the page that opens a voting round lists: features and people to pick from, and what is worth a second thought."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from prioritization.filters import PickFilter, lacking_votes
from prioritization.models import VotingFeature
from prioritization.rules.ballots import LONG_SECONDS, SECONDS_A_CELL, seconds_for
from prioritization.rules.criteria import AskedCriterion
from roadmap.filters import FilterChoices
from roadmap.models import Feature, Objective, Product
from roadmap.queries.features import lanes
from stakeholders import wording
from stakeholders.models import Invitation, Round, Seat

SHOWN_AT_MOST = 200


def people_of(product: Product) -> QuerySet[Seat]:
    """Return everyone at the product who may be asked, by department and name: readers only read."""
    seats = Seat.objects.current().filter(product=product).exclude(role=Seat.Role.READER)
    return seats.select_related("user", "department").order_by("department__name", "user__name", "pk")


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
    filters: PickFilter
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
    product: Product,
    data: Any,
    *,
    picked: Collection[int],
    criteria: int,
    add: bool = False,
    drop: bool = False,
) -> Pick:
    """Return the features to pick from.

    data    where the filter's fields are, named with the prefix "f-"
    picked  ids of those picked so far; what is not a living feature of the product is left out
    add     pick everything shown as well; `drop` takes everything shown back
    """
    every = product.features.alive().select_related("lead_team", "release")
    filters = PickFilter(data, every, choices=FilterChoices.of(product), prefix="f")
    chosen = set(product.features.alive().filter(pk__in=picked).values_list("pk", flat=True))
    found = list(filters.qs.order_by("number")[:SHOWN_AT_MOST])
    objectives = lanes([each.pk for each in found])
    shown = []
    for each in found:
        each.product = product
        shown.append(Pickable(each, objectives.get(each.pk), (each.pk in chosen or add) and not drop))
    hidden = sorted(chosen - {each.pk for each in found})
    return Pick(shown, hidden, filters.qs.count(), every.count(), filters, criteria)


def without_votes(product: Product) -> set[int]:
    """Return the ids of all living features whose votes are too few to say how much people agree."""
    return set(lacking_votes(product.features.alive()).values_list("pk", flat=True))


@dataclass(frozen=True)
class LastTime:
    """Whom and what the newest voting round of a product asked: ids. Withdrawn rounds do not count."""

    round: Round
    features: frozenset[int]
    seats: frozenset[int]


def last_time(product: Product) -> LastTime | None:
    """Return what the newest voting round asked; None before there was one."""
    rounds = Round.objects.filter(product=product, kind="voting", opened_at__isnull=False, cancelled_at=None)
    newest = rounds.order_by("-opened_at", "-pk").first()
    if newest is None:
        return None
    features = VotingFeature.objects.filter(voting__round=newest).values_list("feature_id", flat=True)
    seats = Invitation.objects.filter(round=newest).standing().values_list("seat_id", flat=True)
    return LastTime(newest, frozenset(features), frozenset(seats))


@dataclass(frozen=True)
class PersonChoice:
    seat: Seat
    is_asked: bool
    may_rate: int


@dataclass(frozen=True)
class DepartmentChoice:
    """The people of one department who may be asked. `key` is its id, or "none"; `rates` names the criteria it may rate."""

    key: str
    name: str
    people: list[PersonChoice]
    rates: list[str]
    rates_all: bool

    @property
    def asked(self) -> int:
        return sum(each.is_asked for each in self.people)


def departments(
    people: Iterable[Seat], criteria: Sequence[AskedCriterion], *, asked: Collection[int]
) -> list[DepartmentChoice]:
    """Return the people by department, in the order given; `asked` are the ids of the seats picked."""
    groups: dict[int | None, list[Seat]] = {}
    for seat in people:
        groups.setdefault(seat.department_id, []).append(seat)
    found = []
    for department, seats in groups.items():
        rates = [each.name for each in criteria if each.may_be_rated_by(department)]
        choices = [PersonChoice(seat, seat.pk in asked and bool(rates), len(rates)) for seat in seats]
        name = seats[0].department.name if seats[0].department else ""
        found.append(DepartmentChoice(str(department or "none"), name, choices, rates, len(rates) == len(criteria)))
    return found


def cautions(
    *,
    features: int,
    criteria: Sequence[AskedCriterion],
    asked: Iterable[int | None],
    there: Iterable[tuple[int | None, str]],
) -> list[str]:
    """Return what one should think about twice before a round opens, as sentences: none of it is forbidden.

    features  how many are asked about
    asked     the department of everyone asked
    there     department and its name of everyone who could be asked
    """
    asked = set(asked)
    found = []
    longest = max((sum(each.may_be_rated_by(department) for each in criteria) for department in asked), default=0)
    seconds = seconds_for(features * longest)
    if seconds > LONG_SECONDS:
        fitting = int(LONG_SECONDS / (SECONDS_A_CELL * longest))
        words = ngettext(
            "%(n)d feature takes about %(time)s a person, and few people get to the end of more than %(limit)s. "
            "About %(fitting)d features fit.",
            "%(n)d features take about %(time)s a person, and few people get to the end of more than %(limit)s. "
            "About %(fitting)d features fit.",
            features,
        )
        facts = {"n": features, "time": wording.duration(seconds), "limit": wording.duration(LONG_SECONDS)}
        found.append(words % {**facts, "fitting": fitting})
    silent = sorted({name for department, name in there if department is not None and department not in asked})
    if silent and asked:
        words = ngettext(
            "%(names)s has no voice: nobody of it is asked.",
            "%(names)s have no voice: nobody of them is asked.",
            len(silent),
        )
        found.append(words % {"names": ", ".join(silent)})
    unrated = [each.name for each in criteria if not any(each.may_be_rated_by(department) for department in asked)]
    if unrated and asked:
        words = ngettext(
            "Nobody who is asked may rate %(names)s: it gets no votes.",
            "Nobody who is asked may rate %(names)s: they get no votes.",
            len(unrated),
        )
        found.append(words % {"names": ", ".join(f"“{name}”" for name in unrated)})
    return found
