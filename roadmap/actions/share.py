"""Makes and revokes the links by which others read a roadmap, and remembers when one was last used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from roadmap.models import Product, ShareLink, Version
from stakeholders.actions.links import make
from stakeholders.activity import record
from stakeholders.models import Link, Seat, Verb

DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """What a link shows, to whom, and for how long.

    version    None shows the latest one, whichever that is
    summary    what stands above the drawing; empty lets the facts speak
    password   as typed; empty asks for none
    """

    audience: str
    version: Version | None = None
    summary: str = ""
    shows_names: bool = False
    shows_sizes: bool = False
    password: str = ""
    days: int = DEFAULT_DAYS


@transaction.atomic
def make_share(product: Product, *, terms: ShareTerms, by: Seat, now: datetime) -> ShareLink:
    """Make a link to a product's roadmap that ends after `terms.days` days."""
    share = ShareLink(
        link=make(Link.Kind.SHARE, now=now, ttl=timedelta(days=terms.days)),
        product=product,
        version=terms.version,
        audience=terms.audience,
        summary=terms.summary,
        shows_names=terms.shows_names,
        shows_sizes=terms.shows_sizes,
        password=make_password(terms.password) if terms.password else "",
        created_by=by,
    )
    share.full_clean()
    share.save(force_insert=True)
    record(by, Verb.SHARED, share, product=product, label=terms.audience, at=now)
    return share


@transaction.atomic
def revoke_share(share: ShareLink, *, by: Seat, now: datetime) -> None:
    """End a link; does nothing if it has ended already."""
    if Link.objects.filter(pk=share.link_id, revoked_at=None).update(revoked_at=now):
        record(by, Verb.REVOKED, share, product=share.product, label=share.audience, at=now)


def remember_use(share: ShareLink, *, on: date) -> None:
    """Note the day on which a link was last opened: one write a day, however many readers."""
    if share.last_used_on == on:
        return
    ShareLink.objects.filter(pk=share.pk).exclude(last_used_on=on).update(last_used_on=on)
