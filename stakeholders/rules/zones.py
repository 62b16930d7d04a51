"""Knows which time zones there are."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

AREAS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/",
)  # fmt: skip


@cache
def zone_names() -> tuple[str, ...]:
    """Names that people choose from, sorted: area/city names and UTC."""
    return tuple(sorted(name for name in available_timezones() if name == "UTC" or name.startswith(AREAS)))


def is_zone(name: str) -> bool:
    """Whether `name` is a zone of the tz database."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
