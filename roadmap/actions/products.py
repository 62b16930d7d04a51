"""Writes products: making one, and editing what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from roadmap.actions.editing import EditConflict
from roadmap.actions.schedule import save_objective
from roadmap.models import Objective, Product
from roadmap.rules.naming import key_for, slug_for
from stakeholders.activity import record
from stakeholders.models import Organisation, Seat, User, Verb


@transaction.atomic
def create_product(*, name: str, vision: str, objective: str, key: str, by: User, now: datetime) -> Product:
    """Make a product with its first objective; whoever makes it owns it.

    key  may be empty: then one is made of the name. It must be free, as the form has checked.
    """
    organisation = Organisation.current()
    taken = set(Product.objects.values_list("slug", flat=True))
    product = Product(
        name=name,
        vision=vision,
        key=key or key_for(name, set(Product.objects.values_list("key", flat=True))),
        slug=slug_for(name, taken),
        stage=Product.Stage.IDEA,
        time_zone=organisation.time_zone if organisation else "UTC",
        created_at=now,
    )
    product.full_clean()
    product.save(force_insert=True)
    owner = Seat.objects.create(user=by, product=product, role=Seat.Role.OWNER, joined_at=now)
    record(owner, Verb.CREATED, product, product=product, at=now)
    if objective:
        save_objective(Objective(product=product), fields={"name": objective}, by=owner, now=now)
    return product


@transaction.atomic
def edit_product(product: Product, *, edition: int, fields: Mapping[str, Any], by: Seat, now: datetime) -> None:
    """Make a product say what `fields` say, if it still is the edition that the form was opened with.

    Does nothing when nothing differs. Raises EditConflict when someone saved in between.
    """
    stored = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if stored.edition != edition:
        raise EditConflict
    changed = [name for name, value in fields.items() if getattr(stored, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(stored, name, fields[name])
    stored.edition = edition + 1
    stored.full_clean()
    stored.save(update_fields=[*changed, "edition"])
    record(by, Verb.CHANGED, stored, product=stored, at=now, changes=dict.fromkeys(changed))
