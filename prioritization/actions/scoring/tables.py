"""Reads all ratings of a product into tables of features by voters, without a Python object per rating."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from struct import unpack_from
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from prioritization.models import Rating, RatingStamp
from prioritization.queries.ratings import ANONYMOUS, Vote, counted_ballots, standing_votes
from prioritization.rules.rating_tables import Table

NOBODYS_DEPARTMENT = 0
ROWS_AT_ONCE = 100_000
COPY_HEADER = 19
Rows = NDArray[np.int64]
"""(r, 4): feature id, ballot id, index of the criterion, value or 0 for "no opinion"."""


@dataclass(frozen=True)
class RatingTables:
    """Every seat's latest rating of every feature and criterion.

    tables      one a criterion, (n, v), 0 is a gap; features in the order given, voters in that of their seats
    seat        (v,) ids; a seat whose weight or department changed between rounds has a column for each
    weight      (v,) as the round froze it
    department  (v,) id as the round froze it, NOBODYS_DEPARTMENT for those without one
    is_named    (v,) False for what an anonymous round got: nothing may be said of that voter
    """

    tables: tuple[Table, ...]
    seat: NDArray[np.int64]
    weight: NDArray[np.float64]
    department: NDArray[np.int64]
    is_named: NDArray[np.bool_]


def read_tables(
    product_id: int, ids: NDArray[np.int64], criteria: Sequence[str], *, kept: Kept | None = None
) -> tuple[RatingTables, Kept | None]:
    """Read the ratings of the features `ids` (ascending); return the tables, and what to hand in as `kept` next time.

    Of several ratings of one seat the latest counts, as in `standing_votes`; "no opinion" given later takes an earlier
    rating back. With an anonymous round among them they are read one by one, as `standing_votes` lets them out.
    PostgreSQL hands over binary rows that numpy takes as they are. With `kept` only features are read whose stamp
    (RatingStamp) is another one than then; where features, criteria or people went, everything is.
    """
    ballots = counted_ballots().filter(voting__round__product=product_id)
    if Rating.objects.filter(ballot__in=ballots.filter(voting__secrecy=ANONYMOUS)).exists():
        return _of_votes(standing_votes(ids.tolist()), ids, criteria), None
    # before the ratings: what is newer than its stamp is only read once more
    stamps = dict(RatingStamp.objects.filter(product=product_id).values_list("feature_id", "stamp"))
    given_by = tuple(
        (pk, seat, weight, department or NOBODYS_DEPARTMENT)
        for pk, seat, weight, department in ballots.order_by("pk").values_list(
            "pk", "invitation__seat_id", "invitation__weight", "invitation__department_id"
        )
    )
    read = Kept(ids, tuple(criteria), given_by, stamps, tables=())
    stale = None if kept is None else kept.stale(read)
    if kept is None or stale is None:
        read.tables = tuple(np.zeros((len(ids), len(read.voters)), dtype=np.int8) for _ in criteria)
        _read_into(read, Rating.objects.all())
    else:
        read.tables = kept.moved_to(read.voters)
        if stale:
            at = np.searchsorted(ids, np.array(sorted(stale), dtype=np.int64))
            for table in read.tables:
                table[at] = 0
            _read_into(read, Rating.objects.filter(feature__in=stale))
    return read.given(), read


@dataclass
class Kept:
    """The ratings of a product as they were read once; small beside reading them: a byte a cell.

    ids, criteria  as asked for
    ballots        (id, seat, weight, department) of every ballot that counts, by id
    stamps         feature -> stamp; a feature that nobody rated has none
    tables         one a criterion, (n, v), a column a voter as in `voters`
    """

    ids: NDArray[np.int64]
    criteria: tuple[str, ...]
    ballots: tuple[tuple[int, int, float, int], ...]
    stamps: dict[int, int]
    tables: tuple[Table, ...]

    @cached_property
    def voters(self) -> list[tuple[int, float, int]]:
        """(seat, weight, department), ascending: a column each."""
        return sorted({(seat, weight, department) for _, seat, weight, department in self.ballots})

    def stale(self, now: Kept) -> set[int] | None:
        """Return the features whose ratings changed until `now`; None where everything is to be read anew."""
        same = self.criteria == now.criteria and np.array_equal(self.ids, now.ids)
        if not same or not set(self.ballots) <= set(now.ballots) or not self.stamps.keys() <= now.stamps.keys():
            return None
        return {pk for pk, stamp in now.stamps.items() if self.stamps.get(pk) != stamp}

    def moved_to(self, voters: list[tuple[int, float, int]]) -> tuple[Table, ...]:
        """Return the tables with columns for `voters`, of whom all that are here are some."""
        if voters == self.voters:
            return self.tables
        column = {voter: at for at, voter in enumerate(voters)}
        to = [column[voter] for voter in self.voters]
        wider = tuple(np.zeros((len(self.ids), len(voters)), dtype=np.int8) for _ in self.tables)
        for new, old in zip(wider, self.tables, strict=True):
            new[:, to] = old
        return wider

    def given(self) -> RatingTables:
        """Return it as a run takes it: without the columns of those who rated nothing, and nobody else's to write to."""
        has_rated = np.zeros(len(self.voters), dtype=bool)
        for table in self.tables:
            has_rated |= table.any(axis=0)
        voters = [voter for voter, has in zip(self.voters, has_rated.tolist(), strict=True) if has]
        return RatingTables(
            tuple(table[:, has_rated] for table in self.tables),
            seat=np.array([seat for seat, _, _ in voters], dtype=np.int64),
            weight=np.array([weight for _, weight, _ in voters], dtype=float),
            department=np.array([department for _, _, department in voters], dtype=np.int64),
            is_named=np.ones(len(voters), dtype=bool),
        )


def _read_into(read: Kept, ratings: QuerySet[Rating]) -> None:
    """Write the values of these ratings, where they are of its ballots, into the tables."""
    if not (len(read.ids) and read.ballots):
        return
    column = {voter: at for at, voter in enumerate(read.voters)}
    ballot_ids = np.array([row[0] for row in read.ballots], dtype=np.int64)
    columns = np.array([column[row[1], row[2], row[3]] for row in read.ballots], dtype=np.intp)
    siblings = _siblings([seat for seat, _, _ in read.voters])
    have_several = len(read.ballots) > len({row[1] for row in read.ballots})

    def place(rows: Rows) -> None:
        at = np.searchsorted(read.ids, rows[:, 0])
        known = at < len(read.ids)
        known[known] = read.ids[at[known]] == rows[known, 0]
        at, rows = at[known], rows[known]
        voter = columns[np.searchsorted(ballot_ids, rows[:, 1])]
        for index, table in enumerate(read.tables):
            here = rows[:, 2] == index
            _put(table, at[here], voter[here], rows[here, 3], siblings)

    codes = [When(criterion=key, then=Value(index)) for index, key in enumerate(read.criteria)]
    wanted = ratings.filter(ballot__in=ballot_ids.tolist()).annotate(
        code=Case(*codes, default=Value(-1)), given=Coalesce("value", 0)
    )
    wanted = wanted.order_by("arrived_at", "pk") if have_several else wanted.order_by()
    _read(wanted.values_list("feature_id", "ballot_id", "code", "given"), place)


def _of_votes(votes: Sequence[Vote], ids: NDArray[np.int64], criteria: Sequence[str]) -> RatingTables:
    """Make the tables of votes that were read one by one: what an anonymous round gives away takes thought."""
    rows = [
        ((vote.seat_id, vote.weight, vote.department_id or NOBODYS_DEPARTMENT, vote.secrecy != ANONYMOUS), vote, value)
        for vote in votes
        for value in [vote.value]
        if value is not None and vote.criterion in criteria
    ]
    voters = sorted({voter for voter, _, _ in rows})
    column = {voter: at for at, voter in enumerate(voters)}
    row = {pk: at for at, pk in enumerate(ids.tolist())}
    index = {key: at for at, key in enumerate(criteria)}
    tables = tuple(np.zeros((len(ids), len(voters)), dtype=np.int8) for _ in criteria)
    for voter, vote, value in rows:
        tables[index[vote.criterion]][row[vote.feature_id], column[voter]] = value
    return RatingTables(
        tables,
        seat=np.array([seat for seat, _, _, _ in voters], dtype=np.int64),
        weight=np.array([weight for _, weight, _, _ in voters], dtype=float),
        department=np.array([department for _, _, department, _ in voters], dtype=np.int64),
        is_named=np.array([is_named for _, _, _, is_named in voters], dtype=bool),
    )


def _siblings(seats: Sequence[int]) -> dict[int, list[int]]:
    """Return, for each column of a seat that has several, its other columns."""
    of_seat: dict[int, list[int]] = {}
    for at, seat in enumerate(seats):
        of_seat.setdefault(seat, []).append(at)
    return {at: [other for other in all_ if other != at] for all_ in of_seat.values() if len(all_) > 1 for at in all_}


def _put(
    table: Table, feature: NDArray[np.intp], voter: NDArray[np.intp], value: Rows, siblings: dict[int, list[int]]
) -> None:
    """Write ratings in the order they came; of a repeated cell the last stands, in whichever column of the seat."""
    if not siblings:
        table[feature, voter] = value
        return
    for at, column, given in zip(feature.tolist(), voter.tolist(), value.tolist(), strict=True):
        table[at, siblings.get(column, [])] = 0
        table[at, column] = given


def _read(rows: QuerySet[Any, Any], place: Callable[[Rows], None]) -> None:
    """Hand all rows of four whole numbers over, some at a time, in their order."""
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copy = cursor.mogrify(f"COPY ({sql}) TO STDOUT (FORMAT BINARY)", params)
            # psycopg calls it once a row: a Python method there would take longer than all else
            sink = BytesIO()
            cursor.copy_expert(copy, sink)
            for block in binary_rows(sink.getbuffer()):
                place(block)
            return
        cursor.execute(sql, params)
        for some in _chunks(cursor):
            place(np.array(some, dtype=np.int64).reshape(-1, 4))


def _chunks(cursor: Any) -> Iterator[list[tuple[int, ...]]]:
    while some := cursor.fetchmany(ROWS_AT_ONCE):
        yield some


def binary_rows(data: memoryview) -> Iterator[Rows]:
    """Yield (r, k) arrays, some rows at a time, of PostgreSQL's binary COPY of k whole numbers a row without NULLs.

    Every row then has the same length: a count of fields, and before each field its size. See PostgreSQL's manual, COPY.
    """
    row = _row_type(data)
    if row is None:
        return
    rows = np.frombuffer(data, dtype=row, offset=COPY_HEADER, count=(len(data) - COPY_HEADER) // row.itemsize)
    names = [name for name in row.names or () if name.startswith("f")]
    for first in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[first : first + ROWS_AT_ONCE]
        yield np.column_stack([some[name].astype(np.int64) for name in names])


def _row_type(data: memoryview) -> np.dtype | None:
    """Return how a row lies in memory, read off the first; None when there is none."""
    (fields,) = unpack_from(">h", data, COPY_HEADER)
    if fields < 0:
        return None
    parts, at = [("count", ">i2")], COPY_HEADER + 2
    for number in range(fields):
        (size,) = unpack_from(">i", data, at)
        parts += [(f"s{number}", ">i4"), (f"f{number}", f">i{size}")]
        at += 4 + size
    return np.dtype(parts)
