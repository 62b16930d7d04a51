"""What every page of the ranking's tab needs to draw its frame."""

from __future__ import annotations

from typing import Any

from prioritization import access
from stakeholders.models import Seat


def ranking_context(seat: Seat, **more: Any) -> dict[str, Any]:
    return {"seat": seat, "product": seat.product, "can_edit": seat.reaches(access.EDIT), "tab": "ranking", **more}
