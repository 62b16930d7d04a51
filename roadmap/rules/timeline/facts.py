"""Knows what a timeline is drawn from: plain values that a live plan and a published version can both give."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Precision(StrEnum):
    """How exactly a feature's dates are meant."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    LATER = "later"


class Agreement(StrEnum):
    """The worst answer that names a feature in the latest confirmation; UNASKED when nobody was asked about it yet."""

    CLEAR = "clear"
    CONCERN = "concern"
    OBJECTION = "objection"
    UNASKED = "unasked"


class Lanes(StrEnum):
    """What a lane stands for."""

    OBJECTIVE = "objective"
    TEAM = "team"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Objective:
    """measure, figures   what it is known by ("churn"), and from where to where it is to go ("5.8 % → 4 %")"""

    id: int
    position: int
    letter: str
    name: str
    measure: str = ""
    figures: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    id: int
    name: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    id: int
    name: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    id: int
    name: str
    falls_on: date


@dataclass(frozen=True, slots=True)
class Load:
    """What a team has planned in a release, and what it can do there; person-days. None: nobody has said."""

    team: int
    release: int
    planned_days: float
    available_days: float | None


@dataclass(frozen=True, slots=True)
class PlannedFeature:
    """A feature that is on the roadmap.

    starts_on, ends_on   both inclusive, either may be missing; read with `precision`
    release, objective, team   ids within the same `Roadmap`, or None
    progress             in [0, 1]
    needs                ids of the features that must end first; ids that are not on the roadmap are passed over
    is_changed           differs from the version that the reader knows, so its title is bold
    """

    id: int
    key: str
    title: str
    starts_on: date | None = None
    ends_on: date | None = None
    precision: Precision = Precision.DAY
    release: int | None = None
    objective: int | None = None
    team: int | None = None
    progress: float = 0.0
    is_shipped: bool = False
    agreement: Agreement = Agreement.UNASKED
    needs: tuple[int, ...] = ()
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Roadmap:
    """Everything a timeline shows. The order of each tuple is without meaning."""

    today: date
    features: tuple[PlannedFeature, ...] = ()
    objectives: tuple[Objective, ...] = ()
    teams: tuple[Team, ...] = ()
    releases: tuple[Release, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    loads: tuple[Load, ...] = ()

    def release_of(self, feature: PlannedFeature) -> Release | None:
        return next((release for release in self.releases if release.id == feature.release), None)
