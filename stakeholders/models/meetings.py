"""What a manager showed to a room while a round was open."""

from __future__ import annotations

from django.db import models

from stakeholders.models.people import Seat
from stakeholders.models.rounds import Round


class Reveal(models.Model):
    """From `at` to `hidden_at` the projector page of an open round shows how it stands. One at a time a round."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reveals")
    by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=models.Q(hidden_at=None), name="one_standing_reveal_a_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_id} from {self.at:%F %T}"
