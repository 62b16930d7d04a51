"""How often something was tried lately that may not be tried for long."""

from django.db import models


class Tries(models.Model):
    """Tries under one key, from the first until the window that it opened ends; see `throttle`."""

    key = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "tries"

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
