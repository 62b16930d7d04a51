"""Knows what a planned feature still lacks before others can plan on it: owner, objective, size, room, date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Missing(StrEnum):
    """In the order in which they are told: specific, measurable, achievable (two ways to fail), time-bound."""

    OWNER = "owner"
    OBJECTIVE = "objective"
    MEASURE = "measure"
    SIZE = "size"
    ROOM = "room"
    DATE = "date"


@dataclass(frozen=True)
class Candidate:
    """A planned feature, as far as the check looks at it.

    objectives   for each objective that it serves, whether that has a measure with a target
    sizes        (team, likely person-days) for each team that works on it; None where a team has not sized its part
    rank         1 is best; None when it has no votes
    """

    id: int
    has_owner: bool
    objectives: tuple[bool, ...]
    sizes: tuple[tuple[int, Decimal | None], ...]
    release: int | None
    has_date: bool
    rank: int | None = None


@dataclass(frozen=True)
class Finding:
    feature: int
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Overfull:
    """A team that is asked for more than it has in one release; days are likely person-days.

    capacity       what the team has; None when nobody has said
    without_room   the features that no longer fit
    """

    team: int
    release: int
    asked: Decimal
    capacity: Decimal | None
    without_room: tuple[int, ...]


@dataclass(frozen=True)
class Check:
    """The findings by feature id, and the overfull teams by (release, team)."""

    findings: tuple[Finding, ...]
    overfull: tuple[Overfull, ...]


def smart(candidates: Iterable[Candidate], capacity: Mapping[tuple[int, int], Decimal]) -> Check:
    """Return what each planned feature lacks; features that lack nothing have no finding.

    capacity   person-days of (team, release); a pair that is missing was never stated, and then nothing fits it

    Which of the features in an overfull release has "no room" is a choice. Blaming all of them hides the few that are
    too many; blaming the last one planned rewards being early. Here a team's days go to the best ranked features first,
    unranked ones last, ties by id; one that does not fit is named and takes no days, so that a smaller one after it may
    still fit. What is left unnamed always fits together, and naming ends when the total fits.

    A feature with an objective but no measured one lacks MEASURE; with none it lacks OBJECTIVE alone. A feature that
    has no size at all lacks SIZE and is not asked about room. Source: Doran, *There's a S.M.A.R.T. way*, 1981.
    """
    everything = sorted(candidates, key=lambda candidate: candidate.id)
    overfull = _overfull(everything, capacity)
    without_room = {feature for cell in overfull for feature in cell.without_room}
    findings = []
    for candidate in everything:
        missing = tuple(_missing(candidate, has_room=candidate.id not in without_room))
        if missing:
            findings.append(Finding(candidate.id, missing))
    return Check(tuple(findings), overfull)


def _missing(candidate: Candidate, *, has_room: bool) -> Iterable[Missing]:
    if not candidate.has_owner:
        yield Missing.OWNER
    if not candidate.objectives:
        yield Missing.OBJECTIVE
    elif not any(candidate.objectives):
        yield Missing.MEASURE
    if not candidate.sizes or any(days is None for _, days in candidate.sizes):
        yield Missing.SIZE
    if not has_room:
        yield Missing.ROOM
    if not candidate.has_date:
        yield Missing.DATE


def _overfull(candidates: list[Candidate], capacity: Mapping[tuple[int, int], Decimal]) -> tuple[Overfull, ...]:
    cells: dict[tuple[int, int], list[tuple[int, Decimal]]] = {}
    for candidate in sorted(candidates, key=lambda item: (item.rank is None, item.rank or 0, item.id)):
        if candidate.release is None:
            continue
        for team, days in candidate.sizes:
            if days is not None:
                cells.setdefault((candidate.release, team), []).append((candidate.id, days))

    found = []
    for (release, team), asks in sorted(cells.items()):
        has = capacity.get((team, release))
        asked = sum((days for _, days in asks), Decimal())
        if has is not None and asked <= has:
            continue
        left, without_room = has or Decimal(), []
        for feature, days in asks:
            if days <= left and has is not None:
                left -= days
            elif days > 0:
                without_room.append(feature)
        if without_room:
            found.append(Overfull(team, release, asked, has, tuple(without_room)))
    return tuple(found)
