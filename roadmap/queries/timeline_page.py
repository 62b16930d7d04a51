"""Reads the roadmap pages of a product: the timeline with what people answered, one opened feature, now / next / later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from roadmap.models import Answer, AnswerFeature, Confirmation, Feature, Product, Version
from roadmap.queries import timeline_words as words
from roadmap.queries.changes import count_words
from roadmap.queries.confirmation import STATES, signers
from roadmap.queries.features import FeatureDetail, feature_detail
from roadmap.queries.snapshots import plan_of
from roadmap.queries.timeline import Choice, ShownBar, ShownTimeline, shown_timeline
from roadmap.queries.timeline_facts import agreements_in, latest_confirmation, roadmap_in
from roadmap.queries.versions import latest, snapshot_of
from roadmap.rules.differences import differences
from roadmap.rules.snapshot import Plan, plan_in
from roadmap.rules.timeline.facts import Agreement, PlannedFeature
from roadmap.rules.timeline.horizon import Horizon, coming, horizon_of
from roadmap.rules.timeline.lanes import Placed
from stakeholders.rules.voices import standing


@dataclass(frozen=True)
class Answers:
    """How the confirmation of a version stands.

    counts   state of an answer -> people, as the agreement mark has them
    """

    counts: Mapping[str, int]

    @property
    def asked(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return self.asked - self.counts.get("silent", 0)


@dataclass(frozen=True)
class TimelinePage:
    """The roadmap as it is planned now, beside the version that was published last.

    changes   how many things differ from that version; 0 without one
    """

    timeline: ShownTimeline
    version: Version | None
    changes: int
    answers: Answers | None
    conclusion: SafeString

    @property
    def next_number(self) -> int:
        return self.version.number + 1 if self.version else 1


@dataclass(frozen=True)
class Named:
    """An answer that names a feature: its agreement mark, who gave it, and why."""

    state: str
    answer: Answer


@dataclass(frozen=True)
class OpenFeature:
    """The feature whose panel is open, as drawn; `bar` is None when it has no place on the roadmap."""

    feature: Feature
    detail: FeatureDetail
    bar: ShownBar | None
    named: tuple[Named, ...]


@dataclass(frozen=True)
class Column:
    """Now, next or later: `note` says until when."""

    horizon: Horizon
    title: str
    note: str
    bars: tuple[ShownBar, ...]


def timeline_page(
    product: Product,
    choice: Choice,
    *,
    now: datetime,
    link: Callable[[PlannedFeature], str] | None,
    lane_link: Callable[[str], str] | None = None,
) -> TimelinePage:
    """Return the live roadmap. A fixed number of queries, however many features there are."""
    plan = plan_of(product)
    version, confirmation = latest(product), latest_confirmation(product)
    published = plan_in(snapshot_of(version)) if version else None
    agreements = _agreements(confirmation, version, published, plan)
    roadmap = roadmap_in(plan, today=product.today(now), agreements=agreements)
    timeline = shown_timeline(roadmap, choice, link=link, lane_link=lane_link)
    changes = len(differences(published, plan)) if published else 0
    answers = answers_to(confirmation, now=now) if confirmation and _is_about(confirmation, version) else None
    return TimelinePage(timeline, version, changes, answers, _conclusion(timeline, version, changes, answers))


def _is_about(confirmation: Confirmation, version: Version | None) -> bool:
    return version is not None and confirmation.version_id == version.pk


def _agreements(
    confirmation: Confirmation | None, version: Version | None, published: Plan | None, plan: Plan
) -> dict[int, Agreement]:
    if confirmation is None:
        return {}
    asked = published if _is_about(confirmation, version) else plan_in(snapshot_of(confirmation.version))
    return agreements_in(confirmation, asked=asked, shown=plan)


def answers_to(confirmation: Confirmation, *, now: datetime) -> Answers:
    """Return how many of those still asked gave which answer."""
    counts = dict.fromkeys(STATES.values(), 0)
    for signer in signers(confirmation, now=now):
        if not signer.has_left:
            counts[STATES[signer.choice]] += 1
    return Answers({state: count for state, count in counts.items() if count})


def _conclusion(timeline: ShownTimeline, version: Version | None, changes: int, answers: Answers | None) -> SafeString:
    parts: list[str] = []
    if version is not None and answers is not None:
        parts.append(words.confirming(answers.counts, version=version.number if changes else None))
    if version is not None and changes:
        parts.append(count_words(changes))
    parts.append(timeline.conclusion)
    return format_html(" ".join(["{}"] * len(parts)), *parts)


def open_feature(feature: Feature, page: TimelinePage) -> OpenFeature:
    """Return what the panel of one feature shows. A fixed number of queries."""
    bars = {bar.feature.id: bar for bar in page.timeline.screen.bars}
    confirmation = latest_confirmation(feature.product)
    named: list[Named] = []
    if confirmation is not None:
        rows = Answer.objects.filter(confirmation=confirmation).select_related(
            "seat__user", "seat__department", "entered_by__user"
        )
        naming = set(
            AnswerFeature.objects.filter(answer__confirmation=confirmation, feature=feature).values_list(
                "answer_id", flat=True
            )
        )
        named = [
            Named({"object": "objects"}.get(row.verdict, row.verdict), row)
            for row in standing(rows).values()
            if row.pk in naming and row.verdict in (Answer.Verdict.OBJECT, Answer.Verdict.CONCERNS)
        ]
    return OpenFeature(
        feature=feature,
        detail=feature_detail(feature, with_scores=False),
        bar=bars.get(feature.pk),
        named=tuple(sorted(named, key=lambda each: (each.state != "objects", each.answer.pk))),
    )


def columns(timeline: ShownTimeline) -> tuple[Column, ...]:
    """Return now, next and later of a drawn roadmap, each by end, then title; what shipped before is left out."""
    roadmap = timeline.roadmap
    ahead = coming(roadmap.releases, roadmap.today)
    found: dict[Horizon, list[ShownBar]] = {Horizon.NOW: [], Horizon.NEXT: [], Horizon.LATER: []}
    for bar in timeline.screen.bars:
        horizon = horizon_of(Placed(bar.feature, bar.bar.span, bar.release), ahead, roadmap.today)
        if horizon in found:
            found[horizon].append(bar)
    notes = {Horizon.NOW: 0, Horizon.NEXT: 1}
    return tuple(
        Column(
            horizon=horizon,
            title=str(words.HORIZONS[horizon]).capitalize(),
            note=words.column_note(ahead[notes[horizon]] if horizon in notes and len(ahead) > notes[horizon] else None),
            bars=tuple(sorted(bars, key=_by_end)),
        )
        for horizon, bars in found.items()
    )


def _by_end(bar: ShownBar) -> tuple[bool, date, str, int]:
    span = bar.bar.span
    return (span is None, span.ends_on if span else date.max, bar.feature.title, bar.feature.id)
