"""Says in words what changed between two published roadmaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from roadmap.models import Contribution, Feature
from roadmap.rules.differences import Change, Detail, Kind, Placement, Subject
from stakeholders import wording

SIGNS = {Kind.ADDED: "+", Kind.MOVED: "→", Kind.REMOVED: "−", Kind.CHANGED: "~"}
TITLES = {
    Kind.ADDED: gettext_lazy("Added"),
    Kind.MOVED: gettext_lazy("Moved"),
    Kind.REMOVED: gettext_lazy("Removed"),
    Kind.CHANGED: gettext_lazy("Changed"),
}


@dataclass(frozen=True)
class LaneTag:
    """What the tag of an objective is drawn from, as the snapshot has it."""

    letter: str
    name: str


@dataclass(frozen=True)
class ShownChange:
    """One change as a page or a mail shows it.

    before, after   placements in words; "not planned" where it has none, both empty where the placement stayed
    is_struck       `before` no longer holds
    notes           further aspects in words, each a sentence of its own
    """

    id: int
    subject: Subject
    kind: Kind
    sign: str
    kind_title: str
    key: str
    label: str
    lane: LaneTag | None
    before: str
    after: str
    is_struck: bool
    notes: tuple[str, ...]
    owner: int | None
    department: int | None

    @property
    def is_feature(self) -> bool:
        return self.subject is Subject.FEATURE


@dataclass(frozen=True)
class ChangeGroup:
    """Changes under one head; `kind` is empty for a head that is not a kind."""

    title: str
    kind: str
    changes: tuple[ShownChange, ...]


def shown(
    changes: Iterable[Change], *, before: Mapping[str, Any] | None, after: Mapping[str, Any], names: Mapping[int, str]
) -> tuple[ShownChange, ...]:
    """Return the changes in words, in the order in which they came.

    before, after   the two snapshots that were compared
    names           seat id -> what the person is called; a seat that is missing is "someone who left"
    """
    lanes = {
        entry["id"]: LaneTag(entry["letter"], entry["name"])
        for snapshot in (before, after)
        if snapshot
        for entry in snapshot["objectives"]
    }
    return tuple(_shown(change, lanes, names) for change in changes)


def grouped(
    changes: Sequence[ShownChange], *, seat: int | None = None, department: int | None = None
) -> list[ChangeGroup]:
    """Return the changes under their kinds; first, under a head of their own, those that touch this seat.

    A change touches a seat when it owns the feature, or someone of its department does.
    """

    def is_theirs(change: ShownChange) -> bool:
        if not change.is_feature:
            return False
        return (seat is not None and change.owner == seat) or (
            department is not None and change.department == department
        )

    theirs = tuple(change for change in changes if is_theirs(change))
    others = [change for change in changes if not is_theirs(change)]
    groups = [ChangeGroup(_("Yours and your department’s"), "", theirs)] if theirs else []
    for kind in Kind:
        of_kind = tuple(change for change in others if change.kind is kind and change.is_feature)
        if of_kind:
            groups.append(ChangeGroup(str(TITLES[kind]), kind.value, of_kind))
    around = tuple(change for change in others if not change.is_feature)
    if around:
        groups.append(ChangeGroup(_("Around the features"), "", around))
    return groups


def count_words(count: int, *, version: int | None = None) -> str:
    """Return the sentence that stands above the changes; `version` where no sentence before it names the older one."""
    facts = {"count": small_number(count).capitalize(), "number": version}
    if version is None:
        if not count:
            return _("Nothing has changed since.")
        return ngettext("One thing has changed since.", "%(count)s things have changed since.", count) % facts
    if not count:
        return _("Nothing has changed since version %(number)s.") % facts
    return (
        ngettext(
            "One thing has changed since version %(number)s.",
            "%(count)s things have changed since version %(number)s.",
            count,
        )
        % facts
    )


def small_number(count: int) -> str:
    """Return a whole number as one writes it in a sentence: in letters up to twelve."""
    words = [
        _("no"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine"),
        _("ten"), _("eleven"), _("twelve"),
    ]  # fmt: skip
    return words[count] if 0 <= count < len(words) else wording.decimal(count)


def _shown(change: Change, lanes: Mapping[int, LaneTag], names: Mapping[int, str]) -> ShownChange:
    entry = change.entry
    before, after = placements_in_words(change.was, change.becomes)
    placing = {"release", "starts_on", "ends_on", "precision", "falls_on"}
    if change.subject is Subject.MILESTONE:
        before, after = (_day(side["falls_on"]) if side else "" for side in (change.before, change.after))
    is_placed = change.kind is not Kind.CHANGED and bool(before or after)
    told = {detail.aspect for detail in change.details}
    hidden = placing | ({"contributes"} if "lane" in told else set())
    return ShownChange(
        id=change.id,
        subject=change.subject,
        kind=change.kind,
        sign=SIGNS[change.kind],
        kind_title=str(TITLES[change.kind]),
        key=entry.get("key", "") if change.subject is Subject.FEATURE else "",
        label=change.label,
        lane=lanes.get(entry.get("objective", 0)),
        before=before if is_placed else "",
        after=after if is_placed else "",
        is_struck=is_placed and change.was is not None,
        notes=(
            *(detail_in_words(detail, names) for detail in change.details if detail.aspect not in hidden),
            *_standing(change),
        ),
        owner=entry.get("owner"),
        department=entry.get("department"),
    )


def _standing(change: Change) -> Iterable[str]:
    """What explains an addition or removal as far as the snapshot knows: size, and place in the ranking."""
    if change.subject is not Subject.FEATURE or change.kind not in (Kind.ADDED, Kind.REMOVED):
        return
    parts = []
    size = sum(float(effort["likely"]) for effort in change.entry["efforts"])
    if size:
        parts.append(wording.days(size))
    if change.entry["rank"]:
        parts.append(_("rank %(rank)s") % {"rank": change.entry["rank"]})
    if parts:
        yield " · ".join(parts)


# placements


def placements_in_words(was: Placement | None, becomes: Placement | None) -> tuple[str, str]:
    """Return both placements, each as short as tells them apart: "2027.1 · ends Mar" and "2027.2 · ends May".

    A side that is missing is "not planned". Where only the end differs the end alone is said, likewise the start;
    months are enough unless both fall into the same one, and the year is said, once, where the years differ.
    """
    if was is None or becomes is None:
        return _placement(was, _span(was, with_year=False)), _placement(becomes, _span(becomes, with_year=False))
    if was.starts_on == becomes.starts_on and was.ends_on != becomes.ends_on:
        return _both(was, becomes, "ends_on", lambda day: _("ends %(day)s") % {"day": day})
    if was.ends_on == becomes.ends_on and was.starts_on != becomes.starts_on:
        return _both(was, becomes, "starts_on", lambda day: _("starts %(day)s") % {"day": day})
    years = {day.year for side in (was, becomes) for day in (side.starts_on, side.ends_on) if day}
    with_year = len(years) > 1
    spans = _span(was, with_year=with_year), _span(becomes, with_year=with_year)
    if spans[0] == spans[1] and was.release == becomes.release:
        spans = _exact_span(was), _exact_span(becomes)
    return _placement(was, spans[0]), _placement(becomes, spans[1])


def _both(was: Placement, becomes: Placement, aspect: str, say: Callable[[str], str]) -> tuple[str, str]:
    old, new = getattr(was, aspect), getattr(becomes, aspect)
    with_year = bool(old and new and old.year != new.year)
    same_month = old and new and (old.year, old.month) == (new.year, new.month)
    texts = []
    for side, day in ((was, old), (becomes, new)):
        if day is None:
            texts.append(_placement(side, _("no date")))
        elif same_month and side.precision == Feature.Precision.DAY:
            texts.append(_placement(side, say(_day(day))))
        else:
            texts.append(_placement(side, say(_month(day, with_year=with_year))))
    return texts[0], texts[1]


def _placement(side: Placement | None, span: str) -> str:
    if side is None:
        return _("not planned")
    return " · ".join(part for part in (side.release, span) if part) or _("no date")


def _span(side: Placement | None, *, with_year: bool) -> str:
    """Return "Jan – Mar", "Q1 2027", "later", or what is known of it."""
    if side is None:
        return ""
    if side.precision == Feature.Precision.LATER:
        return _("later")
    if side.starts_on is None and side.ends_on is None:
        return ""
    if side.precision == Feature.Precision.QUARTER:
        return _range(side, _quarter)
    if side.starts_on is None or side.ends_on is None:
        return _range(side, lambda day: _month(day, with_year=with_year))
    months = (side.ends_on.year - side.starts_on.year) * 12 + side.ends_on.month - side.starts_on.month
    with_year = with_year or side.starts_on.year != side.ends_on.year
    first = _month(side.starts_on, with_year=with_year and (months >= 12 or not months))
    last = _month(side.ends_on, with_year=with_year)
    return first if first == last else f"{first} – {last}"


def _exact_span(side: Placement) -> str:
    return _range(side, _day) if side.precision == Feature.Precision.DAY else _span(side, with_year=True)


def _range(side: Placement, say: Callable[[date], str]) -> str:
    if side.starts_on is None or side.ends_on is None:
        known = side.ends_on or side.starts_on
        assert known is not None
        return (_("ends %(day)s") if side.ends_on else _("starts %(day)s")) % {"day": say(known)}
    first, last = say(side.starts_on), say(side.ends_on)
    return first if first == last else f"{first} – {last}"


def _month(day: date, *, with_year: bool) -> str:
    pattern = pgettext("month and year", "M Y") if with_year else pgettext("month alone", "M")
    return formats.date_format(day, pattern)


def _quarter(day: date) -> str:
    return _("Q%(quarter)s %(year)s") % {"quarter": (day.month - 1) // 3 + 1, "year": day.year}


def _day(day: date | str) -> str:
    return wording.day_and_year(date.fromisoformat(day) if isinstance(day, str) else day)


# other aspects


def detail_in_words(detail: Detail, names: Mapping[int, str]) -> str:
    """Return one aspect with both its values: "Size: Inbox 10 d → Inbox 30 d". Long texts are only said to be new."""
    label = str(_LABELS[detail.aspect])
    if detail.aspect == "summary":
        return _("The summary was rewritten.")
    before, after = (_value(detail.aspect, value, names) for value in (detail.before, detail.after))
    return _("%(label)s: %(before)s → %(after)s") % {"label": label, "before": before, "after": after}


_LABELS = {
    "title": gettext_lazy("Title"),
    "name": gettext_lazy("Name"),
    "summary": gettext_lazy("Summary"),
    "vision": gettext_lazy("Vision"),
    "status": gettext_lazy("Status"),
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Lead team"),
    "lane": gettext_lazy("Objective"),
    "contributes": gettext_lazy("Serves"),
    "size": gettext_lazy("Size"),
    "needs": gettext_lazy("Needs first"),
    "measure": gettext_lazy("Measure"),
    "baseline": gettext_lazy("At the start"),
    "target": gettext_lazy("Target"),
    "due_on": gettext_lazy("By when"),
    "starts_on": gettext_lazy("Starts"),
    "ends_on": gettext_lazy("Ships"),
    "falls_on": gettext_lazy("Day"),
    "release": gettext_lazy("Release"),
    "precision": gettext_lazy("Known to the"),
}


def _value(aspect: str, value: Any, names: Mapping[int, str]) -> str:
    match aspect:
        case _ if value in (None, "", ()):
            return _("none")
        case "owner":
            return names.get(value, _("someone who left"))
        case "status":
            return str(Feature.Status(value).label) if value in Feature.Status.values else value
        case "size":
            return ", ".join(f"{team} {wording.days(likely)}".strip() for team, _low, likely, _high in value)
        case "contributes":
            return ", ".join(f"{name} ({Contribution.Strength(strength).label})" for name, strength in value)
        case "needs":
            return ", ".join(value)
        case "due_on" | "starts_on" | "ends_on" | "falls_on":
            return _day(value)
        case "baseline" | "target":
            return format(value.normalize(), "f")
        case "title" | "name" | "vision":
            return f"“{value}”"
    return str(value)
