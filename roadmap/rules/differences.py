"""Knows what was added, moved, removed or changed between two published roadmaps, with before and after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """In the order in which they are told."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"
    CHANGED = "changed"


class Subject(StrEnum):
    FEATURE = "feature"
    RELEASE = "release"
    MILESTONE = "milestone"
    OBJECTIVE = "objective"
    PRODUCT = "product"


@dataclass(frozen=True)
class Placement:
    """When a thing happens: `release` is its name, the dates are as exact as `precision` says."""

    release: str | None
    starts_on: date | None
    ends_on: date | None
    precision: str


@dataclass(frozen=True)
class Detail:
    """One aspect with both its values; the aspect says what they are.

    title, summary, status, name, vision, measure, team, lane   text or None
    owner                                                       seat id or None
    contributes                                                 objectives' names, with the strength of each
    size                                                        (team, low, likely, high) in person-days, by team
    needs                                                       keys of the features needed first
    release, precision                                          text or None
    starts_on, ends_on, falls_on, due_on                        date or None
    baseline, target                                            Decimal or None
    """

    aspect: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was.

    id               the row's id, the same in both snapshots
    label            its title now, or its last one when it was removed
    before, after    its entry in either snapshot; None where it is missing
    was, becomes     its placement (features and releases); None where it is missing
    details          every aspect that differs; empty when it was added or removed
    """

    subject: Subject
    kind: Kind
    id: int
    label: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    was: Placement | None
    becomes: Placement | None
    details: tuple[Detail, ...] = ()

    @property
    def entry(self) -> Mapping[str, Any]:
        entry = self.after or self.before
        assert entry is not None
        return entry


_SHIPPED = "shipped"
_PLACING = ("release", "starts_on", "ends_on", "precision", "falls_on")

EMPTY: Mapping[str, Any] = {
    "product": {},
    "objectives": [],
    "releases": [],
    "milestones": [],
    "teams": [],
    "features": [],
}


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what a reader of the snapshot `before` must know to have read `after`, the most telling first.

    Features come first: added, moved, removed, changed; within a kind by start, then key number. Then releases,
    milestones, objectives, the product's vision. A feature that both moved and changed is moved, and its details hold
    both. What nobody promised is left out: progress, score and rank drift daily, and a version would drown in them. Of the
    status only this is told, that something has shipped.

    Things are matched by id, so a new title is a change, not an addition and a removal. None as `before` is an empty
    roadmap: every feature was added, and only features are listed, since everything around them is new too.
    Two equal snapshots give (). Exchanging the two exchanges added with removed and before with after.
    """
    if before is None:
        return tuple(_ordered(_compared(Subject.FEATURE, EMPTY, after, "features", _feature_aspects, "title")))
    return (
        *_ordered(_compared(Subject.FEATURE, before, after, "features", _feature_aspects, "title")),
        *_ordered(_compared(Subject.RELEASE, before, after, "releases", _release_aspects, "name")),
        *_ordered(_compared(Subject.MILESTONE, before, after, "milestones", _milestone_aspects, "name")),
        *_ordered(_compared(Subject.OBJECTIVE, before, after, "objectives", _objective_aspects, "name")),
        *_product_change(before["product"], after["product"]),
    )


def kept(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> int:
    """Return how many features stand in both snapshots exactly as before."""
    changed = {change.id for change in differences(before, after) if change.subject is Subject.FEATURE}
    return sum(feature["id"] not in changed for feature in after["features"])


def _compared(
    subject: Subject,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    listed: str,
    aspects: Callable[[Mapping[str, Any], "_Names"], Mapping[str, tuple[Any, Any]]],
    label: str,
) -> list[Change]:
    """Return the changes of one list. `aspects` gives (what is compared, what is shown) for each aspect."""
    old_names, new_names = _Names(before), _Names(after)
    old = {entry["id"]: entry for entry in before[listed]}
    new = {entry["id"]: entry for entry in after[listed]}
    changes = []
    for id in old.keys() | new.keys():
        was, becomes = old.get(id), new.get(id)
        details: tuple[Detail, ...] = ()
        if was is None:
            kind = Kind.ADDED
        elif becomes is None:
            kind = Kind.REMOVED
        else:
            told_before, told_after = aspects(was, old_names), aspects(becomes, new_names)
            details = tuple(
                Detail(aspect, told_before[aspect][1], shown)
                for aspect, (compared, shown) in told_after.items()
                if compared != told_before[aspect][0]
            )
            if not details:
                continue
            kind = Kind.MOVED if any(detail.aspect in _PLACING for detail in details) else Kind.CHANGED
        changes.append(
            Change(
                subject=subject,
                kind=kind,
                id=id,
                label=(becomes or was or {})[label],
                before=was,
                after=becomes,
                was=_placement(was, old_names),
                becomes=_placement(becomes, new_names),
                details=details,
            )
        )
    return changes


class _Names:
    """Names as one snapshot has them: a release that was renamed since keeps its old name in the old one."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.release = {entry["id"]: entry["name"] for entry in snapshot["releases"]}
        self.objective = {entry["id"]: entry["name"] for entry in snapshot["objectives"]}
        self.team = {entry["id"]: entry["name"] for entry in snapshot["teams"]}
        self.feature = {entry["id"]: entry["key"] for entry in snapshot["features"]}


def _feature_aspects(entry: Mapping[str, Any], names: _Names) -> dict[str, tuple[Any, Any]]:
    contributes = sorted((item["objective"], item["strength"]) for item in entry["objectives"])
    size = sorted(
        (item["team"], _number(item["low"]), _number(item["likely"]), _number(item["high"]))
        for item in entry["efforts"]
    )
    needs = sorted(entry["needs"])
    return {
        "release": (entry["release"], names.release.get(entry["release"])),
        "starts_on": _same(_day(entry["starts_on"])),
        "ends_on": _same(_day(entry["ends_on"])),
        "precision": _same(entry["precision"]),
        "title": _same(entry["title"]),
        "summary": _same(entry["summary"]),
        "status": (entry["status"] == _SHIPPED, entry["status"]),
        "owner": _same(entry["owner"]),
        "team": (entry["team"], names.team.get(entry["team"])),
        "lane": (entry["objective"], names.objective.get(entry["objective"])),
        "contributes": (contributes, tuple((names.objective.get(id, ""), strength) for id, strength in contributes)),
        "size": (size, tuple((names.team.get(id, ""), low, likely, high) for id, low, likely, high in size)),
        "needs": (needs, tuple(names.feature[id] for id in needs if id in names.feature)),
    }


def _release_aspects(entry: Mapping[str, Any], _: _Names) -> dict[str, tuple[Any, Any]]:
    return {
        "starts_on": _same(_day(entry["starts_on"])),
        "ends_on": _same(_day(entry["ends_on"])),
        "name": _same(entry["name"]),
    }


def _milestone_aspects(entry: Mapping[str, Any], _: _Names) -> dict[str, tuple[Any, Any]]:
    return {"falls_on": _same(_day(entry["falls_on"])), "name": _same(entry["name"])}


def _objective_aspects(entry: Mapping[str, Any], _: _Names) -> dict[str, tuple[Any, Any]]:
    return {
        "name": _same(entry["name"]),
        "measure": _same(entry["measure"]),
        "baseline": _same(_number(entry["baseline"])),
        "target": _same(_number(entry["target"])),
        "due_on": _same(_day(entry["due_on"])),
    }


def _product_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    details = tuple(
        Detail(aspect, before[aspect], after[aspect])
        for aspect in ("name", "vision")
        if before[aspect] != after[aspect]
    )
    if not details:
        return []
    return [Change(Subject.PRODUCT, Kind.CHANGED, 0, after["name"], before, after, None, None, details)]


def _placement(entry: Mapping[str, Any] | None, names: _Names) -> Placement | None:
    if entry is None or "ends_on" not in entry:
        return None
    release = names.release.get(entry.get("release"))
    return Placement(release, _day(entry["starts_on"]), _day(entry["ends_on"]), entry.get("precision", "day"))


def _ordered(changes: Sequence[Change]) -> list[Change]:
    kinds = list(Kind)

    def place(change: Change) -> tuple[int, str, int]:
        start = change.entry.get("starts_on") or change.entry.get("falls_on") or "9999-12-31"
        return kinds.index(change.kind), start, change.id

    return sorted(changes, key=place)


def _same(value: Any) -> tuple[Any, Any]:
    return value, value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
