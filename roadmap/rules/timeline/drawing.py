"""Knows the whole drawing: axis, marks, lanes of packed bars, arrows and capacity, in percent across and px down."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from roadmap.rules.timeline.arrows import Arrow, arrows_into
from roadmap.rules.timeline.axis import Axis, Tick, axis_for
from roadmap.rules.timeline.bars import Bar, shape
from roadmap.rules.timeline.capacity import StripRow, strip
from roadmap.rules.timeline.facts import Lanes, Roadmap
from roadmap.rules.timeline.lanes import Lane, lanes_of, placed, without_past
from roadmap.rules.timeline.lettering import shortened, text_width, wrapped
from roadmap.rules.timeline.marks import Mark, Today, place_marks
from roadmap.rules.timeline.packing import pack
from roadmap.rules.timeline.styles import (
    DENSE,
    DENSE_PAPER,
    MOST_BARS,
    PAPER_HEIGHT,
    PAPER_ROWS,
    SCREEN,
    Style,
    paper,
)

LABEL_COLUMN = 168.0
NAME_ROOM = 132.0
NAME_LINE = 16.0
NOTE_LINE = 14.0
NOTE_SIZE = 11.0
ROOM_FOR_ZOOMED_MONTH = 120.0
ROOM_FOR_A_MONTH = 30.0
ROOM_FOR_A_LONG_QUARTER = 62.0
ROOM_FOR_A_QUARTER = 40.0
DENSE_GAP = 3.0


class QuarterNames(StrEnum):
    """How much of a quarter's name there is room for: "Q4 2026", "Q4 26", or the year at its first quarter only."""

    LONG = "long"
    SHORT = "short"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class LaneShape:
    """A lane: `y` and `height` in px, the lines of its name and measure, its bars row by row."""

    lane: Lane
    y: float
    height: float
    rows: int
    name_lines: tuple[str, ...]
    note_lines: tuple[str, ...]
    bars: tuple[Bar, ...]
    late: int

    @property
    def count(self) -> int:
        return len(self.bars)


@dataclass(frozen=True, slots=True)
class Drawing:
    """x and width are percent of the axis, y and height px; LABEL_COLUMN px to its left hold the lanes' names.

    past      features that shipped before the axis begins and are left out
    strip_y   where the capacity strip begins; `bottom` is where the lanes end
    """

    style: Style
    axis: Axis
    quarters: tuple[Tick, ...]
    quarter_names: QuarterNames
    months: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    marks_y: float
    today: Today | None
    lanes: tuple[LaneShape, ...]
    arrows: tuple[Arrow, ...]
    strip: tuple[StripRow, ...]
    strip_y: float
    bottom: float
    height: float
    past: int

    @property
    def bars(self) -> tuple[Bar, ...]:
        return tuple(bar for lane in self.lanes for bar in lane.bars)

    @property
    def first_day(self) -> date:
        return self.axis.begins_on

    @property
    def last_day(self) -> date:
        return self.quarters[-1].begins_on

    @property
    def rows(self) -> int:
        return sum(lane.rows for lane in self.lanes)


def draw(
    roadmap: Roadmap,
    *,
    lanes: Lanes = Lanes.OBJECTIVE,
    style: Style | None = None,
    width: float | None = None,
    zoomed: bool = False,
    with_past: bool = False,
    only: str | None = None,
    nameless: str = "–",
) -> Drawing:
    """Return the drawing of a roadmap; the same for any order of its tuples.

    style      None: bars, or lines where there would be more than 60 bars
    width      px of the axis for which nothing may overlap; None is that of the style
    zoomed     give each month 120 px, wider than most screens
    with_past  also draw what shipped before the axis would begin
    only       the key of the one lane to draw, in full; a key that no lane has draws nothing
    nameless   the name of the lane of what belongs to none

    Every feature is drawn exactly once, but for those counted in `past` and the other lanes if `only` is given.
    """
    begins_on = _axis(roadmap, with_past=with_past).begins_on
    shown, past = (roadmap, 0) if with_past else without_past(roadmap, begins_on)
    axis = _axis(shown, with_past=with_past)
    grouped = [lane for lane in lanes_of(shown, lanes) if only is None or lane.key == only]
    if style is None:
        style = DENSE if only is None and sum(len(lane.members) for lane in grouped) > MOST_BARS else SCREEN
    if width is not None:
        style = replace(style, width=width)
    style = replace(style, width=_width(axis, style, zoomed=zoomed))
    marks, today = place_marks(shown.releases, shown.milestones, axis, today=shown.today, width=style.width)
    marks_y = style.axis_height + style.marks_line * max((mark.line for mark in marks), default=0)
    y = marks_y + style.marks_height
    shapes = []
    for lane in grouped:
        shapes.append(_lane(lane, axis, style, y=y, today=shown.today, nameless=nameless))
        y += shapes[-1].height
    bars = [bar for lane in shapes for bar in lane.bars]
    capacity = strip(shown, axis, width=style.width) if only is None else ()
    month_room = style.width / len(axis.months)
    return Drawing(
        style=style,
        axis=axis,
        quarters=axis.quarters,
        quarter_names=_quarter_names(style.width / len(axis.quarters)),
        months=axis.months if month_room >= ROOM_FOR_A_MONTH and not style.is_dense else (),
        marks=marks,
        marks_y=marks_y,
        today=today,
        lanes=tuple(shapes),
        arrows=() if style.is_dense else arrows_into(bars, style),
        strip=capacity,
        strip_y=y + 20 if capacity else y,
        bottom=y,
        height=y + (26 + style.strip_row * len(capacity) if capacity else 1),
        past=past,
    )


def draw_on_paper(roadmap: Roadmap, **choices: object) -> Drawing:
    """Return the drawing for one A4 page in landscape; `choices` as for `draw`, but for `style` and `zoomed`.

    Rows have the greatest height from 15 to 27 px with which all fits; where it does not fit even so, or there are more
    than 60 features, features are lines and the reader needs the table beside it (`style.is_dense` says so).
    """
    if len(roadmap.features) <= MOST_BARS:
        lowest, highest = len(PAPER_ROWS) - 1, 0
        best = None
        while highest <= lowest:  # the smaller the row, the less height: halve what is left to try
            middle = (highest + lowest) // 2
            drawing = draw(roadmap, style=paper(PAPER_ROWS[middle]), **choices)  # type: ignore[arg-type]
            if drawing.height <= PAPER_HEIGHT:
                best, lowest = drawing, middle - 1
            else:
                highest = middle + 1
        if best is not None:
            return best
    return draw(roadmap, style=DENSE_PAPER, **choices)  # type: ignore[arg-type]


def _axis(roadmap: Roadmap, *, with_past: bool) -> Axis:
    """An axis from the start of the first open feature, or of anything if `with_past`, to the end of the last."""
    days = [each.ends_on for each in roadmap.releases if each.ends_on]
    days += [each.falls_on for each in roadmap.milestones]
    starts = []
    for member in placed(roadmap):
        if member.span is not None:
            days.append(member.span.ends_on)
            if with_past or not member.feature.is_shipped:
                starts.append(member.span.starts_on)
    if with_past:
        return axis_for([*starts, *days], today=roadmap.today, whole=True)
    return axis_for([*starts, *(day for day in days if day >= roadmap.today)], today=roadmap.today)


def _width(axis: Axis, style: Style, *, zoomed: bool) -> float:
    if style.is_paper:
        return style.width
    return max(style.width, len(axis.quarters) * (3 * ROOM_FOR_ZOOMED_MONTH if zoomed else ROOM_FOR_A_QUARTER))


def _quarter_names(room: float) -> QuarterNames:
    if room >= ROOM_FOR_A_LONG_QUARTER:
        return QuarterNames.LONG
    return QuarterNames.SHORT if room >= ROOM_FOR_A_QUARTER else QuarterNames.YEARS


def _lane(lane: Lane, axis: Axis, style: Style, *, y: float, today: date, nameless: str) -> LaneShape:
    top = y + style.above
    shapes = [shape(member, axis, style, today=today) for member in lane.members]
    rows = pack([each.extent for each in shapes], gap=DENSE_GAP if style.is_dense else 6.0)
    bars = tuple(
        replace(bar, row=row, y=top + row * style.row, lane=lane.key) for bar, row in zip(shapes, rows, strict=True)
    )
    count = max(rows, default=-1) + 1
    names = wrapped(lane.name or nameless, NAME_ROOM, 13, is_bold=True)
    note = _note_lines(lane)
    lines = len(names) * NAME_LINE + (36 if style.is_dense else NOTE_LINE * (len(note) or bool(lane.on)))
    return LaneShape(
        lane=lane,
        y=y,
        height=max(count * style.row + style.above + style.below, style.above + lines + style.below),
        rows=count,
        name_lines=names,
        note_lines=note,
        bars=bars,
        late=sum(1 for bar in bars if bar.late_days or bar.overdue_days),
    )


def _note_lines(lane: Lane) -> tuple[str, ...]:
    """Return measure and figures in one line, or in two so that the figures are never cut for a long measure."""
    room = NAME_ROOM + 4
    whole = " ".join(lane.note)
    if not whole:
        return ()
    if text_width(whole, NOTE_SIZE) <= room:
        return (whole,)
    return tuple(shortened(part, room, NOTE_SIZE) for part in lane.note)
