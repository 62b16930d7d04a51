"""Knows which one feature to move, and where to, so that a team has room again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Movable:
    """A feature that a team works on in an overfull release; `rank` 1 is best, None is unranked."""

    title: str
    days: float
    rank: int | None
    is_begun: bool = False


def relief(excess: float, features: Sequence[Movable], rooms: Sequence[tuple[str, float]]) -> tuple[str, str] | None:
    """Return (feature, release): the one move that would end an excess of person-days; None when no single one would.

    rooms  (release, person-days that the team has left there), the next release first

    Moved is what matters least: unranked features first, then the worst ranked; ones that were begun never. It goes to
    the first release with room for it, and if there is none, the next feature is looked at.
    """
    candidates = [each for each in features if not each.is_begun and each.days >= excess - 1e-9]
    for each in sorted(candidates, key=lambda one: (one.rank is not None, -(one.rank or 0), one.days)):
        for release, left in rooms:
            if each.days <= left + 1e-9:
                return each.title, release
    return None
