"""Rounding for the eye: parts that are shown rounded and still add up to the total shown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import floor


def round_to(value: float, digits: int) -> Decimal:
    """Return `value` rounded once, a half away from zero, as Django's `floatformat` shows it elsewhere."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def round_to_total(parts: Sequence[float], total: float, *, digits: int = 1) -> list[Decimal]:
    """Return `parts` rounded to `digits` decimals so that they add up to `total` rounded to `digits` decimals.

    parts  numbers of either sign whose exact sum is `total` (within float noise)

    Each part is cut down to its last shown digit; the units still missing go to the parts with the largest remainders,
    ties to the earlier part. So every shown part is at most one unit of its last digit away from the true one.
    No parts: an empty list. Raises ValueError when the parts do not sum to the total.
    Source: Hamilton's method; Balinski & Young, *Fair Representation*, 1982.
    """
    if not parts:
        return []
    if abs(sum(parts) - total) > 1e-6 * max(1.0, abs(total)):
        raise ValueError("The parts do not sum to the total.")
    unit = Decimal(1).scaleb(-digits)
    exact = [Decimal(part) / unit for part in parts]
    units = [floor(part) for part in exact]
    missing = int(round_to(total, digits) / unit) - sum(units)
    by_remainder = sorted(range(len(parts)), key=lambda i: (units[i] - exact[i], i))
    for i in by_remainder[:missing]:
        units[i] += 1
    return [unit * count for count in units]
