"""Knows what a roadmap comes to: which releases hold, what is late, out of order or over capacity."""

from collections.abc import Sequence
from dataclasses import dataclass

from roadmap.rules.timeline.facts import PlannedFeature, Release, Roadmap, Team
from roadmap.rules.timeline.horizon import coming
from roadmap.rules.timeline.lanes import placed, team_order
from roadmap.rules.timeline.spans import days_late, days_overdue, is_broken


@dataclass(frozen=True, slots=True)
class Slip:
    """A release, the feature that ends last after it, by how many days, and how many features end after it."""

    release: Release
    feature: PlannedFeature
    days: int
    count: int


@dataclass(frozen=True, slots=True)
class Overload:
    team: Team
    release: Release
    planned_days: float
    available_days: float


@dataclass(frozen=True, slots=True)
class Disorder:
    """`feature` starts before `need`, which it needs first, has ended."""

    feature: PlannedFeature
    need: PlannedFeature


@dataclass(frozen=True, slots=True)
class Conclusion:
    """features    how many are on the roadmap
    ahead       dated releases that have not ended, next first
    slips       of releases ahead, in their order
    overdue     features that should have ended, longest overdue first
    disorders   by feature, then need, in reading order
    overloads   of releases ahead, in their order, then by team"""

    features: int
    ahead: tuple[Release, ...]
    slips: tuple[Slip, ...]
    overdue: tuple[PlannedFeature, ...]
    disorders: tuple[Disorder, ...]
    overloads: tuple[Overload, ...]

    @property
    def on_time(self) -> int:
        return len(self.ahead) - len(self.slips)


def conclude(roadmap: Roadmap) -> Conclusion:
    """Return what the roadmap comes to; everything empty for an empty one. Ties go by reading order."""
    members = placed(roadmap)
    ahead = coming(roadmap.releases, roadmap.today)
    late: dict[int, list[tuple[int, PlannedFeature]]] = {}
    for member in members:
        days = days_late(member.feature, member.span, member.release)
        if days and member.release is not None:
            late.setdefault(member.release.id, []).append((days, member.feature))
    slips = []
    for release in ahead:
        if release.id in late:
            days, feature = max(late[release.id], key=lambda pair: pair[0])
            slips.append(Slip(release, feature, days, len(late[release.id])))
    overdue = [
        (days_overdue(member.feature, member.span, member.release, roadmap.today), member.feature) for member in members
    ]
    spans = {member.feature.id: member.span for member in members}
    features = {member.feature.id: member.feature for member in members}
    return Conclusion(
        features=len(members),
        ahead=tuple(ahead),
        slips=tuple(slips),
        overdue=tuple(feature for days, feature in sorted(overdue, key=lambda pair: -pair[0]) if days),
        disorders=tuple(
            Disorder(member.feature, features[need])
            for member in members
            for need in sorted(set(member.feature.needs) & features.keys())
            if is_broken(spans[need], member.span)
        ),
        overloads=_overloads(roadmap, ahead),
    )


def _overloads(roadmap: Roadmap, ahead: Sequence[Release]) -> tuple[Overload, ...]:
    teams = {team.id: team for team in roadmap.teams}
    over = {
        (load.release, load.team): load
        for load in roadmap.loads
        if load.available_days is not None and load.planned_days > load.available_days and load.team in teams
    }
    return tuple(
        Overload(team, release, load.planned_days, load.available_days or 0.0)
        for release in ahead
        for team in sorted(teams.values(), key=team_order)
        if (load := over.get((release.id, team.id)))
    )
