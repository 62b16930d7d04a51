"""Numbers, dates and spans of time as Accord writes them: on pages, in mails, on the status line.

Every unit follows a no-break space; unknown is an en dash; minus is a real minus; intervals have an en dash.
"""

from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags import humanize
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from stakeholders.rules.nearness import Unit, nearness

UNKNOWN = "–"
NO_BREAK = "\u00a0"
Number = int | float | Decimal
Zone = str | tzinfo | None


# numbers


def decimal(value: Number | None, places: int = 0) -> str:
    """Return the number with exactly `places` decimals, halves rounded up, grouped by thousands, with a true minus."""
    if value is None:
        return UNKNOWN
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = formats.number_format(abs(rounded), decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"−{text}" if rounded < 0 else text


def days(value: Number | None) -> str:
    """Return person-days, "44 d"; a half day shows, "12.5 d"."""
    if value is None:
        return UNKNOWN
    places = 0 if Decimal(str(value)) == Decimal(str(value)).to_integral_value() else 1
    return _("%(number)s\u00a0d") % {"number": decimal(value, places)}


def share(value: Number | None, places: int = 0) -> str:
    """Return a share in [0, 1] as "35 %", or "33.3 %" with one place."""
    if value is None:
        return UNKNOWN
    return _("%(number)s\u00a0%%") % {"number": decimal(Decimal(str(value)) * 100, places)}


def ordinal(value: int) -> str:
    """Return "1st", or "3,888th"."""
    return str(humanize.ordinal(value)).replace(str(value), decimal(value))


def signed(value: Number | None, places: int = 1) -> str:
    """Return "+0.7", "−0.7" or "0.0": a change, whose direction matters."""
    if value is None:
        return UNKNOWN
    text = decimal(value, places)
    return f"+{text}" if not text.startswith("−") and any(digit in text for digit in "123456789") else text


def plus_minus(value: Number | None, places: int = 1) -> str:
    """Return "± 0.5": half the width of an interval."""
    return UNKNOWN if value is None else f"±{NO_BREAK}{decimal(value, places)}"


def interval(low: Number | None, high: Number | None, places: int = 0) -> str:
    """Return "11–30", or "–" when an end is unknown; one number when both ends read the same."""
    if low is None or high is None:
        return UNKNOWN
    first, last = decimal(low, places), decimal(high, places)
    return first if first == last else f"{first}–{last}"


def duration(seconds: Number) -> str:
    """Return a span that a person plans with: "20 s", "2 min", "3 h 10"; below a minute in tens of seconds."""
    if seconds < 60:
        return _("%(number)s\u00a0s") % {"number": max(10, round(seconds / 10) * 10)}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(number)s\u00a0min") % {"number": minutes}
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(hours)s\u00a0h") % {"hours": hours}
    return _("%(hours)s\u00a0h\u00a0%(minutes)02d") % {"hours": hours, "minutes": rest}


# dates and instants


def as_zone(zone: Zone) -> tzinfo:
    """Return the zone by name or as it is; None is the zone that the request is served in."""
    if isinstance(zone, str) and zone:
        return ZoneInfo(zone)
    return zone if isinstance(zone, tzinfo) else timezone.get_current_timezone()


def city(zone: Zone) -> str:
    """Return the place that names a zone: "Berlin", "New York", "UTC"."""
    return str(as_zone(zone)).rpartition("/")[2].replace("_", " ")


def abbreviation(moment: datetime) -> str:
    """Return "CET"; zones without letters of their own give "UTC+3"."""
    name = moment.tzname() or ""
    return f"UTC{name.replace('-', '−')}" if name[:1] in "+-" else name


def _local(value: date | datetime, zone: Zone) -> date | datetime:
    return value.astimezone(as_zone(zone)) if isinstance(value, datetime) else value


def _dated(value: date | datetime, pattern: str) -> str:
    return formats.date_format(value, pattern).replace(" ", NO_BREAK)


def day(value: date | datetime | None, zone: Zone = None) -> str:
    """Return "Fri 27 Nov", for tables; an instant is read in `zone`."""
    return UNKNOWN if value is None else _dated(_local(value, zone), pgettext("day in a table", "D j M"))


def day_and_year(value: date | datetime | None, zone: Zone = None) -> str:
    """Return "27 Nov 2026", for what may lie in another year."""
    return UNKNOWN if value is None else _dated(_local(value, zone), pgettext("day and year", "j M Y"))


def long_day(value: date | datetime | None, zone: Zone = None) -> str:
    """Return "Friday 27 November 2026", where someone must act."""
    if value is None:
        return UNKNOWN
    return formats.date_format(_local(value, zone), pgettext("day in a sentence", "l j F Y"))


def clock_time(value: datetime | None, zone: Zone = None) -> str:
    """Return "14:02"."""
    return UNKNOWN if value is None else formats.date_format(_local(value, zone), pgettext("time of day", "H:i"))


def to_the_second(value: datetime, zone: Zone = None) -> str:
    """Return "17:00:03", where it was a matter of seconds."""
    return formats.date_format(_local(value, zone), pgettext("time of day with seconds", "H:i:s"))


def instant(value: datetime | None, zone: Zone = None) -> str:
    """Return "Fri 27 Nov, 17:00 CET", for tables and pills."""
    if value is None:
        return UNKNOWN
    local = value.astimezone(as_zone(zone))
    return _("%(day)s, %(time)s\u00a0%(zone)s") % {
        "day": day(local, local.tzinfo),
        "time": clock_time(local, local.tzinfo),
        "zone": abbreviation(local),
    }


def long_instant(value: datetime | None, zone: Zone = None) -> str:
    """Return "Friday 27 November 2026, 17:00 in Berlin (CET)", where someone must act."""
    if value is None:
        return UNKNOWN
    local = value.astimezone(as_zone(zone))
    parts = {
        "day": long_day(local, local.tzinfo),
        "time": clock_time(local, local.tzinfo),
        "city": city(local.tzinfo),
        "zone": abbreviation(local),
    }
    if parts["city"] == parts["zone"]:
        return _("%(day)s, %(time)s\u00a0%(zone)s") % parts
    return _("%(day)s, %(time)s in %(city)s (%(zone)s)") % parts


def elsewhere(value: datetime, *, zone: Zone, own_zone: Zone) -> str:
    """Return "11:00 for you (New York)", or "" when the reader's clock shows the same as the product's."""
    there, here = value.astimezone(as_zone(zone)), value.astimezone(as_zone(own_zone))
    if there.utcoffset() == here.utcoffset():
        return ""
    parts = {"time": clock_time(here, here.tzinfo), "day": day(here, here.tzinfo), "city": city(own_zone)}
    if there.date() == here.date():
        return _("%(time)s for you (%(city)s)") % parts
    return _("%(day)s, %(time)s for you (%(city)s)") % parts


def relative(value: datetime | date | None, *, now: datetime, zone: Zone = None) -> str:
    """Return "in 3 days", "4 days ago", "in 5 hours", "today": only ever beside an absolute time."""
    if value is None:
        return UNKNOWN
    where = as_zone(zone)
    if not isinstance(value, datetime):
        distance = (value - now.astimezone(where).date()).days
        return _("today") if distance == 0 else _in_days(distance)
    near = nearness(value, now=now, zone=where)
    size = abs(near.number)
    match near.unit:
        case Unit.DAYS:
            return _in_days(near.number)
        case Unit.HOURS if near.number > 0:
            return ngettext("in %(count)d hour", "in %(count)d hours", size) % {"count": size}
        case Unit.HOURS:
            return ngettext("%(count)d hour ago", "%(count)d hours ago", size) % {"count": size}
        case Unit.MINUTES if near.number > 0:
            return ngettext("in %(count)d minute", "in %(count)d minutes", size) % {"count": size}
        case Unit.MINUTES:
            return ngettext("%(count)d minute ago", "%(count)d minutes ago", size) % {"count": size}
    return _("now")


def _in_days(count: int) -> str:
    size = abs(count)
    if count > 0:
        return ngettext("in %(count)d day", "in %(count)d days", size) % {"count": size}
    return ngettext("%(count)d day ago", "%(count)d days ago", size) % {"count": size}
