"""Brings people to a product, changes what they may do there, lets them go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from stakeholders.activity import record
from stakeholders.models import Department, Seat, User, Verb

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be given a seat. `department_name` names a department that may be new, where `department` is none."""

    email: str
    name: str
    role: str
    department: Department | None = None
    must_confirm: bool = False
    weight: float = 1.0
    department_name: str = ""


class LastOwner(Exception):
    """A product needs an owner: the last one can neither leave nor become something else."""


class OwnersOnly(Exception):
    """Only an owner may make owners or change one."""


@transaction.atomic
def user_at(address: str, *, name: str = "") -> User:
    """Return the user of an address, made with that name when it is new; of two who make it at once both get one user."""
    there = User.objects.filter(Exact(Lower("email"), Lower(Value(address.lower()))))
    return _found_or_made(there, lambda: User.objects.create_user(address, name=name))


@transaction.atomic
def department_named(name: str) -> Department | None:
    """Return the department of that name, whatever its case, made when it is new; None for an empty name.

    Of two who make it at once both get one department. What is longer than a department's name may be is cut.
    """
    name = " ".join(name.split())[: Department._meta.get_field("name").max_length]
    if not name:
        return None
    there = Department.objects.filter(Exact(Lower("name"), Lower(Value(name))))
    return _found_or_made(there, lambda: Department.objects.create(name=name))


def _found_or_made(there: QuerySet[M], make: Callable[[], M]) -> M:
    """Return the row that is there or, when there is none, the one made; what somebody else makes meanwhile is found."""
    if found := there.first():
        return found
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        if found := there.first():
            return found
        raise


@transaction.atomic
def add_people(product, people: Iterable[NewPerson], *, by: Seat, now: datetime) -> list[Seat]:
    """Give each a seat, making users for addresses that are new; somebody who had left comes back.

    Who holds a seat already keeps it unchanged and is not returned. A name is taken only while none is known.
    Raises OwnersOnly when a manager names an owner.
    """
    added = []
    # in one order, so that two who add the same people at once wait for each other and not in a circle
    people = sorted(people, key=lambda person: person.email)
    departments = {name: department_named(name) for name in sorted({person.department_name for person in people})}
    for person in people:
        if person.role == Seat.Role.OWNER and not by.reaches(Seat.Role.OWNER):
            raise OwnersOnly
        user = user_at(person.email, name=person.name)
        if person.name and not user.name:
            user.name = person.name
            user.save(update_fields=["name"])
        fields = {
            "role": person.role,
            "department": person.department or departments[person.department_name],
            "must_confirm": person.must_confirm,
            "weight": person.weight,
        }
        seat, is_new = Seat.objects.get_or_create(user=user, product=product, defaults=fields | {"joined_at": now})
        if not is_new and seat.is_current:
            continue
        if not is_new:
            Seat.objects.filter(pk=seat.pk).update(left_at=None, **fields)
            seat.refresh_from_db()
        record(by, Verb.INVITED, seat, at=now, label="seat", role=person.role)
        added.append(seat)
    return added


@transaction.atomic
def change_seat(
    seat: Seat, *, role: str, department_name: str, weight: float, must_confirm: bool, by: Seat, now: datetime
) -> bool:
    """Change what a person may do and how much their vote weighs; False when nothing was different.

    A department that is new is made. Rounds that are open keep the weight and department they opened with. Raises LastOwner, OwnersOnly,
    and ValidationError for a weight below 0.
    """
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    before = {
        "role": seat.role,
        "department": seat.department_id,
        "weight": seat.weight,
        "must_confirm": seat.must_confirm,
    }
    department = department_named(department_name)
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
