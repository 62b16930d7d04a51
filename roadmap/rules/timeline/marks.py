"""Knows where the names of releases and milestones stand, so that none is printed over another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from roadmap.rules.timeline.axis import Axis
from roadmap.rules.timeline.facts import Milestone, Release
from roadmap.rules.timeline.lanes import release_order
from roadmap.rules.timeline.lettering import shortened, text_width

SIZE = 11.0
HALF_GLYPH = 6.0
NEXT_TO_GLYPH = 9.0
BETWEEN = 4.0
LONGEST = 170.0
FLAG_WIDTH = 50.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A release or milestone on the axis.

    x       in percent of the axis
    line    0 beside the mark, 1 and more: lines above it
    side    "start" when the name stands right of the mark, "end" when left of it, "" when only a title tells it
    dx      px from the mark to where the text is anchored
    """

    is_release: bool
    name: str
    label: str
    on: date
    x: float
    line: int
    side: str
    dx: float

    @property
    def text_y(self) -> float:
        """Base of the name, in px from the top of the row of marks."""
        return 15 - 15.0 * self.line


@dataclass(frozen=True, slots=True)
class Today:
    """x   in percent; the flag of FLAG_WIDTH px stands left of the line, or right of it where there is no room"""

    x: float
    is_flag_right: bool

    @property
    def flag_x(self) -> float:
        return 3.0 if self.is_flag_right else 3 - FLAG_WIDTH

    @property
    def flag_middle(self) -> float:
        return self.flag_x + (FLAG_WIDTH - 3) / 2


Extent = tuple[float, float]


def place_marks(
    releases: Sequence[Release], milestones: Sequence[Milestone], axis: Axis, *, today: date, width: float
) -> tuple[tuple[Mark, ...], Today | None]:
    """Return the marks of everything dated that the axis holds, by date, and the today line.

    width   px of the axis for which no two names may touch, at least 2 × LONGEST, so that an empty line always has
            room; on any wider axis they do not touch either, since names keep their size and marks move apart

    A name stands left of its mark; if it would touch another mark, name or the flag, right of it; if that fails too, a
    milestone keeps its mark only, and a release goes up a line. So a release is never without its name.
    """
    flag = _flag(axis, today)
    taken: list[list[Extent]] = [[]]
    if flag is not None:
        at = flag.x * width / 100
        taken[0].append((at, at + FLAG_WIDTH) if flag.is_flag_right else (at - FLAG_WIDTH, at))
    dated: list[tuple[date, bool, str, int]] = [
        (each.ends_on, True, each.name, each.id)
        for each in sorted(releases, key=release_order)
        if each.ends_on is not None and axis.holds(each.ends_on)
    ]
    dated += [(each.falls_on, False, each.name, each.id) for each in milestones if axis.holds(each.falls_on)]
    dated.sort(key=lambda mark: (mark[0], not mark[1], mark[2], mark[3]))
    glyphs = [axis.share(on) * width / 100 for on, *_ in dated]
    taken[0].extend((at - HALF_GLYPH, at + HALF_GLYPH) for at in glyphs)
    placed: dict[int, Mark] = {}
    for wants_line in (True, False):  # releases choose first
        for index, (on, is_release, name, _) in enumerate(dated):
            if is_release is wants_line:
                label = shortened(name, LONGEST, SIZE)
                line, side, dx = _find_room(glyphs[index], text_width(label, SIZE), taken, width, may_rise=is_release)
                placed[index] = Mark(is_release, name, label if side else "", on, axis.share(on), line, side, dx)
    return tuple(placed[index] for index in range(len(dated))), flag


def _flag(axis: Axis, today: date) -> Today | None:
    if not axis.holds(today):
        return None
    x = axis.share(today)
    return Today(x, is_flag_right=x < 8)


def _find_room(
    at: float, length: float, taken: list[list[Extent]], width: float, *, may_rise: bool
) -> tuple[int, str, float]:
    line = 0
    while True:
        if line == len(taken):
            taken.append([])
        reach = NEXT_TO_GLYPH if line == 0 else 0.0
        left, right = (at - reach - length, at - reach), (at + reach, at + reach + length)
        for side, extent, dx in (("end", left, -reach), ("start", right, reach)):
            if extent[0] >= 0 and extent[1] <= width and _is_free(extent, taken[line], own=at if line == 0 else None):
                taken[line].append(extent)
                return line, side, dx
        if not may_rise:
            return 0, "", 0.0
        line += 1


def _is_free(extent: Extent, taken: Sequence[Extent], *, own: float | None) -> bool:
    return all(
        extent[1] + BETWEEN <= left or right + BETWEEN <= extent[0]
        for left, right in taken
        if own is None or (left, right) != (own - HALF_GLYPH, own + HALF_GLYPH)
    )
