"""Brings people to a product, changes what they may do there, lets them go; sets the organisation up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders.activity import record
from stakeholders.models import Department, Organisation, Seat, User, Verb
from stakeholders.rules.addresses import Person


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be given a seat."""

    email: str
    name: str
    role: str
    department: Department | None
    must_confirm: bool = False
    weight: float = 1.0


class LastOwner(Exception):
    """A product needs an owner: the last one can neither leave nor become something else."""


class OwnersOnly(Exception):
    """Only an owner may make owners or change one."""


@transaction.atomic
def add_people(product, people: Iterable[NewPerson], *, by: Seat, now: datetime) -> list[Seat]:
    """Give each a seat, making users for addresses that are new; somebody who had left comes back.

    Who holds a seat already keeps it unchanged and is not returned. A name is taken only while none is known.
    Raises OwnersOnly when a manager names an owner.
    """
    added = []
    for person in people:
        if person.role == Seat.Role.OWNER and not by.reaches(Seat.Role.OWNER):
            raise OwnersOnly
        user = User.objects.filter(email__iexact=person.email).first() or User.objects.create_user(
            person.email, name=person.name
        )
        if person.name and not user.name:
            user.name = person.name
            user.save(update_fields=["name"])
        seat, is_new = Seat.objects.get_or_create(
            user=user, product=product, defaults=_fields(person) | {"joined_at": now}
        )
        if not is_new and seat.is_current:
            continue
        if not is_new:
            Seat.objects.filter(pk=seat.pk).update(left_at=None, **_fields(person))
            seat.refresh_from_db()
        record(by, Verb.INVITED, seat, at=now, label="seat", role=person.role)
        added.append(seat)
    return added


def _fields(person: NewPerson) -> dict:
    return {
        "role": person.role,
        "department": person.department,
        "must_confirm": person.must_confirm,
        "weight": person.weight,
    }


@transaction.atomic
def change_seat(
    seat: Seat, *, role: str, department: Department | None, weight: float, must_confirm: bool, by: Seat, now: datetime
) -> bool:
    """Change what a person may do and how much their vote weighs; False when nothing was different.

    Rounds that are open keep the weight and department they opened with. Raises LastOwner, OwnersOnly,
    and ValidationError for a weight below 0.
    """
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    before = {
        "role": seat.role,
        "department": seat.department_id,
        "weight": seat.weight,
        "must_confirm": seat.must_confirm,
    }
    after = {
        "role": role,
        "department": department.pk if department else None,
        "weight": weight,
        "must_confirm": must_confirm,
    }
    if before == after:
        return False
    if role != seat.role:
        _check_owner(seat, by=by, wants_owner=role == Seat.Role.OWNER)
    seat.role, seat.department, seat.weight, seat.must_confirm = role, department, weight, must_confirm
    seat.full_clean()
    seat.save(update_fields=["role", "department", "weight", "must_confirm"])
    record(by, Verb.CHANGED, seat, at=now, label="seat", before=before, after=after)
    return True


@transaction.atomic
def remove_seat(seat: Seat, *, by: Seat, now: datetime) -> None:
    """Let a person go from a product: links and open ballots end at once, answers given stay. Safe to repeat."""
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    if not seat.is_current:
        return
    _check_owner(seat, by=by, wants_owner=False)
    seat.left_at = now
    seat.save(update_fields=["left_at"])
    record(by, Verb.REMOVED, seat, at=now, label="seat")


@transaction.atomic
def restore_seat(seat: Seat, *, by: Seat, now: datetime) -> None:
    """Undo `remove_seat`."""
    if Seat.objects.filter(pk=seat.pk).exclude(left_at=None).update(left_at=None):
        record(by, Verb.INVITED, seat, at=now, label="seat", role=seat.role)


def _check_owner(seat: Seat, *, by: Seat, wants_owner: bool) -> None:
    if (wants_owner or seat.role == Seat.Role.OWNER) and not by.reaches(Seat.Role.OWNER):
        raise OwnersOnly
    others = Seat.objects.current().filter(product_id=seat.product_id, role=Seat.Role.OWNER).exclude(pk=seat.pk)
    # the owners' rows are locked, so that two owners can't let each other go at the same time
    if seat.role == Seat.Role.OWNER and not wants_owner and not list(others.select_for_update()):
        raise LastOwner


@transaction.atomic
def set_up(*, organisation: str, time_zone: str, name: str, email: str) -> User:
    """Create the organisation and its first administrator. Raises ValidationError when that was done before."""
    if Organisation.objects.filter(pk=1).exists():
        raise ValidationError(_("Accord is set up already. Sign in instead."))
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email, name=name)
    made = Organisation(pk=1, name=organisation, time_zone=time_zone)
    made.full_clean(validate_unique=False)
    made.save(force_insert=True)
    made.admins.add(user)
    return user


@transaction.atomic
def set_admins(organisation: Organisation, people: Iterable[Person]) -> None:
    """Make exactly these people the organisation's administrators, making users for addresses that are new."""
    users = [
        User.objects.filter(email__iexact=p.email).first() or User.objects.create_user(p.email, name=p.name)
        for p in people
    ]
    if not users:
        raise ValidationError(_("At least one person must administer the organisation."))
    organisation.admins.set(users)
