"""Asks for scores, and hands what is due to one worker at a time.

Asking is a row, so no vote waits on a message that may get lost; the message only wakes the worker earlier. Scoring runs
on the queue `long`: at 10,000 features it takes longer than a sweep may be kept waiting, and numpy is then loaded by
that one worker alone. Votes that come in while it runs are taken by the next run, all at once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from celery import current_app
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from kombu.exceptions import OperationalError

from prioritization.models import CountRequest, ScoreRequest, ScoreRun
from roadmap.models import Feature, Product, Standing
from stakeholders.models import Department

log = logging.getLogger(__name__)

TASK = "prioritization.tasks.score_product"
CLAIM_LASTS = timedelta(seconds=60)
PARKED_FOR = timedelta(days=1)
"""A request that was taken so often in vain waits for the next vote, or a day: a newer version may know what to do."""
QUIET = timedelta(seconds=20)
DONE = (Feature.Status.SHIPPED, Feature.Status.DROPPED)


class Claim(NamedTuple):
    """A worker's hold on a request: which, and when it took it."""

    request_id: int
    claimed_at: datetime


def request_scores(product_id: int, *, now: datetime) -> None:
    """Say that a product's scores are out of date. Part of the transaction that made them so; safe to repeat.

    Call it last in that transaction: everybody who asks for scores of this product writes the same row. Only the first to ask
    wakes the worker; whoever asks while the row stands is found by that run, or by the one it starts after itself.
    """
    asked = {"asked_at": now, "is_new": True, "attempts": 0}
    if ScoreRequest.objects.filter(product_id=product_id).update(**asked):
        return
    ScoreRequest.objects.bulk_create(
        [ScoreRequest(product_id=product_id, **asked)],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=list(asked),
    )
    # a lambda, not a partial: Django logs a failing robust hook by its __qualname__, which a partial lacks
    transaction.on_commit(lambda: wake(product_id), robust=True)


def wake(product_id: int) -> None:
    """Tell the worker at once; if the broker is away, the sweep finds the row."""
    try:
        current_app.send_task(TASK, [product_id], queue="long", retry=False, expires=60)
    except (OSError, OperationalError) as away:
        log.warning("The broker is away (%s): product %s is scored by the next sweep.", away, product_id)


def due_products(now: datetime) -> list[int]:
    """Return the ids of products whose scores are asked for and not being made, the longest waiting first."""
    return list(ScoreRequest.objects.filter(_free(now)).order_by("asked_at").values_list("product_id", flat=True))


def unchecked_products(*, now: datetime) -> list[int]:
    """Return the ids of products whose latest run has no checks of its voters yet, and in which nobody votes just now.

    Checking takes longer than scoring, in the same worker: it waits until nothing new came for a while.
    """
    latest = ScoreRun.objects.filter(product=OuterRef("pk"))
    waiting = ScoreRequest.objects.values("product")
    scored = Product.objects.filter(score_runs__isnull=False).exclude(pk__in=waiting).distinct()
    found = scored.annotate(robust=Subquery(latest.values("used__robust")[:1]), at=Subquery(latest.values("at")[:1]))
    return [pk for pk, robust in found.filter(at__lte=now - QUIET).values_list("pk", "robust") if robust is None]


@transaction.atomic
def request_stale(*, now: datetime) -> None:
    """Ask for scores where something changed that no vote tells of: a feature's status, a department's weight.

    The apps below keep these and may not call this one, so the sweep compares, and looks for votes that came while a run
    ended, and for runs from before there was a benefit: four queries for all products. One that is asked for already is left
    alone, parked or not.
    """
    calm = Product.objects.filter(score_request=None)
    wrongly_ranked = Q(rank__isnull=False, feature__status__in=DONE)
    wrongly_unranked = Q(rank=None, score__isnull=False) & ~Q(feature__status__in=DONE)
    wrong = Standing.objects.filter(wrongly_ranked | wrongly_unranked, product__in=calm)
    stale = set(wrong.values_list("product_id", flat=True))
    weights = {str(pk): weight for pk, weight in Department.objects.values_list("pk", "weight")}
    latest = ScoreRun.objects.filter(product=OuterRef("pk")).values("used")[:1]
    for product_id, used in calm.annotate(used=Subquery(latest)).values_list("pk", "used"):
        departments = (used or {}).get("departments", {})
        is_old = used is not None and "effort" not in used
        if is_old or any(weights.get(pk) != weight for pk, weight in departments.items()):
            stale.add(product_id)
    stale |= set(CountRequest.objects.filter(product__in=calm).values_list("product_id", flat=True))
    for product_id in stale:
        request_scores(product_id, now=now)


def claim(product_id: int, *, now: datetime) -> Claim | None:
    """Take a product's request for this worker; None when there is none, or another worker holds it.

    A claim older than a minute belonged to a worker that died or failed, and is taken over, but not for ever: a product
    that brings every worker down would leave none for the others.
    """
    asked = ScoreRequest.objects.filter(_free(now), product_id=product_id)
    if not asked.update(claimed_at=now, is_new=False, attempts=F("attempts") + 1):
        return None
    request_id = ScoreRequest.objects.filter(product_id=product_id, claimed_at=now).values_list("pk", flat=True).first()
    return Claim(request_id, now) if request_id else None


def still_holds(held: Claim) -> bool:
    """Whether no other worker has taken the request over; holds the row until the transaction ends."""
    return ScoreRequest.objects.select_for_update().filter(pk=held.request_id, claimed_at=held.claimed_at).exists()


@transaction.atomic
def finish(held: Claim) -> bool:
    """Delete the request, unless somebody asked after the claim or votes are uncounted: then hand it back, return False.

    A vote that found the request new may have been committed after the claim, too late to be counted: it asks no more.
    """
    mine = ScoreRequest.objects.filter(pk=held.request_id, claimed_at=held.claimed_at)
    uncounted = CountRequest.objects.filter(product=OuterRef("product"))
    if mine.filter(~Exists(uncounted), is_new=False).delete()[0]:
        return True
    return not mine.update(claimed_at=None, is_new=True, attempts=0)


def note_failure(product_id: int, error: Exception) -> None:
    """Keep why a product could not be scored, for operators; whoever had taken the request keeps it until it is free.

    The first line is enough: in the next ones a database quotes rows.
    """
    said = str(error).partition("\n")[0]
    ScoreRequest.objects.filter(product_id=product_id).update(why=f"{type(error).__name__}: {said}"[:300])


def parked(now: datetime) -> QuerySet[ScoreRequest]:
    """Return the requests that were taken in vain too often, and wait for the next vote."""
    return ScoreRequest.objects.filter(attempts__gte=ScoreRequest.MOST_ATTEMPTS, claimed_at__lt=now - CLAIM_LASTS)


def _free(now: datetime) -> Q:
    left = Q(claimed_at__lt=now - CLAIM_LASTS, attempts__lt=ScoreRequest.MOST_ATTEMPTS)
    return Q(claimed_at=None) | left | Q(claimed_at__lt=now - PARKED_FOR)
