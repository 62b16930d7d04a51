"""Knows how many working days have passed."""

from datetime import date, timedelta


def working_days_after(start: date, end: date) -> int:
    """Return how many Mondays to Fridays come after `start`, up to and including `end`; 0 when `end` is not later.

    Holidays are not known, so they count: the rule that uses this asks for five, which leaves room for some.
    """
    days = max((end - start).days, 0)
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((start + timedelta(days=step)).weekday() < 5 for step in range(1, rest + 1))
