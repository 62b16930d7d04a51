"""A ballot's answers as rows: read under the ballot's lock, and written, in one message each, because a person waits."""

# ruff: noqa: S608 — every name in this SQL is a constant of this module

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from django.db import connection

from stakeholders.statements import Rows, Statement, as_stored, instant, together

AT_ONCE = 1000
"""Rows a statement, so that a long sheet stays below SQLite's limit of parameters."""


class Entry(NamedTuple):
    """An answer in one cell: one that stands, one that once changed it (then with its nonce), or one that comes in."""

    feature_id: int
    criterion: str
    value: int | None
    entered_by_id: int | None
    arrived_at: datetime
    waited_ms: int
    nonce: str = ""

    @property
    def given_at(self) -> datetime:
        """When it was tapped: before it arrived by as long as it waited."""
        return self.arrived_at - timedelta(milliseconds=self.waited_ms)

    @property
    def cell(self) -> tuple[int, str]:
        return self.feature_id, self.criterion


CELL = "feature_id, criterion, value, entered_by_id, arrived_at, waited_ms"
LOCK = "SELECT id FROM prioritization_ballot WHERE id = %s FOR NO KEY UPDATE"
HELD = f"SELECT 0, {CELL}, '' FROM prioritization_rating WHERE ballot_id = %s"
CHANGES = f"SELECT id, {CELL}, nonce FROM prioritization_ratingchange WHERE ballot_id = %s AND feature_id IN"
WRITE_HELD = (
    f"INSERT INTO prioritization_rating (ballot_id, {CELL}) VALUES %s ON CONFLICT (ballot_id, feature_id, criterion)"
    " DO UPDATE SET value = EXCLUDED.value, entered_by_id = EXCLUDED.entered_by_id,"
    " arrived_at = EXCLUDED.arrived_at, waited_ms = EXCLUDED.waited_ms"
)
WRITE_CHANGES = f"INSERT INTO prioritization_ratingchange (ballot_id, {CELL}, nonce) VALUES %s"
PROGRESS = "UPDATE stakeholders_invitation SET answered = %s, last_answer_at = %s WHERE id = %s"
COMPLETE = "UPDATE stakeholders_invitation SET answered_at = %s WHERE id = %s AND answered_at IS NULL"


def hold(ballot_id: int, feature_ids: Collection[int]) -> tuple[list[Entry], list[Entry]]:
    """Return what stands on a ballot, and every change of these features, oldest first; one message.

    The devices of one person wait for each other here until the transaction ends, and nobody else does.
    """
    marks = ", ".join(["%s"] * len(feature_ids))
    read = f"{HELD} UNION ALL {CHANGES} ({marks}) ORDER BY 1" if feature_ids else HELD
    statements: list[Statement] = [(read, [ballot_id, ballot_id, *feature_ids] if feature_ids else [ballot_id])]
    if connection.vendor == "postgresql":
        statements.insert(0, (LOCK, [ballot_id]))
    held: list[Entry] = []
    changes: list[Entry] = []
    for pk, feature_id, criterion, value, entered_by, arrived_at, waited_ms, nonce in together(*statements):
        arrived = instant(arrived_at)
        assert arrived
        entry = Entry(feature_id, criterion, value, entered_by, arrived, waited_ms, nonce)
        (changes if pk else held).append(entry)
    return held, changes


def write(
    ballot_id: int,
    invitation_id: int,
    standing: Sequence[Entry],
    changed: Sequence[Entry],
    *,
    nonce: str,
    answered: int,
    is_complete: bool,
    arrived: datetime,
    then: Iterable[Statement] = (),
) -> Rows:
    """Write what stands now, what of it is a change, and with a change how far the person is; one message.

    then  further statements of that message; returns the rows of the last
    """
    at = as_stored(arrived)
    statements = [*_inserts(WRITE_HELD, ballot_id, standing), *_inserts(WRITE_CHANGES, ballot_id, changed, nonce)]
    if changed:
        statements.append((PROGRESS, [answered, at, invitation_id]))
        if is_complete:
            statements.append((COMPLETE, [at, invitation_id]))
    return together(*statements, *then)


def _inserts(sql: str, ballot_id: int, entries: Sequence[Entry], *last: str) -> Iterator[Statement]:
    for start in range(0, len(entries), AT_ONCE):
        rows = [
            (ballot_id, *each[:4], as_stored(each.arrived_at), each.waited_ms, *last)
            for each in entries[start : start + AT_ONCE]
        ]
        marks = f"({', '.join(['%s'] * len(rows[0]))})"
        yield sql.replace("%s", ", ".join([marks] * len(rows))), [*chain.from_iterable(rows)]
