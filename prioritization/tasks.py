"""Background work of prioritization: ids in, call the act, out."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from celery import shared_task

from prioritization.actions import scores
from prioritization.actions.pruning import prune_runs
from stakeholders import clock
from stakeholders.models import User

if TYPE_CHECKING:
    from prioritization.actions.scoring import Memory


log = logging.getLogger(__name__)


@cache
def _memory() -> Memory:
    """Return what this process remembers of the products it scored."""
    from prioritization.actions.scoring import Memory

    return Memory()


@shared_task(ignore_result=True)
def score_product(product_id: int) -> None:
    """Score one product if that is asked for. One that cannot be scored keeps nobody else from it: it is parked in time."""
    # numpy comes with it, and is loaded only by the worker that scores.
    from prioritization.actions.scoring import score_when_asked

    try:
        score_when_asked(product_id, clock=clock.now, memory=_memory())
    except Exception as error:
        _memory.cache_clear()
        scores.note_failure(product_id, error)
        log.exception("Product %s could not be scored.", product_id)


@shared_task(ignore_result=True)
def score_due_products() -> None:
    """Score whatever is asked for and whatever went stale without a vote, then check voters: the sweep that needs no message."""
    scores.request_stale(now=clock.now())
    for product_id in scores.due_products(clock.now()):
        score_product(product_id)
    if unchecked := scores.unchecked_products(now=clock.now()):
        from prioritization.actions.scoring import check_latest

        for product_id in unchecked:
            try:
                check_latest(product_id, now=clock.now(), memory=_memory())
            except Exception:
                log.exception("The voters of product %s could not be checked.", product_id)


@shared_task(ignore_result=True)
def prune_score_runs() -> None:
    """Forget runs that no page and no result needs any more."""
    prune_runs()


@shared_task(ignore_result=True)
def open_sample_to(user_id: int) -> None:
    """Load the sample for an administrator who asked for it."""
    from prioritization.actions.sample import may_load_sample, open_sample

    if may_load_sample():
        open_sample(User.objects.get(pk=user_id), now=clock.now())
