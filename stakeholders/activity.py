"""Writes and reads the activity log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from stakeholders.models import Activity, Seat, User, Verb


def record(
    by: Seat | None, verb: Verb, subject: models.Model, *, at: datetime, product=None, label: str = "", **facts: Any
) -> Activity:
    """Append one line to the log of a product.

    by        who did it; None when Accord did it by itself
    subject   the row it is about; its class name and id are kept, and `label` (or its key, title or name)
    product   the product; by default the subject's own
    facts     what else one would want to read later, in JSON's types; never a name, an address, a vote or a secret
    """
    made = line(by, verb, subject, at=at, product=product, label=label, **facts)
    made.save(force_insert=True)
    return made


def record_all(lines: Iterable[Activity]) -> None:
    """Append many lines at once, in their order."""
    Activity.objects.bulk_create(lines)


def record_by_admin(
    by: User,
    verb: Verb,
    subjects: Sequence[tuple[int, models.Model]],
    *,
    at: datetime,
    label: str = "",
    **facts: Any,
) -> None:
    """Append a line to the log of each product that an act upon the whole organisation touches: two queries.

    subjects  (id of the product, the row it is about)

    Who did it stands there by their seat; in a product where they have none, as an administrator.
    """
    products = {product for product, _subject in subjects}
    seats = dict(Seat.objects.current().filter(user=by, product__in=products).values_list("product_id", "pk"))
    lines = []
    for product, subject in subjects:
        made = line(None, verb, subject, at=at, label=label, by_admin=True, **facts)
        made.product_id, made.by_seat = product, seats.get(product)
        lines.append(made)
    record_all(lines)


def line(
    by: Seat | None, verb: Verb, subject: models.Model, *, at: datetime, product=None, label: str = "", **facts: Any
) -> Activity:
    """Return what `record` appends, for `record_all`."""
    product_id = product.pk if product is not None else getattr(subject, "product_id", None) or subject.pk
    named = label or getattr(subject, "key", "") or getattr(subject, "title", "") or getattr(subject, "name", "")
    return Activity(
        product_id=product_id,
        at=at,
        by_seat=by.pk if by else None,
        verb=verb,
        object_kind=subject._meta.model_name,
        object_id=subject.pk,
        object_label=str(named)[:200],
        facts=facts,
    )
