"""Knows which lane a feature lies in, and the order of lanes and of features within a lane."""

from dataclasses import dataclass
from datetime import date

from roadmap.rules.timeline.facts import Lanes, Objective, PlannedFeature, Release, Roadmap, Team
from roadmap.rules.timeline.spans import Span, span_of


@dataclass(frozen=True, slots=True)
class Placed:
    """A feature with the days of its bar; `span` is None for "later"."""

    feature: PlannedFeature
    span: Span | None
    release: Release | None


@dataclass(frozen=True, slots=True)
class Lane:
    """key      what a link names the lane by: the id, or "none"
    name     empty for the features that have no objective, team or release
    note     the measure of an objective and its figures, else empty
    on       the date of a release, else None
    letter   of an objective, else empty"""

    key: str
    name: str
    note: tuple[str, ...]
    on: date | None
    letter: str
    members: tuple[Placed, ...]


NO_LANE = "none"


def placed(roadmap: Roadmap) -> list[Placed]:
    """Return every feature once, with its span, by start, end and key; "later" at the end."""
    releases = {release.id: release for release in roadmap.releases}
    found = []
    for feature in roadmap.features:
        release = releases.get(feature.release) if feature.release is not None else None
        found.append(Placed(feature, span_of(feature, release), release))
    return sorted(found, key=_reading_order)


def _reading_order(member: Placed) -> tuple[bool, date, date, str, int]:
    span, feature = member.span, member.feature
    return (
        span is None,
        span.starts_on if span else date.max,
        span.ends_on if span else date.max,
        feature.title,
        feature.id,
    )


def release_order(release: Release) -> tuple[date, date, str, int]:
    """A sort key: by end, then start; releases without a date come last, by name."""
    return (release.ends_on or date.max, release.starts_on or date.max, release.name, release.id)


def team_order(team: Team) -> tuple[int, str, int]:
    """A sort key: by position, then name."""
    return (team.position, team.name, team.id)


def lanes_of(roadmap: Roadmap, by: Lanes) -> tuple[Lane, ...]:
    """Return the lanes that hold a feature, in their own order; what belongs nowhere comes last.

    Each feature stands in exactly one lane. An id that the roadmap does not list counts as none.
    """
    members = placed(roadmap)
    match by:
        case Lanes.OBJECTIVE:
            heads = [
                Lane(str(each.id), each.name, _note(each), None, each.letter, ())
                for each in sorted(roadmap.objectives, key=lambda each: (each.position, each.id))
            ]
            keys = [member.feature.objective for member in members]
        case Lanes.TEAM:
            heads = [Lane(str(each.id), each.name, (), None, "", ()) for each in sorted(roadmap.teams, key=team_order)]
            keys = [member.feature.team for member in members]
        case Lanes.RELEASE:
            heads = [
                Lane(str(each.id), each.name, (), each.ends_on, "", ())
                for each in sorted(roadmap.releases, key=release_order)
            ]
            keys = [member.feature.release for member in members]
    known = {head.key for head in heads}
    homes = [str(key) if key is not None and str(key) in known else NO_LANE for key in keys]
    heads.append(Lane(NO_LANE, "", (), None, "", ()))
    grouped: dict[str, list[Placed]] = {}
    for home, member in zip(homes, members, strict=True):
        grouped.setdefault(home, []).append(member)
    return tuple(
        Lane(head.key, head.name, head.note, head.on, head.letter, tuple(grouped[head.key]))
        for head in heads
        if head.key in grouped
    )


def _note(objective: Objective) -> tuple[str, ...]:
    return tuple(part for part in (objective.measure, objective.figures) if part)


def without_past(roadmap: Roadmap, begins_on: date) -> tuple[Roadmap, int]:
    """Return the roadmap without what shipped and ended before `begins_on`, and how many features that are.

    Releases and milestones before it go too, unless a feature that stays belongs to the release.
    """
    kept = [
        member.feature
        for member in placed(roadmap)
        if not (member.feature.is_shipped and member.span is not None and member.span.ends_on < begins_on)
    ]
    needed = {feature.release for feature in kept}
    return (
        Roadmap(
            today=roadmap.today,
            features=tuple(kept),
            objectives=roadmap.objectives,
            teams=roadmap.teams,
            releases=tuple(
                each
                for each in roadmap.releases
                if each.id in needed or each.ends_on is None or each.ends_on >= begins_on
            ),
            milestones=tuple(each for each in roadmap.milestones if each.falls_on >= begins_on),
            loads=roadmap.loads,
        ),
        len(roadmap.features) - len(kept),
    )
