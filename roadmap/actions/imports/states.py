"""How features stand, as plain values that can be kept, compared and put back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roadmap.models import Contribution, Effort, Feature

FIELDS = (
    "external_key",
    "title",
    "summary",
    "description",
    "owner_id",
    "status",
    "progress",
    "lead_team_id",
    "release_id",
    "starts_on",
    "ends_on",
    "precision",
)


def states_of(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return, by id, the fields of features that an import writes, with their sizes and what they serve."""
    ids = list(ids)
    states: dict[int, dict[str, Any]] = {
        state.pop("pk"): {name: f"{v}" if name.endswith("s_on") and v else v for name, v in state.items()}
        | {"efforts": [], "contributions": []}
        for state in Feature.objects.filter(pk__in=ids).values("pk", *FIELDS)
    }
    for effort in Effort.objects.filter(feature__in=ids).order_by("team_id"):
        row = [effort.team_id, effort.low, effort.likely, effort.high]
        states[effort.feature_id]["efforts"].append(row)
    for each in Contribution.objects.filter(feature__in=ids).order_by("objective_id"):
        states[each.feature_id]["contributions"].append([each.objective_id, each.strength])
    return states
