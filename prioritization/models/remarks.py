"""What people say on their ballots beside their ratings."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from roadmap.models import Feature
from stakeholders.models import Round, Seat


class Remark(models.Model):
    """A comment on a feature, or on the whole ballot, or a question to the feature's owner. Append-only."""

    class Kind(models.TextChoices):
        COMMENT = "comment", _("Comment")
        QUESTION = "question", _("Question")

    LONGEST = 2000

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="remarks")
    feature = models.ForeignKey(
        Feature,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="remarks",
        help_text="none: on all of it",
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.TextField(max_length=LONGEST)
    arrived_at = models.DateTimeField()
    nonce = models.CharField(max_length=40, help_text="of the form, so that a repeated request is one remark")

    class Meta:
        ordering = ["arrived_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "seat", "nonce"], name="one_remark_a_nonce"),
            models.CheckConstraint(
                condition=models.Q(kind="comment") | models.Q(feature__isnull=False),
                name="a_question_is_about_a_feature",
            ),
        ]
        indexes = [models.Index(fields=["feature", "arrived_at"], name="remark_by_feature")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
