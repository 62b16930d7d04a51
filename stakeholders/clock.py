"""The two clocks: Python's for pages and sessions, the database's for everything that a deadline decides."""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The present instant by this process's clock. Views and tasks call it once and hand it on."""
    return timezone.now()


def arrived_at() -> datetime:
    """Return the database's clock: the instant at which an answer counts as received.

    Call it in autocommit, before `atomic()`: inside a transaction the wait for a lock would be counted in
    (on SQLite an IMMEDIATE transaction waits before its first statement). Raises RuntimeError inside one (a test case's own wrapper does not count).
    """
    if any(not block._from_testcase for block in connection.atomic_blocks):
        raise RuntimeError("arrived_at() must be taken before the transaction begins.")
    return database_now()


def database_now() -> datetime:
    """Return the database's clock, wherever one is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
        cursor.execute("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")
        return datetime.strptime(cursor.fetchone()[0], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
