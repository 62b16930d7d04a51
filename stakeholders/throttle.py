"""Counts tries under a key, so that nobody guesses for long.

Counts are rows on both databases and whatever the cache is: one that forgets, or counts two tries at once as one, would
let a guesser go on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from stakeholders import clock
from stakeholders.models import Tries
from stakeholders.statements import as_stored

COUNT = """
    INSERT INTO stakeholders_tries (key, count, ends_at) VALUES (%(key)s, 1, %(ends)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN stakeholders_tries.ends_at <= %(now)s THEN 1 ELSE stakeholders_tries.count + 1 END,
        ends_at = CASE WHEN stakeholders_tries.ends_at <= %(now)s THEN excluded.ends_at ELSE stakeholders_tries.ends_at END
    RETURNING count"""


def too_many(key: str, limit: int, seconds: int) -> bool:
    """Count one try under `key`; whether there were more than `limit` in the `seconds` since the first.

    Whoever opens a window takes those away that are over: where a try came from is kept no longer than it counts.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {
            "key": key,
            "now": as_stored(now),
            "ends": as_stored(now + timedelta(seconds=seconds)),
        }
        cursor.execute(COUNT, parameters)
        (count,) = cursor.fetchone()
    if count == 1:
        Tries.objects.filter(ends_at__lte=now).delete()
    return count > limit


def has_reached(key: str, limit: int) -> bool:
    """Whether `limit` tries are counted under `key` in the window that is open. Counts none."""
    return Tries.objects.filter(key=key, count__gte=limit, ends_at__gt=clock.now()).exists()
