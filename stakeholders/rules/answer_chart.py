"""The geometry of "answers over time": a step line from the opening to the deadline, in the units of its viewBox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WIDTH, HEIGHT = 400, 164
LEFT, RIGHT, TOP, BOTTOM = 28, 392, 14, 136
"""The frame of the drawing; numbers stand left of it, days below."""

MOST_DAYS = 8
"""Labels under the axis at most."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid: where, and what stands beside it (a number, or a day)."""

    at: float
    label: int | date
    with_month: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws. `end` is the dot of the latest count; `days` are for the table twin."""

    line: str
    end: tuple[float, float]
    count: int
    numbers: Sequence[Tick]
    dates: Sequence[Tick]
    reminders: Sequence[float]
    days: Sequence[tuple[date, int]]


def draw(
    opened_at: datetime,
    deadline_at: datetime,
    until: datetime,
    answers: Sequence[datetime],
    *,
    asked: int,
    reminders: Sequence[datetime],
    zone: str,
) -> Chart:
    """Return the chart of a round that people answered at these instants.

    until      where the line ends: now, or when the round closed; not before the opening, at most the deadline
    answers    when each person had answered, in any order; later than `until` is left out
    asked      people asked: the top of the scale is at least that
    reminders  instants of reminders sent; the same instant counts once
    """
    tz = ZoneInfo(zone)
    until = max(opened_at, min(until, deadline_at))
    known = sorted(max(opened_at, at) for at in answers if at <= until)
    top = max(asked, len(known), 1)
    span = (deadline_at - opened_at) / timedelta(seconds=1)

    def x(at: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((at - opened_at) / timedelta(seconds=1)) / span, 1)

    def y(count: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * count / top, 1)

    path = [f"M{x(opened_at)} {y(0)}"]
    for count, at in enumerate(known, start=1):
        path.append(f"H{x(at)}V{y(count)}")
    path.append(f"H{x(until)}")
    return Chart(
        line="".join(path),
        end=(x(until), y(len(known))),
        count=len(known),
        numbers=[Tick(y(number), number) for number in _numbers(top)],
        dates=[
            Tick(x(max(at, opened_at)), at.astimezone(tz).date(), month)
            for at, month in _dates(opened_at, deadline_at, tz)
        ],
        reminders=[x(at) for at in sorted(set(reminders)) if opened_at <= at <= deadline_at],
        days=_days(opened_at, until, known, tz),
    )


def _numbers(top: int) -> list[int]:
    """Return round numbers from 0, and the top itself; a number too near the top gives way to it."""
    step = next(
        step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, top) if top / step <= 4 or step >= top
    )
    numbers = [number for number in range(0, top, step) if top - number >= step * 0.7]
    return [*numbers, top]


def _dates(opened_at: datetime, deadline_at: datetime, tz: ZoneInfo) -> list[tuple[datetime, bool]]:
    """Return the midnights to label, at most `MOST_DAYS`, the day of opening first; the month with the first of each."""
    first, last = opened_at.astimezone(tz).date(), (deadline_at - timedelta(microseconds=1)).astimezone(tz).date()
    days, span = (last - first).days, deadline_at - opened_at
    step = max(1, -(-(days + 1) // MOST_DAYS))
    labelled, month = [], None
    for number in range(0, days + 1, step):
        day = first + timedelta(days=number)
        at = datetime(day.year, day.month, day.day, tzinfo=tz)
        if number and (at - opened_at < span / 7 or deadline_at - at < span / 24):
            continue  # it would run into the first label, which is the longest, or out of the frame
        labelled.append((max(at, opened_at), day.month != month))
        month = day.month
    return labelled


def _days(opened_at: datetime, until: datetime, known: Sequence[datetime], tz: ZoneInfo) -> list[tuple[date, int]]:
    """Return each day on which someone answered, and how many had by its end; the first and the last day always."""
    counts: dict[date, int] = {opened_at.astimezone(tz).date(): 0}
    for count, at in enumerate(known, start=1):
        counts[at.astimezone(tz).date()] = count
    counts.setdefault(until.astimezone(tz).date(), len(known))
    return sorted(counts.items())
