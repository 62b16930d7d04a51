"""How the values of an objective's measure read: with their unit, an amount of money with its sign in front."""

from __future__ import annotations

from stakeholders import wording

MONEY = ("€", "$", "£", "¥", "CHF", "EUR", "USD", "GBP")


def measured(value: float | None, unit: str = "") -> str:
    """Return a measure's value with its unit: "3.2 h", "5.8 %", "€ 6.20"; two decimals at most."""
    if value is None:
        return wording.UNKNOWN
    is_money = unit in MONEY
    number = wording.decimal(value, 2 if is_money and value != int(value) else _places(value))
    if not unit:
        return number
    return f"{unit}\u00a0{number}" if is_money else f"{number}\u00a0{unit}"


def _places(value: float) -> int:
    """Return as many decimals as a value has, two at most."""
    return next((places for places in (0, 1) if round(value, places) == value), 2)
