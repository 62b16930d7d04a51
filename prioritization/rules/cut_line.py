"""The cut line: how far down the ranking a release's capacity reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """Where capacity ends.

    fitting     how many features fit, counted from the best
    days        their person-days together
    unsized     how many of them have no size, so that the line is drawn too low
    is_reached  False when the features end before the capacity does: then there is no line to draw
    """

    fitting: int
    days: float
    unsized: int
    is_reached: bool


def cut(sizes: Iterable[float | None], capacity_days: float) -> Cut:
    """Return how many features fit into `capacity_days`, taken strictly in order of rank.

    sizes  likely person-days by rank, best first; None = not sized, which takes no room and is counted apart

    One that is too large ends it, because the line answers "how far down this list do we get"; filling the gap with
    smaller features from below is the planner's work. Stops reading `sizes` at the first that does not fit.
    """
    fitting, days, unsized = 0, 0.0, 0
    for size in sizes:
        if size is not None and days + size > capacity_days + 1e-9:
            return Cut(fitting, days, unsized, is_reached=True)
        fitting += 1
        days += size or 0.0
        unsized += size is None
    return Cut(fitting, days, unsized, is_reached=False)
