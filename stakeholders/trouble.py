"""Knows what is meant when a database or a disk cannot do its work: it is full, it is away, it is busy."""

from __future__ import annotations

import errno
from enum import Enum

from django.db import DatabaseError, InterfaceError

FULL_CODES = {"53100"}
AWAY_CODES = {"57P01", "57P02", "57P03", "53300"}
BUSY_CODES = {"55P03", "57014", "40P01", "40001"}
FULL_WORDS = ("database or disk is full", "disk I/O error", "No space left on device", "readonly database")
"""SQLite has no codes for them in Django's errors."""


class Trouble(Enum):
    """The status to answer with, and after how many seconds one may try again; 0 when only a person can help."""

    FULL = (507, 0)
    AWAY = (503, 5)
    BUSY = (503, 2)

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def retry_after_seconds(self) -> int:
        return self.value[1]


def trouble_of(error: BaseException | None) -> Trouble | None:
    """Return what stands behind an error, or None when it is a mistake of ours.

    In each case the transaction was undone: nothing of the request is stored, and it may be sent again.
    """
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Trouble.FULL
    if not isinstance(error, (DatabaseError, InterfaceError)):
        return None
    code, words = getattr(error.__cause__, "pgcode", None), str(error)
    if code in FULL_CODES or any(each in words for each in FULL_WORDS):
        return Trouble.FULL
    if code in BUSY_CODES or "database is locked" in words:
        return Trouble.BUSY
    is_cut = code is None and type(error.__cause__).__module__.startswith("psycopg")
    if code in AWAY_CODES or str(code).startswith("08") or (is_cut and _is_of_the_line(error)):
        return Trouble.AWAY
    return None


def _is_of_the_line(error: BaseException) -> bool:
    """A connection that could not be made or was cut has no code; libpq's words are translated, the classes are not."""
    return type(error).__name__ in ("OperationalError", "InterfaceError")
