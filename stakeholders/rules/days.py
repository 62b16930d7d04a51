"""Which days Accord reckons with."""

from datetime import date

FIRST, LAST = date(1970, 1, 1), date(2200, 12, 31)
"""Far enough from both ends of the calendar that a day more or less, or another time zone, never leaves it."""


def is_known(day: date) -> bool:
    """Whether a day lies between the first and the last one."""
    return FIRST <= day <= LAST
