"""Knows the arrows from what is needed first to what needs it."""

from collections.abc import Sequence
from dataclasses import dataclass

from roadmap.rules.timeline.bars import Bar
from roadmap.rules.timeline.spans import is_broken
from roadmap.rules.timeline.styles import Style

STEP = 8.0
"""The vertical strokes stand this many px left of the two ends, so that the head enters the bar at its start."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """Right-angled: down from (from_x, from_y), across at bend_y, then to (to_x, to_y). x in percent, y in px.

    is_broken   what needs it starts before it has ended
    """

    need: int
    feature: int
    from_x: float
    from_y: float
    bend_y: float
    to_x: float
    to_y: float
    is_broken: bool


def arrows_into(bars: Sequence[Bar], style: Style) -> tuple[Arrow, ...]:
    """Return an arrow for each need of a drawn bar that is itself drawn; "later" has no place for one.

    In the order of the bars, then of the needs' ids.
    """
    drawn = {bar.feature.id: bar for bar in bars if bar.span is not None}
    found = []
    for bar in bars:
        if bar.span is None:
            continue
        for need_id in sorted(set(bar.feature.needs)):
            need = drawn.get(need_id)
            if need is None or need is bar:
                continue
            end = need.y + style.bar_y + style.bar
            found.append(
                Arrow(
                    need=need_id,
                    feature=bar.feature.id,
                    from_x=need.end_x,
                    from_y=end,
                    bend_y=end + 3,
                    to_x=bar.x,
                    to_y=bar.y + style.bar_y + style.bar / 2,
                    is_broken=is_broken(need.span, bar.span),
                )
            )
    return tuple(found)
