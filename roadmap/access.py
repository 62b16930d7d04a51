"""The only way from a user to a product's features, objectives, teams, releases and milestones."""

from __future__ import annotations

import re
from typing import TypeVar

from django.db import models
from django.http import Http404

from roadmap.models import Feature, Import, Measurement, Milestone, Objective, Release, ShareLink, Team, Version
from stakeholders import access
from stakeholders.access import EDIT, READ
from stakeholders.models import Seat

Thing = TypeVar("Thing", bound=models.Model)
_REFERENCE = re.compile(r"(?:(?P<key>[A-Za-z][A-Za-z0-9]{1,7})-)?(?P<number>[0-9]{1,9})")


def feature(user, slug: str, ref: str, *, need: str = READ) -> tuple[Seat, Feature]:
    """Return the user's seat and the feature that `ref` names: BCN-175, bcn-175 or 175.

    Product, release, lead team, owner and last editor are loaded. Raises Http404 to strangers and for a feature that the
    product does not have, PermissionDenied below `need`.
    """
    seat = access.seat(user, slug, need=need)
    number = number_of(ref, seat.product.key)
    if number is None:
        raise Http404
    found = (
        Feature.objects.filter(product_id=seat.product_id, number=number)
        .select_related("release", "lead_team", "owner__user", "owner__department", "updated_by__user")
        .first()
    )
    if found is None:
        raise Http404
    found.product = seat.product
    return seat, found


def objective(user, slug: str, pk: int, *, need: str = EDIT) -> tuple[Seat, Objective]:
    """Return the user's seat and an objective of that product. Raises as `feature` does."""
    return _of_product(Objective, user, slug, pk, need)


def measurement(user, slug: str, pk: int, *, need: str = EDIT) -> tuple[Seat, Measurement]:
    """Return the user's seat and a measurement of one of that product's objectives. Raises as `feature` does."""
    seat = access.seat(user, slug, need=need)
    found = Measurement.objects.filter(objective__product_id=seat.product_id, pk=pk).select_related("objective").first()
    if found is None:
        raise Http404
    found.objective.product = seat.product
    return seat, found


def team(user, slug: str, pk: int, *, need: str = EDIT) -> tuple[Seat, Team]:
    """Return the user's seat and a team of that product. Raises as `feature` does."""
    return _of_product(Team, user, slug, pk, need)


def release(user, slug: str, pk: int, *, need: str = EDIT) -> tuple[Seat, Release]:
    """Return the user's seat and a release of that product. Raises as `feature` does."""
    return _of_product(Release, user, slug, pk, need)


def milestone(user, slug: str, pk: int, *, need: str = EDIT) -> tuple[Seat, Milestone]:
    """Return the user's seat and a milestone of that product. Raises as `feature` does."""
    return _of_product(Milestone, user, slug, pk, need)


def _of_product(model: type[Thing], user, slug: str, pk: int, need: str) -> tuple[Seat, Thing]:
    seat = access.seat(user, slug, need=need)
    found = model._default_manager.filter(product_id=seat.product_id, pk=pk).first()
    if found is None:
        raise Http404
    found.product = seat.product  # type: ignore[attr-defined]
    return seat, found


def number_of(ref: str, key: str) -> int | None:
    """Return the number in BCN-175, bcn-175 or 175 where the product's key is BCN; None for what names no feature."""
    match = _REFERENCE.fullmatch(ref)
    if match is None or (match["key"] or key).upper() != key:
        return None
    return int(match["number"])


def version(user, slug: str, number: int, *, need: str = READ) -> tuple[Seat, Version]:
    """Return the user's seat and a published version of that product. Raises as `feature` does."""
    seat = access.seat(user, slug, need=need)
    found = (
        Version.objects.filter(product_id=seat.product_id, number=number).select_related("published_by__user").first()
    )
    if found is None:
        raise Http404
    found.product = seat.product
    return seat, found


def share(user, slug: str, pk: int, *, need: str = EDIT) -> tuple[Seat, ShareLink]:
    """Return the user's seat and a share link of that product. Raises as `feature` does."""
    return _of_product(ShareLink, user, slug, pk, need)


def feature_import(seat: Seat, pk: int) -> Import:
    """Return an import of the seat's product. Raises Http404 where it has none of that id."""
    found = Import.objects.filter(product_id=seat.product_id, pk=pk).select_related("by__user").first()
    if found is None:
        raise Http404
    found.product = seat.product
    return found
