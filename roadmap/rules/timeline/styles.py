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


SCREEN = Style()
NARROW = 620.0
"""px of the axis beside a side panel."""
DENSE = Style(row=5.0, bar=3.0, bar_y=1.0, title_y=0.0, shortest=3.0, is_dense=True)
DENSE_PAPER = replace(DENSE, is_paper=True)

MOST_BARS = 60
"""More bars than these on one screen are drawn as lines."""

PAPER_HEIGHT = 590.0
"""What an A4 page in landscape leaves for axis, lanes and capacity: 210 mm less margins, heading, legend and foot."""
PAPER_ROW = 27.0
SMALLEST_PAPER_ROW = 20.0


def paper(row: float) -> Style:
    """Return the measures for a row height between 20 and 27 px on paper."""
    return replace(
        SCREEN, row=row, bar=7.0, bar_y=row - 9.0, title_y=row - 12.0, title_size=10.5, strip_row=17.0, is_paper=True
    )
