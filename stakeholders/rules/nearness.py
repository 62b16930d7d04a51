"""How near an instant is, in the unit that people would say it in: calendar days, then hours, then minutes."""

from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Unit(StrEnum):
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    NOW = "now"


class Nearness(NamedTuple):
    """`number` of `unit` between now and the instant; negative when it is past, 0 only with Unit.NOW."""

    unit: Unit
    number: int


class Urgency(StrEnum):
    FAR = "far"
    SOON = "soon"
    NOW = "now"
    PAST = "past"


def nearness(instant: datetime, *, now: datetime, zone: tzinfo) -> Nearness:
    """Return how far `instant` lies from `now`, both aware.

    From 24 hours on, midnights in `zone` are counted, as people do: Tuesday 18:00 to Friday 17:00 is 3 days, though
    only 71 hours. Below, whole hours, then whole minutes, are counted and rounded toward now, so that nobody is
    told that they have more time than they have.
    """
    distance = instant - now
    sign, size = (1, distance) if distance >= timedelta(0) else (-1, -distance)
    if size >= DAY:
        days = abs((instant.astimezone(zone).date() - now.astimezone(zone).date()).days)
        return Nearness(Unit.DAYS, sign * days)
    if size >= HOUR:
        return Nearness(Unit.HOURS, sign * (size // HOUR))
    if size >= MINUTE:
        return Nearness(Unit.MINUTES, sign * (size // MINUTE))
    return Nearness(Unit.NOW, 0)


def urgency(deadline: datetime, *, now: datetime, zone: tzinfo) -> Urgency:
    """Return PAST from the deadline on, NOW in the last 24 hours, SOON up to 3 days before, else FAR."""
    if now >= deadline:
        return Urgency.PAST
    if deadline - now <= DAY:
        return Urgency.NOW
    return Urgency.SOON if nearness(deadline, now=now, zone=zone).number <= 3 else Urgency.FAR
