"""Knows the shape of one bar, its label, and what stands behind it."""

from dataclasses import dataclass
from datetime import date

from roadmap.rules.timeline.axis import Axis
from roadmap.rules.timeline.facts import PlannedFeature, Release
from roadmap.rules.timeline.lanes import Placed
from roadmap.rules.timeline.lettering import shortened, text_width
from roadmap.rules.timeline.spans import Span, days_late, days_overdue
from roadmap.rules.timeline.styles import Style

GLYPH_ROOM = 15.0
LATE_ROOM = 44.0
OVERDUE_ROOM = 92.0
LATE_GAP = 6.0
LATER_WIDTH = 24.0
LONGEST_LABEL_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Bar:
    """A feature as drawn: x, width and done in percent of the axis, everything else in px.

    dx, label_dx, late_dx   px to add to the percentage
    is_short     the bar is narrower than the shortest one, so it has that many px instead of `width`
    is_cut_left, is_cut_right   goes on beyond the axis
    late_side    "bar" when what is late stands behind the bar, "label" behind the label, "" when nothing is late
    extent       (left, right) px that bar and texts take at `style.width`
    """

    feature: PlannedFeature
    release: Release | None
    span: Span | None
    x: float
    dx: float
    width: float
    done: float
    is_short: bool
    is_cut_left: bool
    is_cut_right: bool
    label: str
    label_x: float
    label_dx: float
    late_days: int
    overdue_days: int
    late_side: str
    late_x: float
    late_dx: float
    extent: tuple[float, float]
    style: Style
    lane: str = ""
    row: int = 0
    y: float = 0.0

    @property
    def width_text(self) -> str:
        """The bar's width as SVG has it."""
        return f"{self.style.shortest:g}" if self.is_short else f"{self.width:g}%"

    @property
    def done_text(self) -> str:
        """The done part's width as SVG has it."""
        if self.is_short:
            return f"{self.style.shortest * self.done / self.width:g}" if self.width else "0"
        return f"{self.done:g}%"

    @property
    def middle_y(self) -> float:
        return self.style.bar_y + self.style.bar / 2

    @property
    def late_y(self) -> float:
        """Base of what stands behind the bar."""
        return self.style.bar_y + self.style.bar

    @property
    def glyph_y(self) -> float:
        return self.style.title_y - 0.87 * self.style.glyph

    @property
    def end_x(self) -> float:
        return round(self.x + (0 if self.is_short else self.width), 3)

    @property
    def is_later(self) -> bool:
        return self.span is None


def shape(member: Placed, axis: Axis, style: Style, *, today: date) -> Bar:
    """Return the bar of a feature, not yet in a row.

    The label begins where the bar begins; at the right edge it ends with the edge. A feature for "later" is a short
    stroke at the right edge. What ends before the axis or begins after it stands at the nearer edge, marked as cut.
    """
    feature, span, width = member.feature, member.span, style.width
    late = days_late(feature, span, member.release)
    overdue = 0 if late else days_overdue(feature, span, member.release, today)
    if span is None:
        x, share, dx = 100.0, 0.0, -(style.shortest if style.is_dense else LATER_WIDTH)
        left, right, is_short = width + dx, width, True
    else:
        x = axis.share(span.starts_on)
        share = round(max(axis.share_of_end(span.ends_on) - x, 0.0), 3)
        is_short = share * width / 100 < style.shortest
        length = style.shortest if is_short else share * width / 100
        dx = 0.0
        if x * width / 100 + length > width + 0.001:
            x, dx = 100.0, -length
        left = x * width / 100 + dx
        right = left + length
    label, label_x, label_dx = "", x, 0.0
    late_side, late_x, late_dx = "", x, 0.0
    if not style.is_dense:
        label = shortened(feature.title, width * LONGEST_LABEL_SHARE, style.title_size, is_bold=feature.is_changed)
        room = GLYPH_ROOM + text_width(label, style.title_size, is_bold=feature.is_changed)
        late_room = LATE_ROOM if late else OVERDUE_ROOM if overdue else 0.0
        if late_room and right + LATE_GAP + late_room <= width:
            late_side, late_x = "bar", round(x + (0.0 if is_short else share), 3)
            late_dx = dx + (style.shortest if is_short else 0.0) + LATE_GAP
            right += LATE_GAP + late_room
        elif late_room:
            late_side, late_dx = "label", room + LATE_GAP
            room += LATE_GAP + late_room
        if left + room > width:
            label_x, label_dx = 100.0, -room
        else:
            label_x, label_dx = x, dx
        if late_side == "label":
            late_x, late_dx = label_x, label_dx + late_dx
        start = label_x * width / 100 + label_dx
        left, right = min(left, start), max(right, start + room)
    return Bar(
        feature=feature,
        release=member.release,
        span=span,
        x=x,
        dx=dx,
        width=share,
        done=round(share * (1.0 if feature.is_shipped else min(max(feature.progress, 0.0), 1.0)), 3),
        is_short=is_short,
        is_cut_left=span is not None and span.starts_on < axis.begins_on,
        is_cut_right=span is None or span.ends_on >= axis.ends_on,
        label=label,
        label_x=label_x,
        label_dx=label_dx,
        late_days=late,
        overdue_days=overdue,
        late_side=late_side,
        late_x=late_x,
        late_dx=late_dx,
        extent=(left, right),
        style=style,
    )
