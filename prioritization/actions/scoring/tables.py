"""Reads all ratings of a product into tables of features by voters, without a Python object per rating."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from struct import unpack_from
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from prioritization.models import Ballot
from prioritization.queries.ratings import ANONYMOUS, Vote, counted_ratings, standing_votes
from prioritization.rules.rating_tables import Table

NOBODYS_DEPARTMENT = 0
ROWS_AT_ONCE = 100_000
BYTES_AT_ONCE = 8 * 1024 * 1024
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


def read_tables(product_id: int, ids: NDArray[np.int64], criteria: Sequence[str]) -> RatingTables:
    """Read the ratings of the features `ids` (ascending) in three queries.

    Of several ratings of one seat the latest counts, as in `standing_votes`; "no opinion" given later takes an earlier
    rating back. With an anonymous round among them they are read one by one, as `standing_votes` lets them out.
    PostgreSQL hands over binary rows that numpy takes as they are.
    """
    ratings = counted_ratings().filter(ballot__voting__round__product=product_id)
    if ratings.filter(ballot__voting__secrecy=ANONYMOUS).exists():
        return _of_votes(standing_votes(ids.tolist()), ids, criteria)
    ballots = list(
        Ballot.objects.filter(pk__in=ratings.order_by().values("ballot").distinct())
        .values_list("pk", "invitation__seat_id", "invitation__weight", "invitation__department_id")
        .order_by("pk")
    )
    voters = sorted({(seat, weight, department or NOBODYS_DEPARTMENT) for _, seat, weight, department in ballots})
    column = {voter: at for at, voter in enumerate(voters)}
    ballot_ids = np.array([row[0] for row in ballots], dtype=np.int64)
    columns = np.array([column[seat, weight, dep or NOBODYS_DEPARTMENT] for _, seat, weight, dep in ballots], np.intp)
    tables = tuple(np.zeros((len(ids), len(voters)), dtype=np.int8) for _ in criteria)
    siblings = _siblings([seat for seat, _, _ in voters])
    have_several = len(ballots) > len({row[1] for row in ballots})

    def place(rows: Rows) -> None:
        at = np.searchsorted(ids, rows[:, 0])
        known = at < len(ids)
        known[known] = ids[at[known]] == rows[known, 0]
        at, rows = at[known], rows[known]
        voter = columns[np.searchsorted(ballot_ids, rows[:, 1])]
        for index, table in enumerate(tables):
            here = rows[:, 2] == index
            _put(table, at[here], voter[here], rows[here, 3], siblings)

    codes = [When(criterion=key, then=Value(index)) for index, key in enumerate(criteria)]
    wanted = ratings.filter(criterion__in=criteria).annotate(
        code=Case(*codes, default=Value(-1)), given=Coalesce("value", 0)
    )
    wanted = wanted.order_by("arrived_at", "pk") if have_several else wanted.order_by()
    if len(ids) and ballots:
        _read(wanted.values_list("feature_id", "ballot_id", "code", "given"), place)
    return RatingTables(
        tables,
        seat=np.array([seat for seat, _, _ in voters], dtype=np.int64),
        weight=np.array([weight for _, weight, _ in voters], dtype=float),
        department=np.array([department for _, _, department in voters], dtype=np.int64),
        is_named=np.ones(len(voters), dtype=bool),
    )


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
            sink = BinaryRows(place)
            cursor.copy_expert(copy, sink)
            sink.finish()
            return
        cursor.execute(sql, params)
        for some in _chunks(cursor):
            place(np.array(some, dtype=np.int64).reshape(-1, 4))


def _chunks(cursor: Any) -> Iterator[list[tuple[int, ...]]]:
    while some := cursor.fetchmany(ROWS_AT_ONCE):
        yield some


class BinaryRows:
    """Takes PostgreSQL's binary COPY of rows without NULLs, whose columns are whole numbers, and hands on (r, k) arrays.

    Every row then has the same length: a count of fields, and before each field its size. See PostgreSQL's manual, COPY.
    """

    def __init__(self, place: Callable[[Rows], None]) -> None:
        self._place = place
        self._held = bytearray()
        self._row: np.dtype | None = None
        self._begun = False

    def write(self, data: bytes) -> int:
        """Take some bytes, wherever they were cut."""
        self._held += data
        if len(self._held) >= BYTES_AT_ONCE:
            self._hand_on()
        return len(data)

    def finish(self) -> None:
        """Hand on what is left before the trailer."""
        self._hand_on()

    def _hand_on(self) -> None:
        if not self._begun:
            if len(self._held) < COPY_HEADER + 2:
                return
            del self._held[:COPY_HEADER]
            self._begun = True
        if self._row is None:
            self._row = self._read_row_type()
        if self._row is None:
            return
        count = len(self._held) // self._row.itemsize
        rows = np.frombuffer(bytes(self._held[: count * self._row.itemsize]), dtype=self._row)
        del self._held[: count * self._row.itemsize]
        names = [name for name in self._row.names or () if name.startswith("f")]
        if count:
            self._place(np.column_stack([rows[name].astype(np.int64) for name in names]))

    def _read_row_type(self) -> np.dtype | None:
        """Return how a row lies in memory, read off the first; None when there is none."""
        (fields,) = unpack_from(">h", self._held)
        if fields < 0:
            return None
        parts, at = [("count", ">i2")], 2
        for number in range(fields):
            (size,) = unpack_from(">i", self._held, at)
            parts += [(f"s{number}", ">i4"), (f"f{number}", f">i{size}")]
            at += 4 + size
        return np.dtype(parts)
