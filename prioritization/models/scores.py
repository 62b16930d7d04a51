"""Tallies of ratings, and the runs of the scoring engine."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Coalesce

from roadmap.models import Feature, Product
from stakeholders.models import Department


class Tally(models.Model):
    """How many people of a department gave a feature a value on a criterion: all that scoring needs of the ratings.

    It counts each seat's latest rating. `weight_sum` and `weight_square_sum` are of the seats' weights a_u (METHODS b).
    Beside the criteria's rows stands one a feature and department with criterion PEOPLE: how many people of it gave the
    feature a value on at least one criterion.
    """

    PEOPLE = ""

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="tallies")
    criterion = models.CharField(max_length=20)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, null=True, related_name="+")
    value = models.PositiveSmallIntegerField(null=True, help_text="1..5; None counts “no opinion”")
    votes = models.PositiveIntegerField()
    counted = models.PositiveIntegerField(default=0, help_text="of them, those of seats whose weight is above 0")
    weight_sum = models.FloatField()
    weight_square_sum = models.FloatField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                "feature", "criterion", Coalesce("department", 0), Coalesce("value", 0), name="one_tally_a_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.feature_id}.{self.criterion}: {self.votes} × {self.value}"


class ScoreRun(models.Model):
    """One run of the scoring engine over a product: what went in, what was used, when."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="score_runs")
    at = models.DateTimeField()
    seed = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the inputs; equal inputs are not scored twice")
    criteria = models.JSONField(help_text="criteria and normalised weights that were used")
    used = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="a criterion: mu, k, s2, tau2, and whether the fallback was used",
    )
    ranked = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["product", "-at"], name="score_run_latest")]

    def __str__(self) -> str:
        return f"run {self.pk}"


class ScoreRequest(models.Model):
    """A product whose scores are out of date: due work is a row. One a product; the worker deletes what it has done."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="score_request")
    asked_at = models.DateTimeField()
    ticket = models.BigIntegerField(
        default=0, help_text="random, new each time it is asked: clocks can show one instant twice"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"score {self.product_id}"
