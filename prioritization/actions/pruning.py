"""Forgets old runs of the scoring engine: at fifty votes a minute they come to thousands a day."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from prioritization.models import ScoreResult, ScoreRun, VotingRound

KEPT = 20
"""The last so many runs of a product stay, whatever they are needed for."""
BATCH = 500


def prune_runs(*, keep: int = KEPT) -> int:
    """Delete the runs of each product but its last `keep` and those that a closed round's results hang on.

    Returns how many went. A run that a page is being read from is among the last ones. Safe to repeat and to kill: each
    batch is a transaction of its own.
    """
    gone = 0
    many = ScoreRun.objects.order_by().values("product").annotate(n=Count("pk")).filter(n__gt=keep)
    for product_id in many.values_list("product", flat=True):
        last = list(ScoreRun.objects.filter(product=product_id).values_list("pk", flat=True)[:keep])
        old = (
            ScoreRun.objects.filter(product=product_id)
            .exclude(pk__in=last)
            .exclude(Exists(ScoreResult.objects.filter(run=OuterRef("pk"))))
            .exclude(Exists(VotingRound.objects.filter(frozen_by=OuterRef("pk"))))
        )
        while ids := list(old.order_by().values_list("pk", flat=True)[:BATCH]):
            with transaction.atomic():
                gone += ScoreRun.objects.filter(pk__in=ids).delete()[1].get("prioritization.ScoreRun", 0)
    return gone
