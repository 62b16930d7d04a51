"""What forms made, so that a form that is sent twice makes one thing."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from stakeholders.models.people import User


class Made(models.Model):
    """One thing that a person made by one form: `digest` is of all that was sent, with the nonce that the form holds."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=40, help_text="the class of what was made")
    object_id = models.BigIntegerField(null=True, help_text="of what was made")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "made"
        constraints = [models.UniqueConstraint(fields=["by", "digest"], name="one_thing_a_form")]

    def __str__(self) -> str:
        return f"{self.object_kind} {self.object_id}"
