"""How each person wants pages shown."""

from __future__ import annotations

from django.db import models

from stakeholders.models import Seat


class RankingColumns(models.Model):
    """Which columns one person wants to see in the ranking of a product; nobody without a row chose any."""

    seat = models.OneToOneField(Seat, on_delete=models.CASCADE, related_name="ranking_columns")
    columns = models.JSONField(help_text="list of keys of queries.ranking_columns.Column")

    class Meta:
        verbose_name_plural = "ranking columns"

    def __str__(self) -> str:
        return f"columns of seat {self.seat_id}"
