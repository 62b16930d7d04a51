"""Knows what is now, next and later, and what is in which quarter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from roadmap.rules.timeline.facts import Precision, Release
from roadmap.rules.timeline.lanes import Placed, release_order
from roadmap.rules.timeline.spans import quarter_start


class Horizon(StrEnum):
    SHIPPED = "shipped"
    NOW = "now"
    NEXT = "next"
    LATER = "later"


def coming(releases: Iterable[Release], today: date) -> list[Release]:
    """Return the dated releases that have not ended before today, next one first; the first is the current one."""
    return [each for each in sorted(releases, key=release_order) if each.ends_on is not None and each.ends_on >= today]


def horizon_of(member: Placed, ahead: Sequence[Release], today: date) -> Horizon:
    """Return when the feature comes.

    ahead   what `coming` returns

    Now ends in the current release, next in the one after it, later in any other or at a coarse date. A feature with a
    release goes by that; one without goes by the release in whose window its day or month ends. What should have ended
    earlier and has not is now. Shipped earlier than in the current release: SHIPPED. No release ahead: all is later.
    """
    feature, release = member.feature, member.release
    if release is not None and release.ends_on is not None:
        ends_on: date | None = release.ends_on
    elif feature.precision in (Precision.LATER, Precision.QUARTER) or member.span is None:
        ends_on = None
    else:
        ends_on = member.span.ends_on
    if feature.is_shipped:
        return Horizon.NOW if release is not None and ahead and release.id == ahead[0].id else Horizon.SHIPPED
    if feature.precision is Precision.LATER or ends_on is None:
        return Horizon.LATER
    if ends_on < today:
        return Horizon.NOW
    place = next((n for n, each in enumerate(ahead) if each.ends_on and ends_on <= each.ends_on), len(ahead))
    if not ahead or place > 1:
        return Horizon.LATER
    return Horizon.NOW if place == 0 else Horizon.NEXT


@dataclass(frozen=True, slots=True)
class QuarterGroup:
    """begins_on   first day of the quarter in which the members end; None for "later"
    horizon     that of all members, None where they differ"""

    begins_on: date | None
    horizon: Horizon | None
    members: tuple[Placed, ...]


def by_quarter(members: Iterable[Placed], releases: Iterable[Release], today: date) -> tuple[QuarterGroup, ...]:
    """Return the members grouped by the quarter in which they end, soonest first, "later" last; order within is kept."""
    ahead = coming(releases, today)
    groups: dict[date | None, list[Placed]] = {}
    for member in members:
        quarter = quarter_start(member.span.ends_on) if member.span else None
        groups.setdefault(quarter, []).append(member)
    result = []
    for quarter in sorted(groups, key=lambda day: (day is None, day or date.max)):
        horizons = {horizon_of(member, ahead, today) for member in groups[quarter]}
        result.append(QuarterGroup(quarter, horizons.pop() if len(horizons) == 1 else None, tuple(groups[quarter])))
    return tuple(result)
