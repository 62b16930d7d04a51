"""Reads the activity log as sentences: who did what, and what it was before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
    "round": lazy("the round"),
}
"""What things are called in a sentence; a kind that is not here stands without a word for it."""
BY_KEY = ("feature",)
"""Kinds whose label says what they are, so that no word stands before it while they live."""

Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One thing that happened, as a sentence. `changes` are (what, before, after), texts without units as they were kept."""

    at: datetime
    sentence: str
    changes: tuple[tuple[str, Any, Any], ...] = ()
    kind: str = ""
    label: str = ""


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


def _lines(rows: Iterable[Activity], product: Any) -> list[ActivityLine]:
    found = list(rows)
    mentioned = {seat for row in found for seat in (row.by_seat, *_seats_in(row)) if seat}
    seats = Seat.objects.filter(product=product, pk__in=mentioned).select_related("user") if mentioned else []
    names = {seat.pk: seat.user.get_full_name() for seat in seats}
    return [
        ActivityLine(row.at, _sentence(row, names), _changes(row), row.object_kind, row.object_label) for row in found
    ]


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
    who = names.get(row.by_seat, _("someone who has left")) if row.by_seat else _("Accord")
    if row.verb == Verb.DELEGATED:
        other = names.get(row.facts.get("delegate") or 0, _("somebody without a seat here"))
        words = _("%(who)s named %(other)s to answer “%(what)s” instead")
        return words % {"who": who, "other": other, "what": row.object_label}
    if row.verb == Verb.REVOKED and "delegate" in row.facts:
        return _("%(who)s took back who answers “%(what)s” instead") % {"who": who, "what": row.object_label}
    if row.verb == Verb.ANSWERED:
        return _("%(who)s answered “%(what)s”") % {"who": who, "what": row.object_label}
    if row.verb == Verb.REMINDED and (count := len(row.facts.get("seats") or [])):
        words = ngettext(
            "%(who)s reminded %(count)d person of “%(what)s”", "%(who)s reminded %(count)d people of “%(what)s”", count
        )
        return words % {"who": who, "count": count, "what": row.object_label}
    if row.verb in (Verb.CREATED, Verb.DELETED) and row.object_kind == "feature":
        words = _("%(who)s added %(what)s") if row.verb == Verb.CREATED else _("%(who)s deleted %(what)s")
        return words % {"who": who, "what": row.object_label}
    return _("%(who)s %(did)s %(what)s") % {"who": who, "did": Verb(row.verb).label, "what": _thing(row, names)}


def _thing(row: Activity, names: Names) -> str:
    if row.object_kind == "seat":
        return names.get(row.object_id or 0, _("someone who has left"))
    if row.object_kind == "round":
        person = names.get(row.facts.get("seat") or 0)
        quoted = _("“%(title)s”") % {"title": row.object_label}
        return _("%(name)s in %(round)s") % {"name": person, "round": quoted} if person else quoted
    if row.verb == Verb.IMPORTED and not row.object_label:
        return _("pasted rows")
    word = KINDS.get(row.object_kind)
    if not word or row.object_kind in BY_KEY:
        return row.object_label
    return f"{word} {row.object_label}"
