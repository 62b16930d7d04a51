"""Reads the activity log of a product as a page: filtered, with titles for keys and links to what it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from roadmap.models import Feature, Product
from stakeholders.access import EDIT
from stakeholders.models import Activity, Round, Seat, Verb
from stakeholders.queries.activity import ActivityLine, Place, page_of_lines

PER_PAGE = 50
NOT_FOR_ALL = (
    Verb.ANSWERED, Verb.VOTED, Verb.REMINDED, Verb.INVITED, Verb.REMOVED, Verb.COPIED_LINK, Verb.REVOKED,
    Verb.SHARED, Verb.REVEALED, Verb.HID, Verb.SENT_AGAIN, Verb.ENDED_LINK, Verb.NO_REMINDERS,
    Verb.REMINDERS_AGAIN, Verb.DISOWNED, Verb.STOOD_IN, Verb.ENTERED, Verb.DELEGATED, Verb.APPROVED, Verb.DECLINED,
    Verb.COMMENTED, Verb.ASKED,
)  # fmt: skip
"""What the log tells managers only: who has answered, who was reminded, and whatever has to do with links."""

ACTS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "content": (
        _("made, changed or deleted"),
        (Verb.CREATED, Verb.CHANGED, Verb.DELETED, Verb.IMPORTED, Verb.UNDID_IMPORT),
    ),
    "plan": (_("planned, moved or decided"), (Verb.PLANNED, Verb.UNPLANNED, Verb.MOVED, Verb.DECIDED)),
    "rounds": (_("opened, extended or closed"), (Verb.OPENED, Verb.EXTENDED, Verb.CLOSED, Verb.CANCELLED)),
    "people": (_("invited, reminded or removed"), (Verb.INVITED, Verb.REMINDED, Verb.REMOVED)),
    "answers": (
        _("answered"),
        (Verb.ANSWERED, Verb.VOTED, Verb.DISOWNED, Verb.STOOD_IN, Verb.ENTERED, Verb.COMMENTED, Verb.ASKED),
    ),
    "publish": (_("published or shared"), (Verb.PUBLISHED, Verb.SHARED, Verb.REVOKED)),
}
"""What was done, in groups that one can filter by: name -> (words, verbs). The rest has no group."""

KINDS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "features": (_("features"), ("feature", "import")),
    "rounds": (_("rounds"), ("round", "meeting", "message")),
    "people": (_("people and links"), ("seat", "link", "department", "organisation")),
    "roadmap": (_("roadmap and versions"), ("release", "milestone", "team", "version", "sharelink")),
    "goals": (_("product and objectives"), ("product", "objective", "measurement")),
    "scoring": (_("criteria and weights"), ("criterion", "weightset")),
}
"""What it was done to, in groups; as ACTS, with models' names."""


@dataclass(frozen=True)
class ActivityPage:
    """One page of the log, the latest first; `older` is where the next one begins, None on the last."""

    lines: list[ActivityLine]
    older: Place | None


def activity_rows(seat: Seat) -> QuerySet[Activity]:
    """Return what this person may read of the log of their product."""
    rows = Activity.objects.filter(product=seat.product_id)
    return rows if seat.reaches(EDIT) else rows.exclude(verb__in=NOT_FOR_ALL)


def activity_page(seat: Seat, rows: QuerySet[Activity], *, after: Place | None = None) -> ActivityPage:
    """Return the page of these rows that begins after a place; four queries at most, however long the log is."""
    lines, older = page_of_lines(rows, product=seat.product, after=after, limit=PER_PAGE)
    return ActivityPage(linked(lines, seat.product), older)


def linked(lines: Sequence[ActivityLine], product: Product) -> list[ActivityLine]:
    """Return the lines with features by their titles too, and with links to what is still there: two queries at most."""
    mentioned: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.pk:
            mentioned[line.kind].add(line.pk)
    features = Feature.objects.filter(product=product, pk__in=mentioned["feature"]) if mentioned["feature"] else []
    titles = {each.pk: each.title for each in features}
    rounds = Round.objects.filter(product=product, pk__in=mentioned["round"]) if mentioned["round"] else []
    places = {each.pk: each.public_id for each in rounds}
    return [_linked(line, product, titles, places) for line in lines]


def _linked(line: ActivityLine, product: Product, titles: Mapping[int, str], places: Mapping[int, str]) -> ActivityLine:
    slug, pk = product.slug, line.pk or 0
    if line.kind == "feature":
        title = titles.get(pk) or str(line.facts.get("title") or "")
        url = reverse("roadmap:feature", args=[slug, line.label]) if pk in titles else ""
        return replace(line, thing=f"{line.label} {title}".strip(), url=url)
    if line.kind == "round":
        return replace(line, url=reverse("stakeholders:round", args=[slug, places[pk]]) if pk in places else "")
    if line.kind == "version" and isinstance(line.facts.get("number"), int):
        return replace(line, url=reverse("roadmap:version", args=[slug, line.facts["number"]]))
    found = _PAGES.get(line.kind)
    return replace(line, url=found(slug)) if found else line


def _page(name: str) -> Callable[[str], str]:
    return lambda slug: reverse(name, args=[slug])


_PAGES: Mapping[str, Callable[[str], str]] = {
    "product": _page("roadmap:setup"),
    "objective": _page("roadmap:objectives"),
    "measurement": _page("roadmap:objectives"),
    "team": _page("roadmap:teams"),
    "release": _page("roadmap:releases"),
    "milestone": _page("roadmap:milestones"),
    "criterion": _page("prioritization:criteria"),
    "seat": _page("stakeholders:people"),
}
"""The list that a thing stands in, where it has no page of its own."""
