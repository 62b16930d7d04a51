"""Knows how to put bars into as few rows as reading order allows."""

from collections.abc import Sequence

GAP = 6.0


def pack(extents: Sequence[tuple[float, float]], *, gap: float = GAP) -> list[int]:
    """Return the row of each extent, 0 on top: the first row in which it starts `gap` px after the end of the last.

    extents   (left, right) in px, in reading order; right covers bar, label and whatever stands behind the bar

    No two extents of a row overlap, and their order within a row is that of `extents`. Each extent looks at each row
    once. Source: first fit for interval graphs, kept in the given order.
    """
    ends: list[float] = []
    rows = []
    for left, right in extents:
        row = next((n for n, end in enumerate(ends) if end + gap <= left), len(ends))
        if row == len(ends):
            ends.append(right)
        else:
            ends[row] = right
        rows.append(row)
    return rows
