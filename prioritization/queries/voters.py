"""Reads who voted how on a feature, for those whom the rounds promise to show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from prioritization.queries.ratings import ANONYMOUS, standing_votes
from roadmap.models import Feature
from stakeholders.models import Department, Seat


@dataclass(frozen=True)
class Voter:
    """One person's votes on a feature; `values` in the order of the criteria, None where they gave none."""

    seat: Seat
    department: str
    values: list[int | None]


def voters(feature: Feature, criteria: Sequence[str], *, names: Collection[str]) -> list[Voter]:
    """Return everybody whose votes on a feature stand and may be seen with their name, by name: three queries.

    criteria  keys, in the order of `values`
    names     as `access.names_seen_by` gives them; anonymous votes are left out whatever it says
    """
    given: dict[int, dict[str, int]] = defaultdict(dict)
    department_of = {}
    for vote in standing_votes([feature.pk]):
        if vote.secrecy in names and vote.secrecy != ANONYMOUS and vote.value is not None:
            given[vote.seat_id][vote.criterion] = vote.value
            department_of[vote.seat_id] = vote.department_id
    seats = Seat.objects.filter(pk__in=given).select_related("user").order_by("user__name", "pk")
    titles = dict(Department.objects.filter(pk__in=set(department_of.values()) - {None}).values_list("pk", "name"))
    return [
        Voter(seat, titles.get(department_of[seat.pk] or 0, ""), [given[seat.pk].get(key) for key in criteria])
        for seat in seats
    ]
