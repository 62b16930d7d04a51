"""Knows the capacity strip: for each team and release, how much of what it can do is planned, under the time axis."""

from dataclasses import dataclass
from datetime import timedelta

from roadmap.rules.timeline.axis import Axis
from roadmap.rules.timeline.facts import Load, Release, Roadmap, Team
from roadmap.rules.timeline.lanes import release_order, team_order

WIDEST_TRACK = 54.0
"""Where in a wide cell the 100 % tick stands, in percent of the cell."""
MOST_SHOWN = 1.2
ROOM_FOR_FIGURES = 76.0
ROOM_FOR_ALL = 128.0
BESIDE_TRACK = 90.0
"""px that figures, their sign and the margins take."""


@dataclass(frozen=True, slots=True)
class Cell:
    """x, width      of the release's window in percent of the axis
    full, used, over   where the 100 % tick stands, and what is used before and beyond it, in percent of the cell
    has_track, has_figures   whether there is room for them; what is not drawn stands in the table. Either every cell that
                  has room for figures has a track beside them or none, so that a row reads alike"""

    release: Release
    planned_days: float
    available_days: float | None
    x: float
    width: float
    full: float
    used: float
    over: float
    has_track: bool
    has_figures: bool

    @property
    def is_over(self) -> bool:
        return self.available_days is not None and self.planned_days > self.available_days


@dataclass(frozen=True, slots=True)
class StripRow:
    team: Team
    cells: tuple[Cell, ...]


def strip(roadmap: Roadmap, axis: Axis, *, width: float) -> tuple[StripRow, ...]:
    """Return a row for each team that can do or has planned anything in a release on the axis, in the teams' order.

    A release's window reaches from the end of the one before to its own end, so windows never overlap; several that end
    on one day share the place, and the first by name is drawn. Without a date it is not drawn. `width` is px of the axis.
    """
    windows: list[tuple[Release, float, float]] = []
    begin = axis.begins_on
    for release in sorted(roadmap.releases, key=release_order):
        if release.ends_on is None or release.ends_on < axis.begins_on:
            continue
        if not windows and release.starts_on:
            begin = max(begin, release.starts_on)
        x, end = axis.share(begin), axis.share_of_end(release.ends_on)
        if end > x:
            windows.append((release, x, round(end - x, 3)))
            begin = min(release.ends_on, axis.ends_on) + timedelta(days=1)
    rooms = [share * width / 100 for _, _, share in windows]
    with_tracks = not any(ROOM_FOR_FIGURES <= room < ROOM_FOR_ALL for room in rooms)
    loads = {(load.team, load.release): load for load in roadmap.loads}
    rows = []
    for team in sorted(roadmap.teams, key=team_order):
        cells = []
        for release, x, share in windows:
            load = loads.get((team.id, release.id))
            if load is None or (load.planned_days <= 0 and not load.available_days):
                continue
            part = _part(load)
            room = share * width / 100
            full = WIDEST_TRACK if room < ROOM_FOR_FIGURES else _full(room)
            cells.append(
                Cell(
                    release,
                    load.planned_days,
                    load.available_days,
                    x,
                    share,
                    full=full,
                    used=round(full * min(part, 1.0), 3),
                    over=round(full * max(min(part, MOST_SHOWN) - 1, 0.0), 3),
                    has_track=room < ROOM_FOR_FIGURES or with_tracks,
                    has_figures=room >= ROOM_FOR_FIGURES,
                )
            )
        if cells:
            rows.append(StripRow(team, tuple(cells)))
    return tuple(rows)


def _part(load: Load) -> float:
    """Return which part of what a team can do is planned; 0 when nobody has said what it can do."""
    if load.available_days is None:
        return 0.0
    return load.planned_days / load.available_days if load.available_days > 0 else MOST_SHOWN


def _full(room: float) -> float:
    """Return where the tick stands in a cell of `room` px, so that a track of 120 % leaves room for the figures."""
    return round(max(min(WIDEST_TRACK, (room - BESIDE_TRACK) / MOST_SHOWN / room * 100), 0.0), 3)
