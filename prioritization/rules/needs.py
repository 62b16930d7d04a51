"""Knows in what order the things that need someone stand: by the harm that waiting does, and by how near it is."""

from __future__ import annotations

from enum import IntEnum

HALF_AFTER_DAYS = 7
"""So many days away, a harm weighs half of what it weighs today."""


class Harm(IntEnum):
    """How bad it is to leave it. Each step outweighs the one below it at the same distance."""

    UNTIDY = 1
    BLIND = 2
    WRONG = 3
    BROKEN = 4
    AGREEMENT = 6


def weight(harm: int, days_away: float | None) -> float:
    """Return how far up something stands; higher is first.

    harm       one of Harm
    days_away  days until it happens; 0 or less: it has happened; None: it happens at no day, and counts as a month away

    harm × nearness, with nearness 1 today, 1/2 in a week, 1/3 in two weeks. An objection that stands today so comes before
    a round that closes in three days, and that before a release that ends in a month and is over capacity.
    """
    distance = 30.0 if days_away is None else max(days_away, 0.0)
    return harm / (1 + distance / HALF_AFTER_DAYS)
