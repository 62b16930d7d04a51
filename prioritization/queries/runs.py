"""Reads the latest run of the scoring engine, and keeps what is read beside it from belonging to another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from prioritization.models import ScoreRequest, ScoreRun
from roadmap.models import Product

Found = TypeVar("Found")
TRIES = 3


def latest_run(product: Product) -> ScoreRun | None:
    return ScoreRun.objects.filter(product=product).first()


def of_one_run(product: Product, read: Callable[[ScoreRun | None], Found]) -> Found:
    """Return what `read` makes of the latest run, read again when another run was written meanwhile.

    A run writes its row and its standings in one transaction, but two statements may see different ones; without this a
    page could show the weights of one run beside the scores of the next. One query more than `read`.
    """
    for _ in range(TRIES):
        run = latest_run(product)
        found = read(run)
        if ScoreRun.objects.filter(product=product).values_list("pk", flat=True).first() == (run and run.pk):
            break
    return found


def is_waiting(product: Product) -> bool:
    """Whether scores are asked for that are not worked out yet."""
    return ScoreRequest.objects.filter(product=product).exists()
