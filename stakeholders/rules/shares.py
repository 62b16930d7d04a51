"""Cuts a bar into pieces by how many are in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the bar; x and width in units of a bar that is 1000 wide."""

    state: str
    x: float
    width: float


def segments(counts: Mapping[str, int], total: int) -> list[Segment]:
    """Return the pieces one after the other, in the order of `counts`; none for a count of 0, none at all of a total of 0.

    Widths are count / total of the whole, so that what is missing to `total` stays empty. Raises ValueError when the
    counts exceed the total.
    """
    if sum(counts.values()) > total:
        raise ValueError("more are counted than there are")
    found, x = [], 0.0
    for state, count in counts.items():
        if count:
            width = WIDTH * count / total
            found.append(Segment(state, round(x, 1), round(width, 1)))
            x += width
    return found
