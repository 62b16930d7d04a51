"""When each background process was last seen alive."""

from django.db import models


class Heartbeat(models.Model):
    """One row a process kind: the beat and the workers write it; the status page reads its age."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
