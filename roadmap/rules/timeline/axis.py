"""Knows the time axis: whole quarters, and where on it a day lies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from roadmap.rules.timeline.spans import quarter_start

FEWEST_QUARTERS = 4
MOST_QUARTERS = 48
QUARTERS_BEFORE_TODAY = 2


def quarters_after(day: date, count: int) -> date:
    """Return the first day of the quarter that comes `count` quarters after that of `day`; `count` may be negative."""
    months = day.year * 12 + (day.month - 1) // 3 * 3 + count * 3
    return date(months // 12, months % 12 + 1, 1)


def quarters_between(start: date, end: date) -> int:
    return (end.year - start.year) * 4 + (end.month - 1) // 3 - (start.month - 1) // 3


@dataclass(frozen=True, slots=True)
class Tick:
    """A quarter or a month: `x` and `width` in percent of the axis."""

    begins_on: date
    x: float
    width: float

    @property
    def quarter(self) -> int:
        return (self.begins_on.month - 1) // 3 + 1


@dataclass(frozen=True, slots=True)
class Axis:
    """begins_on   first day of a quarter
    ends_on     the day after the last one: first day of a quarter too"""

    begins_on: date
    ends_on: date

    def share(self, day: date) -> float:
        """Return where `day` begins, in percent of the axis; days outside lie on its nearer end."""
        part = (day - self.begins_on).days / (self.ends_on - self.begins_on).days
        return round(100 * min(max(part, 0.0), 1.0), 3)

    def share_of_end(self, day: date) -> float:
        return self.share(min(day, self.ends_on) + timedelta(days=1))

    def holds(self, day: date) -> bool:
        return self.begins_on <= day < self.ends_on

    @property
    def quarters(self) -> tuple[Tick, ...]:
        count = quarters_between(self.begins_on, self.ends_on)
        return self._ticks([quarters_after(self.begins_on, n) for n in range(count + 1)])

    @property
    def months(self) -> tuple[Tick, ...]:
        first = self.begins_on.year * 12 + self.begins_on.month - 1
        last = self.ends_on.year * 12 + self.ends_on.month - 1
        return self._ticks([date(n // 12, n % 12 + 1, 1) for n in range(first, last + 1)])

    def _ticks(self, days: list[date]) -> tuple[Tick, ...]:
        return tuple(
            Tick(start, self.share(start), round(self.share(end) - self.share(start), 3))
            for start, end in zip(days, days[1:], strict=False)
        )


def axis_for(days: Iterable[date], *, today: date, whole: bool = False) -> Axis:
    """Return the axis that shows today and `days`, in whole quarters, at least four and at most forty-eight.

    whole   also show what lies further back than two quarters before today; such days are cut off otherwise

    Days far in the future are cut off rather than squeezing the rest. No days: four quarters from today's.
    """
    shown = [today, *days]
    back = -MOST_QUARTERS // 2 if whole else -QUARTERS_BEFORE_TODAY
    begins_on = max(quarter_start(min(shown)), quarters_after(today, back))
    furthest = min(max(shown), quarters_after(begins_on, MOST_QUARTERS))  # the calendar itself ends with the year 9999
    ends_on = quarters_after(furthest, 1)
    count = min(max(quarters_between(begins_on, ends_on), FEWEST_QUARTERS), MOST_QUARTERS)
    return Axis(begins_on, quarters_after(begins_on, count))
