"""When silent people are reminded: dates that fit the length of a round, and how they move with its deadline."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from .deadlines import zone_named

MORNING = time(8)
"""Reminders of a long round go out when the working day begins, in the zone of the round."""

LAST_CALL = time(9)
"""The reminder on the day of the deadline."""

APART = timedelta(hours=1)
"""No person gets two mails of a round within this time, the invitation included."""

LEFT = timedelta(hours=1)
"""A reminder leaves at least this much time to answer."""

DAYS_BEFORE = (7, 2)

SETTLED = timedelta(days=1)
"""A morning within this time after the opening reminds nobody: they have just been asked."""


def schedule(opens_at: datetime, deadline_at: datetime, zone: str) -> list[datetime]:
    """Return when to remind those who are silent: UTC, rising, between the opening and the deadline.

    A round of a few days gets the mornings 7 days and 2 days before its last day, and that day itself, but none within
    `SETTLED` after the opening, save on the last day. One too short for any of them is reminded once, with a quarter of its time left; one shorter than two hours not at all: everybody
    would get two mails within the hour.

    All are at least `APART` after the opening and each other, and `LEFT` before the deadline.
    """
    last_day = _wall(deadline_at - timedelta(microseconds=1), zone).date()
    mornings = [datetime.combine(last_day - timedelta(days=days), MORNING) for days in DAYS_BEFORE]
    settled = [at for wall in mornings if (at := _instant(wall, zone)) >= opens_at + SETTLED]
    wanted = [*settled, _instant(datetime.combine(last_day, LAST_CALL), zone)]
    fitting = _fitting(wanted, opens_at, deadline_at)
    if fitting:
        return fitting
    late = deadline_at - (deadline_at - opens_at) / 4
    late = min(late, deadline_at - LEFT).replace(second=0, microsecond=0)
    return _fitting([late], opens_at, deadline_at)


def moved(
    waiting: Sequence[datetime], old_deadline_at: datetime, new_deadline_at: datetime, zone: str, now: datetime
) -> list[datetime]:
    """Return the reminders of a round whose deadline moves to a later instant, in place of those still waiting.

    Each keeps its hour and its distance in days from the last day. If the round has none left to send, it gets those of
    a round that opens now and ends at the new deadline.
    """
    last_days = [_wall(at - timedelta(microseconds=1), zone).date() for at in (old_deadline_at, new_deadline_at)]
    days = last_days[1] - last_days[0]
    kept = [_instant(_wall(at, zone) + days, zone) for at in waiting]
    return _fitting(kept, now, new_deadline_at) or schedule(now, new_deadline_at, zone)


def _fitting(instants: Sequence[datetime], opens_at: datetime, deadline_at: datetime) -> list[datetime]:
    chosen: list[datetime] = []
    earliest = opens_at + APART
    for at in sorted(instants):
        if earliest <= at <= deadline_at - LEFT:
            chosen.append(at)
            earliest = at + APART
    return chosen


def _wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(zone_named(zone)).replace(tzinfo=None, fold=0)


def _instant(wall: datetime, zone: str) -> datetime:
    """A reminder may fall into a gap or happen twice: nobody plans by it, the first instant will do."""
    return wall.replace(tzinfo=zone_named(zone)).astimezone(UTC)
