"""Whether a deadline falls into hours in which people work."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

BEGIN, END = time(8), time(18)
"""The working day; both ends belong to it."""

FRIDAY = 4


class Off(Enum):
    """Why few people work then."""

    WEEKEND = "weekend"
    NIGHT = "night"


def off_hours(at: datetime, zone: ZoneInfo, *, is_end_of_day: bool = False) -> Off | None:
    """Return why few people are at work at this instant in that zone, or None when they are. Holidays are not known.

    is_end_of_day  the deadline is the end of a day: then only that day counts, not the midnight
    """
    local = (at - timedelta(microseconds=1) if is_end_of_day else at).astimezone(zone)
    if local.weekday() > FRIDAY:
        return Off.WEEKEND
    if not is_end_of_day and not BEGIN <= local.time().replace(second=0, microsecond=0) <= END:
        return Off.NIGHT
    return None
