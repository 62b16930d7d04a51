"""Reads what the publish page and the pages of published versions show."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from roadmap.models import Confirmation, Product, Version
from roadmap.queries.changes import ChangeGroup, ShownChange, grouped, shown, small_number
from roadmap.queries.snapshots import check_of, plan_of
from roadmap.rules.differences import Subject, differences
from roadmap.rules.smart import Check, Missing
from roadmap.rules.snapshot import Break, Gaps, Link, Plan, digest, fingerprint, first_break
from stakeholders import wording
from stakeholders.models import Seat

VERSIONS_A_PAGE = 20
MISSING = {
    Missing.OWNER: gettext_lazy("no owner"),
    Missing.OBJECTIVE: gettext_lazy("no objective"),
    Missing.MEASURE: gettext_lazy("its objective has no measure with a target"),
    Missing.SIZE: gettext_lazy("no size"),
    Missing.ROOM: gettext_lazy("no room in its release, or none stated"),
    Missing.DATE: gettext_lazy("no date"),
}


@dataclass(frozen=True)
class ShownGap:
    """What one feature lacks, in words."""

    feature: int
    key: str
    title: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """What would be published now.

    seen      the fingerprint of the plan, by which a later request says that it means this one
    changes   since the last version; everything is added when there is none
    open      the confirmation that is still running, which keeps a new version from being published
    """

    number: int
    seen: str
    plan: Plan
    last: Version | None
    changes: tuple[ShownChange, ...]
    groups: list[ChangeGroup]
    gaps: tuple[ShownGap, ...]
    overfull: tuple[str, ...]
    kept: int
    open: Confirmation | None

    @property
    def feature_count(self) -> int:
        return len(self.plan["features"])


@dataclass(frozen=True)
class VersionPage:
    """A published version; `before` is the one that it is compared with, `gaps` what it went out without."""

    version: Version
    snapshot: Mapping[str, Any]
    before: Version | None
    groups: list[ChangeGroup]
    change_count: int
    kept: int
    gaps: tuple[ShownGap, ...]
    gaps_why: str
    confirmations: list[Confirmation]
    is_latest: bool
    is_intact: bool
    changed: frozenset[int]


def snapshot_of(version: Version) -> dict[str, Any]:
    """Return the snapshot that a version keeps."""
    return json.loads(version.snapshot)


def names_of(product: Product) -> dict[int, str]:
    """Return what the people of a product are called, by seat id, also those who left."""
    seats = Seat.objects.filter(product=product).select_related("user")
    return {seat.pk: seat.user.get_full_name() for seat in seats}


def latest(product: Product) -> Version | None:
    return product.versions.select_related("published_by__user").first()


def open_confirmation(product: Product) -> Confirmation | None:
    """Return the confirmation that still takes answers or is being counted."""
    return (
        Confirmation.objects.filter(
            round__product=product, round__opened_at__isnull=False, round__closed_at=None, round__cancelled_at=None
        )
        .select_related("round", "version")
        .first()
    )


def gaps_of(check: Check, *, why: str) -> Gaps:
    """Return what the SMART check missed, as a version keeps it."""
    return {
        "features": [{"feature": finding.feature, "missing": [*finding.missing]} for finding in check.findings],
        "why": why,
    }


def draft(product: Product) -> Draft:
    """Return what publishing now would publish: differences, gaps, and what stands in the way."""
    plan = plan_of(product)
    last = latest(product)
    before = snapshot_of(last) if last else None
    check = check_of(plan)
    found = differences(before, plan)
    changes = shown(found, before=before, after=plan, names=names_of(product))
    return Draft(
        number=last.number + 1 if last else 1,
        seen=fingerprint(plan),
        plan=plan,
        last=last,
        changes=changes,
        groups=grouped(changes),
        gaps=_gaps(plan, [(finding.feature, list(finding.missing)) for finding in check.findings]),
        overfull=_overfull(plan, check),
        kept=len(plan["features"]) - told_now(changes),
        open=open_confirmation(product),
    )


def version_list(product: Product, number: Any = 1) -> Page[Version]:
    """Return one page of a product's versions, the newest first. No snapshot is read."""
    rows = product.versions.select_related("published_by__user").defer("snapshot", "gaps")
    return Paginator(rows, VERSIONS_A_PAGE).get_page(number)


def newest_confirmations(versions: Iterable[Version]) -> dict[int, Confirmation]:
    """Return the newest confirmation of each version that was put to people, by the version's id."""
    rows = Confirmation.objects.filter(version__in=[version.pk for version in versions])
    ordered = rows.select_related("round").order_by("round__opened_at", "pk")
    return {confirmation.version_id: confirmation for confirmation in ordered}


def features_in(version: Version, wanted: Collection[int]) -> set[int]:
    """Return which of these ids are features of a version, or of one before it; the newest are read first."""
    left = set(wanted)
    snapshots = version.product.versions.filter(number__lte=version.number).values_list("snapshot", flat=True)
    for snapshot in snapshots.iterator(chunk_size=1) if left else ():
        left -= {entry["id"] for entry in json.loads(snapshot)["features"]}
        if not left:
            break
    return set(wanted) - left


def version_page(version: Version) -> VersionPage:
    """Return a published version with its differences to the one before and what came of it."""
    product = version.product
    before = product.versions.filter(number=version.number - 1).first()
    snapshot, old = snapshot_of(version), snapshot_of(before) if before else None
    changes = shown(differences(old, snapshot), before=old, after=snapshot, names=names_of(product))
    gaps = snapshot["gaps"]
    return VersionPage(
        version=version,
        snapshot=snapshot,
        before=before,
        groups=grouped(changes),
        change_count=len(changes),
        kept=len(snapshot["features"]) - told_now(changes),
        gaps=_gaps(
            snapshot, [(gap["feature"], [Missing(code) for code in gap["missing"]]) for gap in gaps["features"]]
        ),
        gaps_why=gaps["why"],
        confirmations=list(
            version.confirmations.select_related("round__opened_by__user").order_by("-round__opened_at", "-pk")
        ),
        is_latest=not product.versions.filter(number__gt=version.number).exists(),
        is_intact=digest(snapshot, previous=version.previous_hash) == version.snapshot_hash
        and (before.snapshot_hash if before else "") == version.previous_hash,
        changed=changed_features(changes) if before else frozenset(),
    )


def changed_features(changes: Sequence[ShownChange]) -> frozenset[int]:
    return frozenset(change.id for change in changes if change.is_feature)


def broken_link(product: Product) -> Break | None:
    """Return the first version of a product that was changed, cut out or forged, or None. See rules.snapshot."""
    return first_break(
        Link(
            number=version.number,
            snapshot=_read(version.snapshot),
            previous=version.previous_hash,
            hash=version.snapshot_hash,
            stated={
                "number": version.number,
                "published_at": version.published_at,
                "published_by": version.published_by_id,
                "note": version.note,
                "gaps": version.gaps,
            },
        )
        for version in product.versions.order_by("number")
    )


def covers(snapshot: Mapping[str, Any]) -> str:
    """Return how much a version holds: "19 features in five releases, October 2026 to December 2027"."""
    features = snapshot["features"]
    used = {feature["release"] for feature in features} - {None}
    ends = {entry["id"]: entry for entry in snapshot["releases"]}
    days = [day for feature in features for day in _days(feature, ends.get(feature["release"]))]
    count = ngettext("%(count)s feature", "%(count)s features", len(features)) % {
        "count": wording.decimal(len(features))
    }
    if not days:
        return count
    span = _month_span(min(days), max(days))
    if not used:
        return _("%(features)s, %(span)s") % {"features": count, "span": span}
    releases = ngettext("in one release", "in %(count)s releases", len(used)) % {"count": small_number(len(used))}
    return _("%(features)s %(releases)s, %(span)s") % {"features": count, "releases": releases, "span": span}


def _days(feature: Mapping[str, Any], release: Mapping[str, Any] | None) -> list[date]:
    texts = [feature["starts_on"], feature["ends_on"]]
    if feature["ends_on"] is None and release:
        texts.append(release["ends_on"])
    return [date.fromisoformat(text) for text in texts if text]


def _month_span(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return date_format(last, "F Y")
    return _("%(first)s to %(last)s") % {"first": date_format(first, "F Y"), "last": date_format(last, "F Y")}


def _read(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def told_now(changes: Sequence[ShownChange]) -> int:
    """Return how many features of the newer snapshot the changes are about."""
    return sum(change.subject is Subject.FEATURE and change.kind != "removed" for change in changes)


def _gaps(plan: Mapping[str, Any], found: Sequence[tuple[int, list[Missing]]]) -> tuple[ShownGap, ...]:
    features = {entry["id"]: entry for entry in plan["features"]}
    return tuple(
        ShownGap(id, features[id]["key"], features[id]["title"], tuple(str(MISSING[missing]) for missing in each))
        for id, each in found
        if id in features
    )


def _overfull(plan: Mapping[str, Any], check: Check) -> tuple[str, ...]:
    """Return a sentence for each team that is asked for more than it has in a release."""
    teams = {entry["id"]: entry["name"] for entry in plan["teams"]}
    releases = {entry["id"]: entry["name"] for entry in plan["releases"]}
    keys = {entry["id"]: entry["key"] for entry in plan["features"]}
    rows = []
    for cell in check.overfull:
        facts = {
            "team": teams.get(cell.team, ""),
            "release": releases.get(cell.release, ""),
            "asked": wording.days(cell.asked),
            "keys": ", ".join(keys[id] for id in cell.without_room if id in keys),
        }
        if cell.capacity is None:
            sentence = _(
                "%(team)s in %(release)s: %(asked)s are planned, and nobody has said how many it has, "
                "so nobody knows whether these fit: %(keys)s."
            )
        else:
            facts["has"] = wording.days(cell.capacity)
            sentence = _("%(team)s in %(release)s: %(asked)s are planned, and it has %(has)s. No room: %(keys)s.")
        rows.append(sentence % facts)
    return tuple(rows)
