"""Reads what a product asks of the person who looks."""

from __future__ import annotations

from dataclasses import dataclass

from roadmap.models import Product
from stakeholders import kinds
from stakeholders.models import Invitation, Round


@dataclass(frozen=True)
class OwnPart:
    """A round that asks the person who looks: by when, and how far they are."""

    round: Round
    noun: str
    is_answered: bool
    answered: int
    asked: int


def own_parts(seat_id: int, product: Product) -> list[OwnPart]:
    """Return the open rounds that ask this seat, by deadline. One query."""
    rows = (
        Invitation.objects.standing()
        .filter(seat=seat_id, round__product=product, round__in=Round.objects.open())
        .select_related("round")
        .order_by("round__deadline_at")
    )
    return [
        OwnPart(
            round=row.round,
            noun=str(kinds.kind_of(row.round).noun),
            is_answered=row.answered_at is not None,
            answered=row.answered,
            asked=row.asked,
        )
        for row in rows
    ]
