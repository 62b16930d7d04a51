"""What people settled about features."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from roadmap.models.features import Feature
from roadmap.models.products import Product
from stakeholders.models import Seat


class Decision(models.Model):
    """What was settled about a feature, and why. Append-only: a change of mind is another one, and the latest stands."""

    LONGEST, LONGEST_WHY = 160, 1000

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="decisions")
    feature = models.ForeignKey(Feature, on_delete=models.RESTRICT, related_name="decisions")
    text = models.CharField(_("what was decided"), max_length=LONGEST)
    why = models.TextField(_("why"), max_length=LONGEST_WHY, blank=True)
    present = models.ManyToManyField(Seat, blank=True, related_name="+", verbose_name=_("together with"))
    by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    nonce = models.CharField(max_length=40, help_text="of the form, so that a repeated request is one decision")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["feature", "nonce"], name="one_decision_a_nonce")]
        indexes = [
            models.Index(fields=["feature", "-at"], name="decision_by_feature"),
            models.Index(fields=["product", "-at"], name="decision_by_product"),
        ]

    def __str__(self) -> str:
        return self.text
