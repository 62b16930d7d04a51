"""What concerns the whole organisation: its set-up, name and zone, who administers it, and its departments.

An act that a product's people feel is told in that product's log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from stakeholders.actions.people import user_at
from stakeholders.activity import record_by_admin
from stakeholders.models import Department, Organisation, Seat, User, Verb
from stakeholders.rules.addresses import Person


@transaction.atomic
def set_up(*, organisation: str, time_zone: str, name: str, email: str) -> User:
    """Create the organisation and its first administrator. Raises ValidationError when that was done before."""
    done_before = ValidationError(_("Accord is set up already. Sign in instead."))
    if Organisation.objects.filter(pk=1).exists():
        raise done_before
    user = user_at(email, name=name)
    made = Organisation(pk=1, name=organisation, time_zone=time_zone)
    made.full_clean(validate_unique=False)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as somebody_was_faster:
        raise done_before from somebody_was_faster
    made.admins.add(user)
    return user


@transaction.atomic
def change_organisation(*, name: str, time_zone: str, by: User, now: datetime) -> bool:
    """Change the organisation's name and zone, and tell every product; False when nothing was different."""
    found = Organisation.objects.select_for_update().get(pk=1)
    changes = _change(found, {"name": name, "time_zone": time_zone})
    if changes:
        record_by_admin(by, Verb.CHANGED, _in_each(found, Q()), at=now, changes=changes)
    return bool(changes)


@transaction.atomic
def set_admins(people: Iterable[Person], *, by: User, now: datetime) -> None:
    """Make exactly these people the organisation's administrators, making users for addresses that are new.

    Who comes or goes is told wherever they have a seat. Raises ValidationError when nobody is named.
    """
    named = {user_at(each.email, name=each.name) for each in sorted(people, key=lambda person: person.email)}
    if not named:
        raise ValidationError(_("At least one person must administer the organisation."))
    found = Organisation.objects.select_for_update().get(pk=1)
    before = set(found.admins.all())
    found.admins.set(named)
    for users, why in (
        (named - before, _("administers the organisation now")),
        (before - named, _("administers the organisation no more")),
    ):
        seats = Seat.objects.current().filter(user__in=users)
        record_by_admin(by, Verb.CHANGED, [(seat.product_id, seat) for seat in seats], at=now, label="seat", why=why)


def add_department(*, name: str, weight: float) -> Department:
    """Make a department. It has nobody yet, so no product is told. Raises ValidationError for a name that is taken."""
    made = Department(name=name, weight=weight)
    made.full_clean()
    made.save(force_insert=True)
    return made


@transaction.atomic
def change_department(department: Department, *, name: str, weight: float, by: User, now: datetime) -> bool:
    """Rename a department or weigh it otherwise; False when nothing was different.

    Told in each product where somebody of it has or had a seat: its weight may move their ranking. Raises
    ValidationError for a name that is taken or a weight that cannot be counted.
    """
    held = Department.objects.select_for_update().get(pk=department.pk)
    changes = _change(held, {"name": name, "weight": weight})
    if changes:
        record_by_admin(by, Verb.CHANGED, _in_each(held, Q(department=held)), at=now, changes=changes)
    return bool(changes)


def _change(row: Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Write what differs; return it as name -> [before, after]."""
    changes = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    for name in changes:
        setattr(row, name, values[name])
    if changes:
        row.full_clean()
        row.save(update_fields=list(changes))
    return changes


def _in_each(subject: Model, seats: Q) -> list[tuple[int, Model]]:
    """Return the subject beside each product that has such seats."""
    products = Seat.objects.filter(seats, product__purge_started_at=None).values_list("product_id", flat=True)
    return [(product, subject) for product in sorted(set(products))]
