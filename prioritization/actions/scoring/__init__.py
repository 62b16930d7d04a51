"""Scores a product from its ratings. Imports numpy: only tasks and commands may import this package."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from prioritization.actions.scores import Claim, claim, finish, request_scores, still_holds
from prioritization.actions.scoring.checks import check_voters
from prioritization.actions.scoring.inputs import Inputs, read_inputs
from prioritization.actions.scoring.memory import Memory
from prioritization.actions.scoring.standings import freeze_rounds, write_standings
from prioritization.actions.tallies import count_asked
from prioritization.models import ScoreRequest, ScoreRun
from prioritization.queries.criteria import default_criteria
from prioritization.rules.rank_intervals import DRAWS
from prioritization.rules.reliability import alpha
from prioritization.rules.scales import SPLIT_FROM
from prioritization.rules.scoring import Placed, Scored, place_features, score_features
from roadmap.models import Product

__all__ = ["LEAST_SECONDS", "Memory", "check_latest", "read_inputs", "score", "score_when_asked"]

LEAST_SECONDS = 0.5
"""Between the beginnings of two runs of one product: a run of 10,000 features takes most of it, a small one next to none."""


def score_when_asked(
    product_id: int,
    *,
    clock: Callable[[], datetime],
    memory: Memory | None = None,
    rest: Callable[[float], None] = time.sleep,
) -> ScoreRun | None:
    """Count and score a product if that is asked for and nobody else is at it, again until no newer vote is left out.

    memory  what this worker knows of earlier runs; without one everything is read
    rest    called with seconds: while many vote on a small product, runs that follow at once would take the processor
            from them (see LEAST_SECONDS)

    Returns the last run, None when there was nothing to do.
    """
    run = None
    while True:
        began = time.monotonic()
        held = claim(product_id, now=clock())
        if held is None:
            break
        count_asked(product_id, now=clock())
        done = _score(Product.objects.get(pk=product_id), held=held, now=clock(), memory=memory)
        if done is None:
            return None
        run = done.run
        if finish(held):
            break
        rest(max(0.0, LEAST_SECONDS - (time.monotonic() - began)))
    return run


def check_latest(product_id: int, *, now: datetime, memory: Memory | None = None) -> int:
    """Check the voters of a product whose latest run has no checks yet; return how many checks changed.

    Not part of scoring, because nobody waits for it while people vote: the sweep calls it when nothing is asked for.
    Reads everything anew, whatever is remembered. When that is not what the run was made of, it only asks for another.
    """
    run = ScoreRun.objects.filter(product=product_id).first()
    if run is None or "robust" in run.used or ScoreRequest.objects.filter(product=product_id).exists():
        return 0
    product = Product.objects.get(pk=product_id)
    inputs = read_inputs(product, now=now)
    if inputs.digest() != run.digest:
        if memory:
            memory.forget(product_id)
        request_scores(product_id, now=now)
        return 0
    scored = score_features(inputs.ids, inputs.judged(), inputs.voters(), is_open=inputs.is_open, terms=inputs.terms)
    return check_voters(product, run, inputs, scored, top=run.used["cut"]["k"])


@dataclass(frozen=True)
class _Done:
    """A run, and what its checks need; nothing where the inputs were those of the run before."""

    run: ScoreRun
    found: tuple[Product, Inputs, Scored, int] | None = None

    def check(self) -> None:
        if self.found:
            product, inputs, scored, top = self.found
            check_voters(product, self.run, inputs, scored, top=top)


def score(product: Product, *, now: datetime, held: Claim | None = None) -> ScoreRun | None:
    """Score a product and check its voters at once; see `_score`. None when `held` was lost meanwhile."""
    done = _score(product, now=now, held=held)
    if done is None:
        return None
    done.check()
    return done.run


def _score(product: Product, *, now: datetime, held: Claim | None = None, memory: Memory | None = None) -> _Done | None:
    """Score a product as its ratings are now, and write the run with the standings that changed; return the run.

    The same inputs as last time change nothing and return that run. None when `held` was lost to another worker
    meanwhile, whose inputs are newer. Rounds that have closed since keep the result.
    """
    inputs = read_inputs(product, now=now, memory=memory)
    digest = inputs.digest()
    last = ScoreRun.objects.filter(product=product).first()
    if last is not None and last.digest == digest:
        with transaction.atomic():
            freeze_rounds(product, last)
        return _Done(last)
    scored = score_features(inputs.ids, inputs.judged(), inputs.voters(), is_open=inputs.is_open, terms=inputs.terms)
    placed = place_features(inputs.ids, scored, cut=inputs.cut_after, seed=inputs.seed)
    defaults = default_criteria()
    before = memory.figures_of(product.pk) if memory else None
    if before and (last is None or before.run != last.pk):
        before = None
    with transaction.atomic():
        if held is not None and not still_holds(held):
            return None
        run = ScoreRun.objects.create(
            product=product,
            at=now,
            seed=inputs.seed,
            digest=digest,
            criteria=[
                {
                    "key": each.key,
                    "name": each.name,
                    "weight": share,
                    "entered": each.weight,
                    "is_cost": each.is_cost,
                    "is_default": each in defaults,
                }
                for each, share in zip(inputs.criteria, inputs.shares(), strict=True)
            ],
            used=_used(inputs, scored, placed),
            ranked=len(scored.order),
        )
        figures = write_standings(product, run, inputs, scored, placed, before=before)
        freeze_rounds(product, run)
    if memory:
        memory.keep_figures(product.pk, figures)
    return _Done(run, (product, inputs, scored, placed.top))


def _used(inputs: Inputs, scored: Scored, placed: Placed) -> dict[str, Any]:
    """Return what a reader needs to follow the run; see ScoreRun."""
    order, k = scored.order, placed.top
    keys = [each.key for each in inputs.criteria]
    contested = (placed.low[order] <= k) & (placed.high[order] > k)
    return {
        "beta": inputs.terms.beta,
        "departments": {str(pk): weight for pk, weight in inputs.department_weights.items() if pk},
        "rating_style": scored.without_style,
        "coverage": round(scored.coverage, 4),
        "voters": len(set(inputs.given.seat.tolist())),
        "between": {key: round(each.style.between, 4) for key, each in zip(keys, scored.fits, strict=True)},
        "correlation": scored.correlation.tolist(),
        "level": scored.level,
        "draws": DRAWS,
        "cut": {"k": k, "release": inputs.release_id},
        "tiers": int(placed.tiers.max(initial=0)),
        "contested": int(contested.sum()),
        "hot": int((placed.heat[order] > 0).sum()),
        "alpha": {key: alpha(each.counts) for key, each in zip(keys, scored.fits, strict=True)},
        "effective": round(float(scored.effective[order].mean()), 2) if len(order) else 0.0,
        "effort": next((each.key for each in inputs.criteria if each.is_effort), None),
        "largest_share": inputs.terms.largest_share,
        "capped": sum(each.capped for each in scored.fits),
        "split": int((np.nan_to_num(scored.splits[order]) > SPLIT_FROM).sum()),
        "priors": {
            key: {
                "mu": each.prior.mean,
                "k": each.prior.weight,
                "s2": each.prior.within,
                "tau2": each.prior.between,
                "is_fallback": each.prior.is_fallback,
            }
            for key, each in zip(keys, scored.fits, strict=True)
        },
    }
