"""Knows the shape of a published roadmap, its one byte form, and the chain of hashes that holds versions together."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypedDict

SHAPE = 1
"""Raised when the meaning of a key changes; older snapshots are read as they are, never rewritten."""


class ProductEntry(TypedDict):
    key: str
    name: str
    tagline: str
    vision: str
    zone: str


class ObjectiveEntry(TypedDict):
    id: int
    letter: str
    position: int
    name: str
    measure: str
    unit: str
    baseline: str | None
    current: str | None
    target: str | None
    due_on: str | None


class ReleaseEntry(TypedDict):
    id: int
    name: str
    starts_on: str | None
    ends_on: str | None


class MilestoneEntry(TypedDict):
    id: int
    name: str
    falls_on: str


class TeamEntry(TypedDict):
    id: int
    name: str


class CapacityEntry(TypedDict):
    team: int
    release: int
    days: str


class ContributionEntry(TypedDict):
    objective: int
    strength: str


class EffortEntry(TypedDict):
    team: int
    low: str
    likely: str
    high: str


class FeatureEntry(TypedDict):
    id: int
    key: str
    title: str
    summary: str
    status: str
    progress: str
    owner: int | None
    department: int | None
    objective: int | None
    objectives: list[ContributionEntry]
    release: int | None
    team: int | None
    efforts: list[EffortEntry]
    starts_on: str | None
    ends_on: str | None
    precision: str
    needs: list[int]
    rank: int | None
    score: str | None


class Plan(TypedDict):
    """What a roadmap says at one instant. Days, shares and measures are decimal text, dates ISO text, people seat ids.

    features   the planned ones only, by number; `objective` is the lane, `department` that of the owner
    """

    product: ProductEntry
    objectives: list[ObjectiveEntry]
    releases: list[ReleaseEntry]
    milestones: list[MilestoneEntry]
    teams: list[TeamEntry]
    capacity: list[CapacityEntry]
    features: list[FeatureEntry]


class GapEntry(TypedDict):
    """What the SMART check missed in one feature when it was published."""

    feature: int
    missing: list[str]


class Gaps(TypedDict):
    """Why it went out all the same stands in `why`; empty where nothing was missed."""

    features: list[GapEntry]
    why: str


class Snapshot(Plan):
    """A plan as it was published: nothing of a version's row is left outside its hash."""

    shape: int
    number: int
    published_at: str
    published_by: int
    note: str
    gaps: Gaps


def plain(value: Any) -> Any:
    """Return `value` in the types that have one spelling in JSON: text, whole numbers, booleans, None, lists, objects.

    Decimals become text without trailing zeros ("12.50" and "12.5" are one size), dates ISO text, instants ISO text in
    UTC with microseconds. Raises TypeError on a float, because two databases may hand back two spellings of one, on an
    object key that is not text, and on a time without a zone.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            if not value.is_finite():
                raise TypeError(f"{value} is not a number that a snapshot can hold")
            text = format(value.normalize(), "f")
            return "0" if text == "-0" else text
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a snapshot holds instants, and this time has no zone")
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("a snapshot's keys are text")
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"a snapshot cannot hold a {type(value).__name__}")


def canonical(value: Any) -> bytes:
    """Return the one byte form of `value`: UTF-8 JSON, keys sorted by code point, no white space, only needed escapes.

    Equal values give equal bytes whatever the order of their keys, and `json.loads` of the result gives the plain value
    back. Text is kept as it was typed: it is not normalised, since a version says what its author wrote.
    Raises as `plain`. Source: RFC 8785, JSON Canonicalization Scheme, with numbers narrowed to whole ones.
    """
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def seal(plan: Plan, *, number: int, at: datetime, by: int, note: str, gaps: Gaps) -> dict[str, Any]:
    """Return the plain snapshot that a version holds. `by` is the seat of whoever publishes it."""
    said = {"shape": SHAPE, "number": number, "published_at": at, "published_by": by, "note": note, "gaps": gaps}
    return plain(plan) | plain(said)


def plan_in(snapshot: Mapping[str, Any]) -> Plan:
    """Return the plan that a snapshot holds, without what was said when it was published."""
    return {key: snapshot[key] for key in Plan.__annotations__}  # type: ignore[return-value]


def fingerprint(plan: Plan) -> str:
    """Return what tells one plan from another, so that a page can say "this is what I saw" when it publishes."""
    return hashlib.sha256(canonical(plan)).hexdigest()


def digest(snapshot: Mapping[str, Any], *, previous: str) -> str:
    """Return the SHA-256, 64 hex digits, of the hash of the version before, a line feed, and the canonical snapshot.

    previous   the hash of the version before; empty for the first
    """
    return hashlib.sha256(previous.encode() + b"\n" + canonical(snapshot)).hexdigest()


class Fault(StrEnum):
    """What is wrong with a link of the chain."""

    MISSING = "missing"
    CHANGED = "changed"
    UNCHAINED = "unchained"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Link:
    """A version as its row holds it.

    stated   the row's own columns that the snapshot must repeat, by the snapshot's key
    """

    number: int
    snapshot: Mapping[str, Any]
    previous: str
    hash: str
    stated: Mapping[str, Any]


@dataclass(frozen=True)
class Break:
    number: int
    fault: Fault


def first_break(links: Iterable[Link]) -> Break | None:
    """Return the first link that does not hold, in the order of numbers, or None; an empty chain holds.

    MISSING: a number before the last has no row (the last ones cut off leave no trace but the mails about them).
    UNCHAINED: the link does not name the hash of the one before. CHANGED: its snapshot does not hash to its hash.
    CONTRADICTED: a column beside the snapshot says something else than the snapshot.
    """
    previous = ""
    for expected, link in enumerate(sorted(links, key=lambda link: link.number), start=1):
        if link.number != expected:
            return Break(expected, Fault.MISSING)
        if link.previous != previous:
            return Break(link.number, Fault.UNCHAINED)
        if not _hashes_to(link):
            return Break(link.number, Fault.CHANGED)
        if any(link.snapshot.get(key) != plain(value) for key, value in link.stated.items()):
            return Break(link.number, Fault.CONTRADICTED)
        previous = link.hash
    return None


def _hashes_to(link: Link) -> bool:
    try:
        return digest(link.snapshot, previous=link.previous) == link.hash
    except TypeError:  # a value that no snapshot can hold was planted
        return False
