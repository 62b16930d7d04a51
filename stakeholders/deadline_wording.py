"""How a deadline is written: its own zone always shown, a day's end called so, never seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from stakeholders import wording
from stakeholders.rules.deadlines import Deadline, drift

A_MINUTE = timedelta(minutes=1)
"""Deadlines are typed and shown to the minute."""


class HasDeadline(Protocol):
    """A round; or an invitation, whose person may have got more time."""

    @property
    def deadline_at(self) -> datetime: ...

    @property
    def zone(self) -> str: ...

    @property
    def is_date_only(self) -> bool: ...


def short(of: HasDeadline) -> str:
    """Return "Fri 27 Nov, 17:00 CET", or "end of Fri 27 Nov (CET)"."""
    return short_at(of.deadline_at, of.zone, is_date_only=of.is_date_only)


def long(of: HasDeadline) -> str:
    """Return "Friday 27 November 2026, 17:00 in Berlin (CET)", or "the end of Friday 27 November 2026 in Berlin (CET)"."""
    return long_at(of.deadline_at, of.zone, is_date_only=of.is_date_only)


def short_at(at: datetime, zone: str, *, is_date_only: bool = False) -> str:
    if not is_date_only:
        return wording.instant(at, zone)
    last = _last_moment(at, zone)
    return _("end of %(day)s (%(zone)s)") % {"day": wording.day(last, zone), "zone": wording.abbreviation(last)}


def long_at(at: datetime, zone: str, *, is_date_only: bool = False) -> str:
    if not is_date_only:
        return wording.long_instant(at, zone)
    last = _last_moment(at, zone)
    parts = {"day": wording.long_day(last, zone), "city": wording.city(zone), "zone": wording.abbreviation(last)}
    if parts["city"] == parts["zone"]:
        return _("the end of %(day)s (%(zone)s)") % parts
    return _("the end of %(day)s in %(city)s (%(zone)s)") % parts


def drifted(at: datetime, zone: str, wall: str) -> str:
    """Return a sentence where the zone's clocks have been decreed anew since the deadline was typed as `wall`, or "".

    The instant stands; what it is called there is no longer what people were told.
    """
    typed = Deadline(at, zone, wall)
    if abs(drift(typed)) < A_MINUTE:
        return ""
    was = datetime.fromisoformat(wall)
    words = _("the end of %(day)s") if typed.is_end_of_day else _("%(day)s, %(time)s")
    return _(
        "It was set as %(was)s in %(city)s, where the rules for clocks have changed since: the same instant is now called"
        " %(now)s. The instant counts."
    ) % {
        "was": words % {"day": wording.day(was.date()), "time": f"{was:%H:%M}"},
        "city": wording.city(zone),
        "now": wording.instant(at, zone),
    }


def _last_moment(at: datetime, zone: str) -> datetime:
    return (at - timedelta(microseconds=1)).astimezone(wording.as_zone(zone))
