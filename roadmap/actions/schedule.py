"""Writes what a product is set up with: objectives and what they measured, teams, releases, milestones, capacity."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from roadmap.actions.editing import EditConflict
from roadmap.actions.planning import clear_release
from roadmap.models import Capacity, Measurement, Milestone, Objective, Product, Release, Team
from roadmap.models.editions import edition_of
from stakeholders.activity import record
from stakeholders.models import Seat, Verb

LETTERS = string.ascii_uppercase
Part = Objective | Team | Release | Milestone


Pair = tuple[int, int]
"""Whose days in what: a team's id and a release's."""


class CapacityConflict(Exception):
    """Somebody else changed figures since the grid was opened that this person changed too; nothing was written.

    pairs   the figures that both changed
    stood   every figure as it stands now
    """

    def __init__(self, pairs: Collection[Pair], stood: Mapping[Pair, float]) -> None:
        super().__init__(len(pairs))
        self.pairs, self.stood = pairs, stood


class NoLetterLeft(Exception):
    """A product has at most 26 objectives: each is known by a letter."""


@transaction.atomic
def save_objective(
    objective: Objective, *, fields: Mapping[str, Any], edition: str = "", by: Seat, now: datetime
) -> Objective:
    """Make or change an objective. A new one gets the first free letter; a new value "now" is measured today.

    edition   of an objective that exists: `edition_of` it as it was when the form was opened

    Raises NoLetterLeft for the 27th, EditConflict when someone saved in between.
    """
    if objective.pk is None:
        Product.objects.select_for_update(no_key=True).get(pk=objective.product_id)
        objective.letter = _free_letter(objective.product)
        objective.position = (objective.product.objectives.aggregate(last=Max("position"))["last"] or 0) + 1
    before = None if objective.pk is None else Objective.objects.values_list("current", flat=True).get(pk=objective.pk)
    _save(objective, fields, edition, by=by, now=now)
    if objective.current is not None and objective.current != before:
        _measured(objective, objective.product.today(now), objective.current)
    return objective


@transaction.atomic
def save_team(team: Team, *, fields: Mapping[str, Any], edition: str = "", by: Seat, now: datetime) -> Team:
    """Make or change a team; a new one stands last. Raises EditConflict as `save_objective`."""
    if team.pk is None:
        team.position = (team.product.teams.aggregate(last=Max("position"))["last"] or 0) + 1
    return _save(team, fields, edition, by=by, now=now)


@transaction.atomic
def save_release(release: Release, *, fields: Mapping[str, Any], edition: str = "", by: Seat, now: datetime) -> Release:
    """Make or change a release. Raises EditConflict as `save_objective`."""
    return _save(release, fields, edition, by=by, now=now)


@transaction.atomic
def save_milestone(
    milestone: Milestone, *, fields: Mapping[str, Any], edition: str = "", by: Seat, now: datetime
) -> Milestone:
    """Make or change a milestone. Raises EditConflict as `save_objective`."""
    return _save(milestone, fields, edition, by=by, now=now)


@transaction.atomic
def delete_part(part: Part, *, by: Seat, now: datetime) -> None:
    """Delete an objective, team, release or milestone with all that hangs on it; features stay, without it.

    What a deleted release held is taken out of it first, and the log says so of each feature.
    """
    if isinstance(part, Release):
        clear_release(part, by=by, now=now)
    record(by, Verb.DELETED, part, product=part.product, at=now)
    part.delete()


@transaction.atomic
def measure_objective(objective: Objective, *, measured_on: date, value: float, by: Seat, now: datetime) -> None:
    """Note what the measure read on a day; the latest day's value is what stands as "now". Repeating a day corrects it."""
    _measured(objective, measured_on, value)
    _take_latest(objective)
    record(by, Verb.CHANGED, objective, product=objective.product, at=now, changes={"current": [None, value]})


@transaction.atomic
def forget_measurement(measurement: Measurement, *, by: Seat, now: datetime) -> None:
    """Take a measurement back; "now" is then the latest that is left, or unknown."""
    objective = measurement.objective
    record(by, Verb.DELETED, measurement, product=objective.product, label=objective.name, at=now)
    measurement.delete()
    _take_latest(objective)


@transaction.atomic
def set_capacity(
    product: Product,
    days: Mapping[Pair, float | None],
    *,
    shown: Mapping[Pair, float] | None = None,
    by: Seat,
    now: datetime,
) -> int:
    """Set how many person-days teams have in releases; None takes a figure away. Returns how many figures changed.

    days    what this person changed; pairs that are left out stay as they are
    shown   what stood there when they began

    Raises CapacityConflict where someone else has changed one of `days` since, and to something else.
    """
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    rows = {(row.team_id, row.release_id): row for row in Capacity.objects.filter(team__product=product)}
    seen, stood = shown or {}, {pair: row.days for pair, row in rows.items()}
    both = [pair for pair, value in days.items() if stood.get(pair) not in (seen.get(pair), value)]
    if both:
        raise CapacityConflict(both, stood)
    changed = {pair: value for pair, value in days.items() if value != stood.get(pair)}
    Capacity.objects.filter(pk__in=[rows[pair].pk for pair, value in changed.items() if value is None]).delete()
    Capacity.objects.bulk_create(
        [
            Capacity(team_id=team, release_id=release, days=value)
            for (team, release), value in changed.items()
            if value is not None
        ],
        update_conflicts=True,
        unique_fields=["team", "release"],
        update_fields=["days"],
    )
    if changed:
        record(by, Verb.CHANGED, product, product=product, at=now, changes={"capacity": None}, cells=len(changed))
    return len(changed)


def _save(part: Any, fields: Mapping[str, Any], edition: str, *, by: Seat, now: datetime) -> Any:
    is_new = part.pk is None
    stored = part if is_new else type(part)._default_manager.select_for_update(no_key=True).get(pk=part.pk)
    changed = [name for name, value in fields.items() if getattr(stored, name) != value]
    if not is_new and changed and edition_of(stored) != edition:
        raise EditConflict
    for name in fields:
        setattr(part, name, fields[name])
    if not is_new and not changed:
        return part
    part.full_clean()
    part.save(force_insert=is_new, update_fields=None if is_new else changed)
    verb = Verb.CREATED if is_new else Verb.CHANGED
    facts: dict[str, Any] = {} if is_new else {"changes": dict.fromkeys(changed)}
    record(by, verb, part, product=part.product, at=now, **facts)
    return part


def _free_letter(product: Product) -> str:
    taken = set(product.objectives.values_list("letter", flat=True))
    for letter in LETTERS:
        if letter not in taken:
            return letter
    raise NoLetterLeft


def _measured(objective: Objective, measured_on: date, value: float) -> None:
    Measurement.objects.update_or_create(objective=objective, measured_on=measured_on, defaults={"value": value})


def _take_latest(objective: Objective) -> None:
    latest = objective.measurements.order_by("-measured_on").values_list("value", flat=True).first()
    objective.current = latest
    objective.save(update_fields=["current"])
