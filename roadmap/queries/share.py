"""Reads the page behind a share link: one published version, told to people who are not part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roadmap.models import Answer, AnswerFeature, Confirmation, Product, ShareLink, Version
from roadmap.queries import share_words as words
from roadmap.queries.changes import placements_in_words
from roadmap.queries.confirmation import PersonRow, outcome_of, people
from roadmap.queries.timeline import Choice, ShownBar, ShownTimeline, shown_timeline
from roadmap.queries.timeline_facts import agreements_in, roadmap_in
from roadmap.queries.timeline_page import Column, columns
from roadmap.queries.versions import snapshot_of
from roadmap.rules.differences import Change, Kind, Subject, differences
from roadmap.rules.snapshot import plan_in
from roadmap.rules.timeline.facts import PlannedFeature
from stakeholders.models import Link
from stakeholders.rules.voices import standing


@dataclass(frozen=True)
class ShareRow:
    """A share link in the manager's list. `state` is "live", "expired" or "revoked"."""

    share: ShareLink
    address: str
    state: str


@dataclass(frozen=True)
class ShownMove:
    """What changed for one feature: a sign, its title, and where it stood and stands, in words."""

    kind: Kind
    key: str
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class SharedFeature:
    """What a reader learns of one feature: what it is good for, when it comes, what it waits for.

    size_days, rank   None where the link does not say them
    """

    bar: ShownBar
    summary: str
    objectives: tuple[str, ...]
    size_days: float | None
    rank: int | None


@dataclass(frozen=True)
class SharePage:
    """A published version as its readers see it.

    standing    "confirmed by 14 of 16", of those who must
    sentences   what ships next and why, what changed, where agreement is weak; or what the manager wrote
    people      who answered what; empty unless the link says so
    """

    version: Version
    vision: str
    timeline: ShownTimeline
    standing: str
    sentences: tuple[str, ...]
    moves: tuple[ShownMove, ...]
    before: int | None
    people: tuple[PersonRow, ...]
    features: Mapping[str, SharedFeature]

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns(self.timeline)


def share_rows(product: Product, *, now: datetime, address: Callable[[Link], str]) -> list[ShareRow]:
    """Return every share link of a product, live ones first, the newest first among them; one query."""
    rows = []
    for share in product.share_links.select_related("link", "version", "created_by__user").defer("version__snapshot"):
        state = "live" if share.link.is_live_at(now) else "revoked" if share.link.revoked_at else "expired"
        rows.append(ShareRow(share, address(share.link) if state == "live" else "", state))
    return sorted(rows, key=lambda row: row.state != "live")


def share_of(link: Link) -> ShareLink:
    """Return what a link of the kind "share" shows, with product and version loaded."""
    return ShareLink.objects.select_related("product", "version", "link").get(link=link)


def version_shown(share: ShareLink) -> Version | None:
    """Return the version that a link shows; None while nothing is published."""
    return share.version or share.product.versions.first()


def share_page(
    share: ShareLink,
    version: Version,
    choice: Choice,
    *,
    now: datetime,
    link: Callable[[PlannedFeature], str],
    lane_link: Callable[[str], str],
) -> SharePage:
    """Return the page. A fixed number of queries. Names, answers by feature and sizes only where the link says so."""
    snapshot = snapshot_of(version)
    plan = plan_in(snapshot)
    confirmation = (
        Confirmation.objects.filter(version=version, round__cancelled_at=None)
        .select_related("round")
        .order_by("pk")
        .last()
    )
    agreements = agreements_in(confirmation, asked=plan, shown=plan) if share.shows_names else {}
    roadmap = roadmap_in(plan, today=share.product.today(now), agreements=agreements, with_loads=share.shows_sizes)
    timeline = shown_timeline(roadmap, choice, link=link, lane_link=lane_link, with_agreement=share.shows_names)
    before = version.product.versions.filter(number__lt=version.number).first()
    changes = differences(plan_in(snapshot_of(before)), plan) if before else []
    found = outcome_of(confirmation, now=now) if confirmation else None
    if share.summary.strip():
        sentences = tuple(line.strip() for line in share.summary.splitlines() if line.strip())
    else:
        sentences = (
            words.what_comes_next(roadmap),
            words.what_changed(changes, before.number if before else None),
            words.where_agreement_is_weak(plan, _concerned(confirmation), found),
        )
    return SharePage(
        version=version,
        vision=plan["product"]["vision"],
        timeline=timeline,
        standing=words.standing(found, is_open=bool(confirmation and not confirmation.round.closed_at)),
        sentences=sentences,
        moves=_moves(changes),
        before=before.number if before else None,
        people=tuple(row for row in people(confirmation) if not row.has_left)
        if confirmation and share.shows_names
        else (),
        features=_features(plan, timeline, with_sizes=share.shows_sizes),
    )


def _concerned(confirmation: Confirmation | None) -> dict[int, int]:
    """Return how many standing concerns and objections name each feature; two queries."""
    if confirmation is None:
        return {}
    answers = standing(Answer.objects.filter(confirmation=confirmation))
    worried = {row.pk for row in answers.values() if row.verdict in (Answer.Verdict.CONCERNS, Answer.Verdict.OBJECT)}
    counts: dict[int, int] = {}
    for feature in AnswerFeature.objects.filter(answer__in=worried).values_list("feature_id", flat=True):
        counts[feature] = counts.get(feature, 0) + 1
    return counts


def _moves(changes: list[Change]) -> tuple[ShownMove, ...]:
    """What was added, moved and removed, and nothing of sizes, owners or rewritten texts."""
    moves = []
    for change in changes:
        if change.subject is Subject.FEATURE and change.kind is not Kind.CHANGED:
            before, after = placements_in_words(change.was, change.becomes)
            moves.append(ShownMove(change.kind, change.entry["key"], change.label, before, after))
    return tuple(moves)


def _features(plan: Mapping[str, Any], timeline: ShownTimeline, *, with_sizes: bool) -> dict[str, SharedFeature]:
    bars = {bar.feature.id: bar for bar in timeline.screen.bars}
    names = {entry["id"]: entry["name"] for entry in plan["objectives"]}
    return {
        entry["key"]: SharedFeature(
            bar=bars[entry["id"]],
            summary=entry["summary"],
            objectives=tuple(names[each["objective"]] for each in entry["objectives"] if each["objective"] in names),
            size_days=sum(float(each["likely"]) for each in entry["efforts"])
            if with_sizes and entry["efforts"]
            else None,
            rank=entry["rank"] if with_sizes else None,
        )
        for entry in plan["features"]
        if entry["id"] in bars
    }
