"""Reads the ratings that count: of each seat the latest one per feature and criterion, across all voting rounds.

Whatever is shown of votes is made of these, or of the tallies made of these: the promise of an anonymous round (rules.secrecy)
is kept here, and by nobody else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.db.models import QuerySet

from prioritization.models import Ballot, Rating, VotingRound
from prioritization.rules.secrecy import put_together

ANONYMOUS = VotingRound.Secrecy.ANONYMOUS


class Vote(NamedTuple):
    """A rating that stands, with the weight and the department that its round froze. No value is "no opinion".

    An anonymous one has the weight 1, because a weight of one's own tells whose it is. It has its department where that
    many gave a value that it may be shown, else None.
    """

    feature_id: int
    criterion: str
    seat_id: int
    value: int | None
    weight: float
    department_id: int | None
    secrecy: str = VotingRound.Secrecy.MANAGERS


class _Row(NamedTuple):
    """A rating as it is stored, with what its round is."""

    feature_id: int
    criterion: str
    seat_id: int
    value: int | None
    weight: float
    department_id: int | None
    secrecy: str
    shown_at: datetime | None
    shown_value: int | None
    round_id: int
    opened_at: datetime
    revealed_at: datetime | None
    closed_at: datetime | None
    arrived_at: datetime
    pk: int

    @property
    def vote(self) -> Vote:
        return Vote(*self[:7])

    @property
    def is_over(self) -> bool:
        return self.revealed_at is not None or self.closed_at is not None

    @property
    def segment(self) -> int:
        """0 for rounds with names, else the anonymous round."""
        return self.round_id if self.secrecy == ANONYMOUS else 0


def counted_ratings() -> QuerySet[Rating]:
    """Return the ratings that count, of all products: those of withdrawn rounds do not.

    Everything that scores, tallies or explains votes begins here.
    """
    return Rating.objects.filter(ballot__voting__round__cancelled_at=None)


def counted_ballots() -> QuerySet[Ballot]:
    """Return the ballots whose ratings count; see `counted_ratings`."""
    return Ballot.objects.filter(voting__round__cancelled_at=None)


def standing_votes(feature_ids: Collection[int]) -> list[Vote]:
    """Return everybody's latest rating of these features, in one query.

    "No opinion" given later takes an earlier rating back. Of two that came at the same instant the later row stands. What
    an open anonymous round got is left out until its batch comes out; see `rules.secrecy`.
    """
    rows = (
        counted_ratings()
        .filter(feature_id__in=feature_ids)
        .order_by("arrived_at", "pk")
        .values_list(
            "feature_id",
            "criterion",
            "ballot__invitation__seat_id",
            "value",
            "ballot__invitation__weight",
            "ballot__invitation__department_id",
            "ballot__voting__secrecy",
            "shown_at",
            "shown_value",
            "ballot__voting__round_id",
            "ballot__voting__round__opened_at",
            "ballot__voting__revealed_at",
            "ballot__voting__round__closed_at",
            "arrived_at",
            "pk",
        )
    )
    cells: dict[tuple[int, str], list[_Row]] = defaultdict(list)
    for row in map(_Row._make, rows):
        cells[row.feature_id, row.criterion].append(row)
    return [vote for cell in cells.values() for vote in _standing(cell)]


def _standing(cell: list[_Row]) -> Iterable[Vote]:
    """Return the votes that stand on one feature and criterion, of rows in the order of their arrival.

    What an anonymous round left behind stands as a whole until a later round that is over replaces it as a whole: one
    vote replaced by a known one would show itself as the difference.
    """
    if not any(row.segment for row in cell):
        return {row.seat_id: row.vote for row in cell}.values()
    standing: dict[int, Vote] = {}
    as_a_whole: set[int] = set()
    in_order = sorted(cell, key=lambda row: (row.opened_at, row.round_id))
    for segment, rows in groupby(in_order, key=lambda row: row.segment):
        votes = {vote.seat_id: vote for vote in _votes_of(segment, list(rows), is_replacing=bool(as_a_whole))}
        if votes and as_a_whole:
            standing = {seat: vote for seat, vote in standing.items() if seat not in as_a_whole}
            as_a_whole = set()
        standing |= votes
        if segment and any(row.is_over for row in cell if row.segment == segment):
            as_a_whole = set(votes)
    return standing.values()


def _votes_of(segment: int, rows: list[_Row], *, is_replacing: bool) -> Iterator[Vote]:
    """Yield what one anonymous round, or the rounds with names between two such, has to say about a cell."""
    is_over = any(row.is_over for row in rows)
    if is_replacing and not is_over:
        return
    if segment and not is_over:
        for row in rows:
            if row.shown_at is not None:
                department = None if row.shown_value is None else row.department_id
                yield row.vote._replace(value=row.shown_value, weight=1.0, department_id=department)
    elif segment:
        together = put_together(Counter(row.department_id for row in rows if row.value is not None))
        for row in rows if together is not None else ():
            is_apart = row.value is not None and row.department_id not in (together or ())
            yield row.vote._replace(weight=1.0, department_id=row.department_id if is_apart else None)
    else:
        yield from (row.vote for row in sorted(rows, key=lambda row: (row.arrived_at, row.pk)))
