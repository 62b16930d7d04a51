"""What a deadline typed on a form means: a wall time or a date, in a zone, as one instant.

Kept are the instant, the zone and the wall time as they were typed. The instant decides; the other two say what was
meant, so that a page can tell when time zone data have changed since (`drift`).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

GRACE = timedelta(seconds=5)
"""How long after the deadline nobody may close a round.

An answer that arrived in time may still be waiting for its lock; it gets at most `LOCK_TIMEOUT` for that.
"""

LOCK_TIMEOUT = timedelta(seconds=3)
"""How long an answer waits for the round's row before it gives up; shorter than `GRACE`, and a test holds that."""


class UnknownZone(ValueError):
    """The zone is not in the IANA database; `zone` is what was asked for."""

    def __init__(self, zone: str) -> None:
        super().__init__(zone)
        self.zone = zone


class SkippedTime(ValueError):
    """The clocks of the zone jump over the wall time; `next_valid` is the first wall time after the jump."""

    def __init__(self, wall: datetime | date, next_valid: datetime) -> None:
        super().__init__(f"{wall.isoformat()} does not exist; next is {next_valid.isoformat()}")
        self.wall = wall
        self.next_valid = next_valid


@dataclass(frozen=True, slots=True)
class Deadline:
    """One instant and how it was typed.

    at     UTC; an answer counts when it arrived before it, not at it
    zone   IANA name
    wall   ISO 8601 without offset, as typed: "2026-11-27T17:00", or "2026-11-27" for the end of that day
    twice  the wall time happens twice there (clocks go back); `at` is the first of the two, unless `later` was asked for
    """

    at: datetime
    zone: str
    wall: str
    twice: bool = False

    @property
    def is_end_of_day(self) -> bool:
        return "T" not in self.wall


def read(wall: datetime | date, zone: str, *, later: bool = False) -> Deadline:
    """Return the deadline that a person means by `wall` in `zone`.

    wall    a naive datetime, or a date, which means the end of that day there (the first instant of the next day)
    later   of a wall time that happens twice, take the second

    Raises UnknownZone, SkippedTime, and ValueError for a datetime that carries an offset of its own.
    """
    tz = zone_named(zone)
    if not isinstance(wall, datetime):
        return Deadline(at=_end_of(wall, tz), zone=zone, wall=wall.isoformat())
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no offset")
    wall = wall.replace(second=0, microsecond=0, fold=0)
    first, second = _instants(wall, tz)
    if second < first:
        raise SkippedTime(wall, _wall(_change_between(second, first, tz), tz))
    return Deadline(
        at=second if later else first, zone=zone, wall=wall.isoformat(timespec="minutes"), twice=first != second
    )


def drift(deadline: Deadline) -> timedelta:
    """Return how much later than the stored instant today's time zone data would put the wall time; mostly zero.

    A wall time that has been skipped since counts as the instant of the jump; one that happens twice drifts only if
    neither of its instants is the stored one.
    """
    tz = zone_named(deadline.zone)
    if deadline.is_end_of_day:
        return _end_of(date.fromisoformat(deadline.wall), tz, skipped_is_fine=True) - deadline.at
    first, second = _instants(datetime.fromisoformat(deadline.wall), tz)
    if second < first:
        first = second = _change_between(second, first, tz)
    return min((first - deadline.at, second - deadline.at), key=abs)


def zone_named(zone: str) -> ZoneInfo:
    """Return the zone of that IANA name. Raises UnknownZone."""
    if zone not in _zones():
        raise UnknownZone(zone)
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(zone) from error


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _instants(wall: datetime, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants of both folds: equal on ordinary days, rising where time happens twice, falling in a gap."""
    first, second = (wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _wall(at: datetime, tz: ZoneInfo) -> datetime:
    return at.astimezone(tz).replace(tzinfo=None, fold=0)


def _change_between(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """Return the first second after `before` at which the zone's offset is that of `after`; one change between them."""
    new = after.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(tz).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    """Return the first instant of `day`, or of the next one that exists."""
    first, second = _instants(datetime.combine(day, time.min), tz)
    return _change_between(second, first, tz) if second < first else first


def _end_of(day: date, tz: ZoneInfo, *, skipped_is_fine: bool = False) -> datetime:
    """Return the first instant after `day`. Raises SkippedTime for a day that the zone never had."""
    end = _midnight(day + timedelta(days=1), tz)
    if end == _midnight(day, tz) and not skipped_is_fine:
        raise SkippedTime(day, _wall(end, tz))
    return end
