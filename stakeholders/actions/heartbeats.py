"""Writes down that a background process is alive."""

from datetime import datetime, timedelta

from stakeholders.models import Heartbeat

KEPT = timedelta(hours=1)


def note_heartbeat(part: str, *, process: str, now: datetime) -> None:
    """Note that `process` did its part (`now`, `long` or `beat`) at `now`; forget processes unseen for an hour."""
    _, is_new = Heartbeat.objects.update_or_create(name=f"{part}@{process}", defaults={"seen_at": now})
    if is_new:
        Heartbeat.objects.filter(seen_at__lt=now - KEPT).delete()
