"""Reads the timeline of a published version, drawn from its snapshot, with what people answered about each feature."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from roadmap.models import Confirmation, Version
from roadmap.queries.timeline import Choice, ShownTimeline, shown_timeline
from roadmap.queries.timeline_facts import agreements_in, roadmap_in


def drawing_of(
    version: Version,
    snapshot: Mapping[str, Any],
    *,
    today: date,
    changed: Collection[int] = (),
    is_narrow: bool = False,
) -> ShownTimeline:
    """Return a version as its timeline, features in bold that are in `changed`.

    The glyphs are those of the version's newest confirmation that was not withdrawn.
    """
    confirmation = (
        Confirmation.objects.filter(version=version, round__cancelled_at=None)
        .select_related("round")
        .order_by("pk")
        .last()
    )
    agreements = agreements_in(confirmation, asked=snapshot, shown=snapshot)  # type: ignore[arg-type]
    roadmap = roadmap_in(snapshot, today=today, agreements=agreements, changed=changed, with_loads=False)  # type: ignore[arg-type]
    return shown_timeline(roadmap, Choice(with_past=True, is_narrow=is_narrow))
