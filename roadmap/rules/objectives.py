"""Knows whether a measure goes the way it should, and where a sparkline's points lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SLOW_BELOW = 0.5
"""With less than half of what an even pace would have brought, the way is slow."""


class Course(StrEnum):
    REACHED = "reached"
    ON_THE_WAY = "on-the-way"
    SLOW = "slow"
    WRONG_WAY = "wrong-way"
    UNKNOWN = "unknown"


def course_of(
    *,
    baseline: float | None,
    current: float | None,
    target: float | None,
    began_on: date | None = None,
    due_on: date | None = None,
    today: date | None = None,
) -> Course:
    """Return which way a measure goes from its baseline to its target.

    Covered is the share of the way from baseline to target; below 0 it is the wrong way, from 1 on it is reached. With
    both dates the pace counts: at an even pace (today − began) / (due − began) would be covered by now; less than half of
    that is slow. Without dates, or on the first day, everything above 0 is on the way and 0 itself is slow. A measure that
    lacks one of its three numbers, or whose target is its baseline, is unknown.
    """
    if baseline is None or current is None or target is None or baseline == target:
        return Course.UNKNOWN
    covered = (current - baseline) / (target - baseline)
    if covered >= 1:
        return Course.REACHED
    if covered < 0:
        return Course.WRONG_WAY
    if began_on and due_on and today and began_on < today and began_on < due_on:
        expected = min((today - began_on) / (due_on - began_on), 1.0)
        return Course.SLOW if covered < SLOW_BELOW * expected else Course.ON_THE_WAY
    return Course.ON_THE_WAY if covered > 0 else Course.SLOW


@dataclass(frozen=True, slots=True)
class Spark:
    """A sparkline in a box: the points of its line, where the target lies, and its last point."""

    points: tuple[tuple[float, float], ...]
    target_y: float | None

    @property
    def last(self) -> tuple[float, float]:
        return self.points[-1]


def spark(
    measured: Sequence[tuple[date, float]], *, target: float | None, width: float, height: float, margin: float = 4
) -> Spark | None:
    """Return where the values of a measure lie in a box of width × height; None with fewer than two of them.

    measured  (day, value), the earliest first; days are to scale, so that a gap is a gap

    The y scale reaches from the least to the most of all values and the target; when all are equal they lie in the middle.
    """
    if len(measured) < 2:
        return None
    days = [day.toordinal() for day, _ in measured]
    values = [value for _, value in measured]
    low, high = (
        min([*values, *([] if target is None else [target])]),
        max([*values, *([] if target is None else [target])]),
    )
    span = max(days[-1] - days[0], 1)

    def y(value: float) -> float:
        share = 0.5 if high == low else (high - value) / (high - low)
        return round(margin + share * (height - 2 * margin), 1)

    points = tuple(
        (round(margin + (day - days[0]) / span * (width - 2 * margin), 1), y(value))
        for day, value in zip(days, values, strict=True)
    )
    return Spark(points, None if target is None else y(target))
