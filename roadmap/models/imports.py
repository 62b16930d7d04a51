"""What was imported, so that it can be told and undone."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from roadmap.models.products import Product
from stakeholders.models import Seat


class Import(models.Model):
    """One import of features: who, when, what it did, and what is needed to undo it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="imports")
    at = models.DateTimeField()
    by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=200, blank=True)
    created_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="columns and values as the person mapped them"
    )
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="what stood there before, to undo it")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source} {self.at:%F}"
