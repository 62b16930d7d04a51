"""Reads the activity log as sentences: who did what, and what it was before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from stakeholders.models import Activity, Seat, Verb

KINDS: Mapping[str, Any] = {
    "product": lazy("the product"),
    "objective": lazy("the objective"),
    "measurement": lazy("a measurement of"),
    "team": lazy("the team"),
    "release": lazy("the release"),
    "milestone": lazy("the milestone"),
    "feature": lazy("the feature"),
    "criterion": lazy("the criterion"),
    "weightset": lazy("the weights"),
    "scoringterms": lazy("how votes are read at"),
    "sharelink": lazy("the link for"),
    "round": lazy("the round"),
    "department": lazy("the department"),
    "organisation": lazy("the organisation"),
}
"""What things are called in a sentence; a kind that is not here stands without a word for it."""
BY_KEY = ("feature",)
"""Kinds whose label says what they are, so that no word stands before it while they live."""

Names = Mapping[int, str]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_HERE = "\x00"
"""Stands in a sentence where the thing belongs that it is about."""


@dataclass(frozen=True)
class ActivityLine:
    """One thing that happened, as a sentence: what comes before the thing that it is about, the thing, what follows.

    changes  (what, before, after), texts without units as they were kept
    kind, pk, label  what it is about, as the log kept it; `url` leads there, where a reader of the line has put it
    note     what was said about it: a reason, an outcome
    """

    at: datetime
    before: str
    thing: str
    after: str = ""
    changes: tuple[tuple[str, Any, Any], ...] = ()
    kind: str = ""
    pk: int | None = None
    label: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    url: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.thing}{self.after}"


def lines(
    product: Any, *, since: datetime | None = None, limit: int, without: Collection[str] = (), skip: int = 0
) -> list[ActivityLine]:
    """Return what happened at a product, the latest first: two queries. `without` leaves out verbs."""
    rows = Activity.objects.filter(product=product).exclude(verb__in=without)
    if since is not None:
        rows = rows.filter(at__gte=since)
    return _lines(rows[skip : skip + limit], product)


def lines_about(
    subject: models.Model, *, product: Any, limit: int, without: Collection[str] = ()
) -> list[ActivityLine]:
    """Return what happened to one row, the latest first: two queries. `without` leaves out verbs."""
    rows = Activity.objects.about(str(subject._meta.model_name), subject.pk).exclude(verb__in=without)
    return _lines(rows[:limit], product)


def lines_of_kind(kind: str, *, product: Any, limit: int) -> list[ActivityLine]:
    """Return what happened to all rows of one kind, also to those that are gone, the latest first: two queries."""
    return _lines(Activity.objects.filter(product=product, object_kind=kind)[:limit], product)


@dataclass(frozen=True)
class Place:
    """Where in the log a page ends: the instant and id of its last line."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Return the place that `str` wrote; None for anything else."""
        found = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,18})", text, re.ASCII)
        return cls(EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None


def page_of_lines(
    rows: models.QuerySet[Activity], *, product: Any, after: Place | None, limit: int
) -> tuple[list[ActivityLine], Place | None]:
    """Return `limit` lines of these rows, the latest first, and the place where older ones go on; None at the end.

    Two queries, and neither reads what lies before the page, however far down the log it is.
    """
    if after:
        rows = rows.filter(models.Q(at__lt=after.at) | models.Q(at=after.at, pk__lt=after.pk), at__lte=after.at)
    found = list(rows.order_by("-at", "-pk")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return _lines(found[:limit], product), Place(last.at, last.pk) if last else None


def _lines(rows: Iterable[Activity], product: Any) -> list[ActivityLine]:
    found = list(rows)
    mentioned = {seat for row in found for seat in (row.by_seat, *_seats_in(row)) if seat}
    seats = Seat.objects.filter(product=product, pk__in=mentioned).select_related("user") if mentioned else []
    names = {seat.pk: seat.user.get_full_name() for seat in seats}
    return [_line(row, names, product) for row in found]


def _line(row: Activity, names: Names, product: Any) -> ActivityLine:
    before, _here, after = _sentence(row, names).partition(_HERE)
    return ActivityLine(
        at=row.at,
        before=before,
        thing=_thing(row, names, product),
        after=after,
        changes=_changes(row),
        kind=row.object_kind,
        pk=row.object_id,
        label=row.object_label,
        facts=row.facts,
        note=str(row.facts.get("outcome") or row.facts.get("why") or ""),
    )


def _seats_in(row: Activity) -> list[int]:
    if row.object_kind == "seat" and row.object_id:
        return [row.object_id]
    seats = row.facts.get("seats") or []
    return [*seats, *(row.facts[key] for key in ("seat", "delegate") if row.facts.get(key))]


def _changes(row: Activity) -> tuple[tuple[str, Any, Any], ...]:
    kept = row.facts.get("changes")
    if not isinstance(kept, dict):
        return ()
    return tuple(
        (name, *(pair if isinstance(pair, list) and len(pair) == 2 else (None, None))) for name, pair in kept.items()
    )


def _sentence(row: Activity, names: Names) -> str:
    """Return the sentence with _HERE in the place of the thing that it is about."""
    nobody = _("An administrator") if row.facts.get("by_admin") else _("Accord")
    who = names.get(row.by_seat, _("someone who has left")) if row.by_seat else nobody
    parts = {"who": who, "what": _HERE}
    if row.verb == Verb.DELEGATED:
        other = names.get(row.facts.get("delegate") or 0, _("somebody without a seat here"))
        return _("%(who)s named %(other)s to answer %(what)s instead") % (parts | {"other": other})
    if row.verb == Verb.REVOKED and "delegate" in row.facts:
        return _("%(who)s took back who answers %(what)s instead") % parts
    if row.verb == Verb.ANSWERED:
        return _("%(who)s answered %(what)s") % parts
    if row.verb == Verb.REMINDED and (count := len(row.facts.get("seats") or [])):
        words = ngettext(
            "%(who)s reminded %(count)d person of %(what)s", "%(who)s reminded %(count)d people of %(what)s", count
        )
        return words % (parts | {"count": count})
    if row.verb in (Verb.CREATED, Verb.DELETED) and row.object_kind == "feature":
        return (_("%(who)s added %(what)s") if row.verb == Verb.CREATED else _("%(who)s deleted %(what)s")) % parts
    did = Verb(row.verb).label
    if row.object_kind == "round" and (person := names.get(row.facts.get("seat") or 0)):
        return _("%(who)s %(did)s %(name)s in %(what)s") % (parts | {"did": did, "name": person})
    return _("%(who)s %(did)s %(what)s") % (parts | {"did": did})


def _thing(row: Activity, names: Names, product: Any) -> str:
    if row.object_kind == "seat":
        return names.get(row.object_id or 0, _("someone who has left"))
    if row.object_kind == "round":
        return _("“%(title)s”") % {"title": row.object_label}
    if row.verb == Verb.IMPORTED and not row.object_label:
        return _("pasted rows")
    label = product.name if row.object_kind == "product" else row.object_label
    word = KINDS.get(row.object_kind)
    return label if not word or row.object_kind in BY_KEY else f"{word} {label}"
