"""Deletes the sample."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError

from prioritization.actions.purging import purge_product
from prioritization.sample.people import DEPARTMENTS, DOMAIN
from roadmap.models import Product
from stakeholders.models import Department, Seat, User


class NotASample(ValueError):
    """Only a product that was loaded as a sample is deleted in one act."""


@transaction.atomic
def delete_sample(product: Product, *, by: Seat, now: datetime) -> None:
    """Delete the sample with everything that hangs on it, and its people as far as they are nobody else here.

    Whoever deletes it stays, and whoever administers the organisation. Raises NotASample, and PermissionDenied to
    anyone but an owner.
    """
    if not product.is_sample:
        raise NotASample(product.slug)
    user = by.user_id
    purge_product(product, by=by, now=now)
    made_up = User.objects.filter(email__endswith=f"@{DOMAIN}", seats=None, administers=None)
    made_up.exclude(pk=user).delete()
    for department in Department.objects.filter(name__in=DEPARTMENTS, seats=None):
        with suppress(ProtectedError):  # people of it have voted on another product
            department.delete()
