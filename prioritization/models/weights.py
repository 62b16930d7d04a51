"""Weights that a product keeps under a name, to try and to put to use."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from roadmap.models import Product
from stakeholders.models import Seat


class WeightSet(models.Model):
    """Named weights of a product's criteria, as entered; what counts are the criteria's own until one is put to use."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="weight_sets")
    name = models.CharField(_("name"), max_length=60)
    weights = models.JSONField(help_text="criterion key -> weight as entered")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("product", Lower("name"), name="weight_set_name_unique_in_product"),
        ]

    def __str__(self) -> str:
        return self.name
