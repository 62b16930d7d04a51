"""Knows the measures of a drawing, in px: on screen, on paper, and with lines instead of bars."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Style:
    """width     of the axis for which nothing overlaps; on a wider one nothing does either, since only bars grow
    row       height of a row: label above, bar below
    bar       height of a bar; bar_y, title_y   within the row
    above, below   of a lane's rows
    shortest  width of the shortest bar
    is_dense  lines without labels
    is_paper  the axis never grows beyond `width`"""

    width: float = 868.0
    row: float = 34.0
    bar: float = 9.0
    bar_y: float = 20.0
    title_y: float = 14.0
    title_size: float = 12.0
    above: float = 6.0
    below: float = 8.0
    shortest: float = 6.0
    axis_height: float = 34.0
    marks_height: float = 23.0
    marks_line: float = 15.0
    strip_row: float = 22.0
    is_dense: bool = False
    is_paper: bool = False

    @property
    def glyph(self) -> float:
        """px that an agreement mark is wide and high."""
        return min(self.title_size, 11.0)


SCREEN = Style()
NARROW = 620.0
"""px of the axis beside a side panel."""
DENSE = Style(row=5.0, bar=3.0, bar_y=1.0, title_y=0.0, shortest=3.0, is_dense=True)
DENSE_PAPER = replace(DENSE, is_paper=True)

MOST_BARS = 60
"""More bars than these on one screen are drawn as lines."""

PAPER_HEIGHT = 500.0
"""What an A4 page in landscape leaves for axis, lanes and capacity: 186 mm less heading, legend and foot."""
PAPER_ROWS = range(27, 14, -1)
"""Row heights to try, in px. Below 20 the type shrinks too; 15 gives 7.9 px, which is 6 points."""


def paper(row: float) -> Style:
    """Return the measures for a row height on paper."""
    part = min(row / 20, 1.0)
    bar = 7.0 * part
    return replace(
        SCREEN,
        row=row,
        bar=bar,
        bar_y=row - bar - 2 * part,
        title_y=row - bar - 5 * part,
        title_size=10.5 * part,
        strip_row=16.0,
        is_paper=True,
    )
