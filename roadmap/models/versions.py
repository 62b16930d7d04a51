"""Published versions of a roadmap and what people answered to them. All of it is append-only."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from roadmap.models.features import Feature
from roadmap.models.products import Product
from stakeholders.models import Round, Seat


class Version(models.Model):
    """An unchangeable snapshot of a roadmap, chained to the one before by its hash."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("note"), blank=True, max_length=5000)
    gaps = models.JSONField(
        default=list, encoder=DjangoJSONEncoder, help_text="what the SMART check missed, and why one went on"
    )
    snapshot = models.TextField(help_text="canonical JSON; seat ids, no names")
    feature_count = models.PositiveIntegerField(default=0, help_text="how many features the snapshot holds")
    change_count = models.PositiveIntegerField(
        null=True, blank=True, help_text="how many things differ from the version before; None: there is none"
    )
    snapshot_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["product", "number"], name="version_number_unique_in_product")]

    def __str__(self) -> str:
        return f"version {self.number}"


class Confirmation(models.Model):
    """A round that asks people to confirm one version, with the rule by which its outcome is found."""

    class Silence(models.TextChoices):
        NOTHING = "nothing", _("Silence says nothing")
        CONSULTED = "consulted", _("Silence of those consulted is consent")
        ALL = "all", _("Silence is consent")

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="confirmation")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="confirmations")
    quorum = models.FloatField(_("quorum"), default=2 / 3, validators=[MinValueValidator(0), MaxValueValidator(1)])
    threshold = models.FloatField(_("must confirm"), default=1, validators=[MinValueValidator(0), MaxValueValidator(1)])
    silence = models.CharField(_("silence"), max_length=10, choices=Silence, default=Silence.NOTHING)

    def __str__(self) -> str:
        return f"confirmation of {self.version_id}"


class Answer(models.Model):
    """What a seat said in a confirmation, or a delegate for it. Each change is a new row; `rules.voices` says which counts."""

    class Verdict(models.TextChoices):
        CONFIRM = "confirm", _("Confirmed")
        CONCERNS = "concerns", _("Confirmed with concerns")
        OBJECT = "object", _("Objects")
        ABSTAIN = "abstain", _("Abstains")

    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, related_name="answers")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="answers")
    verdict = models.CharField(max_length=10, choices=Verdict)
    text = models.TextField(blank=True, max_length=2000)
    entered_by = models.ForeignKey(
        Seat,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the delegate who answered; empty: the person",
    )
    arrived_at = models.DateTimeField()
    nonce = models.CharField(
        max_length=64, unique=True, help_text="of the form, so that a repeated request is one answer"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["confirmation", "seat", "-id"], name="answer_latest_of_seat")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(verdict__in=["concerns", "object"]) | ~models.Q(text=""), name="answer_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.verdict}"


class AnswerFeature(models.Model):
    """A feature that a concern or objection names."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="features")
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "feature"], name="one_row_an_answer_and_feature")]

    def __str__(self) -> str:
        return f"{self.answer_id} names {self.feature_id}"


class LateAnswer(models.Model):
    """A note left after the deadline: kept under the outcome, counted in nothing."""

    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, related_name="late_answers")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    arrived_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"late note of {self.seat_id}"
