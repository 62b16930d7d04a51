"""Opens the sample to somebody who looks around: loads it if it is not there, and gives them a seat."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from prioritization.actions.sample.loading import load_sample
from roadmap.models import Product
from stakeholders.actions.people import NewPerson, add_people
from stakeholders.models import Organisation, Seat, User


def may_load_sample() -> bool:
    """Whether nobody has begun here: no product but the sample is there.

    Loading is one long transaction, during which SQLite lets nobody else write; so it never runs beside people's work.
    `manage.py loadsample` does it at any time.
    """
    return not Product.objects.filter(is_sample=False).exists()


@transaction.atomic
def open_sample(user: User, *, now: datetime) -> Product:
    """Return the sample, loaded if need be, with `user` among its owners. Two at once load it once."""
    Organisation.objects.select_for_update().get(pk=1)
    product = load_sample(now=now)
    owner = Seat.objects.current().filter(product=product, role=Seat.Role.OWNER).select_related("user").first()
    if owner is not None:
        person = NewPerson(email=user.email, name=user.name, role=Seat.Role.OWNER, department=None)
        add_people(product, [person], by=owner, now=now)
    return product
