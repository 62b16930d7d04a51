"""Scores a product from its tallies. Imports numpy: only tasks and commands may import this module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from prioritization.actions.scores import Claim, claim, finish, still_holds
from prioritization.models import ScoreRun, Tally
from prioritization.queries.criteria import criteria_of, default_criteria
from prioritization.rules.criteria import AskedCriterion
from prioritization.rules.scales import SPLIT_FROM, shares
from prioritization.rules.scoring import Judged, Ranking, rank_features
from prioritization.rules.weights import SQUARE_ROOT_LAW, Tallies
from roadmap.models import Feature, Product, Standing
from stakeholders.models import Department

METHOD = "weighted sum, square-root departments, empirical Bayes, no rating style; 1"
NOBODYS_DEPARTMENT = 0
WRITTEN = ("run", "score", "rank", "votes", "split", "criteria")
ROWS_A_STATEMENT = 500


@dataclass(frozen=True)
class Inputs:
    """All that a run depends on; arrays in the order of feature ids, rows of `cells` in their own order.

    ids                 (n,) of all features of the product
    is_open             (n,) neither shipped nor dropped
    people              (n,) how many gave at least one rating
    cells               a criterion: (t, 6) feature id, department id, value, votes that count, weight, squared weight
    department_weights  by id; NOBODYS_DEPARTMENT is people without one
    """

    ids: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    people: NDArray[np.int64]
    criteria: Sequence[AskedCriterion]
    cells: Sequence[NDArray[np.float64]]
    department_weights: dict[int, float]

    def digest(self) -> str:
        """Return the SHA-256 of everything that could change a result."""
        terms = [(each.key, weight, each.is_cost) for each, weight in zip(self.criteria, self.shares(), strict=True)]
        hashed = sha256(repr((METHOD, SQUARE_ROOT_LAW, terms, sorted(self.department_weights.items()))).encode())
        for array in (self.ids, self.is_open, self.people, *self.cells):
            hashed.update(repr(array.shape).encode() + array.tobytes())
        return hashed.hexdigest()

    def shares(self) -> tuple[float, ...]:
        return shares([each.weight for each in self.criteria])


def score_when_asked(product_id: int, *, clock: Callable[[], datetime]) -> ScoreRun | None:
    """Score a product if that is asked for and nobody else is at it, again until no newer vote is left out.

    Returns the last run, None when there was nothing to do.
    """
    run = None
    while held := claim(product_id, now=clock()):
        run = score(Product.objects.get(pk=product_id), held=held, now=clock())
        if run is None or finish(held):
            break
    return run


def score(product: Product, *, now: datetime, held: Claim | None = None) -> ScoreRun | None:
    """Score a product as its tallies are now, and write the run with the standings that changed; return the run.

    The same inputs as last time change nothing and return that run. None when `held` was lost to another worker
    meanwhile, whose inputs are newer.
    """
    inputs = read_inputs(product)
    digest = inputs.digest()
    last = ScoreRun.objects.filter(product=product).first()
    if last is not None and last.digest == digest:
        return last
    ranking = rank(inputs)
    defaults = default_criteria()
    with transaction.atomic():
        if held is not None and not still_holds(held):
            return None
        run = ScoreRun.objects.create(
            product=product,
            at=now,
            seed=int(digest[:12], 16),
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
            used=_used(inputs, ranking),
            ranked=int((ranking.ranks > 0).sum()),
        )
        write_standings(product, run, inputs, ranking)
    return run


def read_inputs(product: Product) -> Inputs:
    """Read what a run needs: two queries, one a criterion, and those of the criteria and departments."""
    features = Feature.objects.filter(product=product).order_by("pk").values_list("pk", "status")
    done = {Feature.Status.SHIPPED, Feature.Status.DROPPED}
    ids = np.array([pk for pk, _ in features], dtype=np.int64)
    criteria = criteria_of(product)
    tallies = Tally.objects.filter(feature__product=product)
    cells = [_cells(tallies.filter(criterion=each.key), ids) for each in criteria]
    people = np.zeros(len(ids), dtype=np.int64)
    rated = tallies.filter(criterion=Tally.PEOPLE).values_list("feature_id", "votes")
    counted = np.array(list(rated), dtype=np.int64).reshape(-1, 2)
    counted = counted[np.isin(counted[:, 0], ids)]
    np.add.at(people, np.searchsorted(ids, counted[:, 0]), counted[:, 1])
    voting = {int(pk) for each in cells for pk in np.unique(each[:, 1])} - {NOBODYS_DEPARTMENT}
    weights = dict(Department.objects.filter(pk__in=voting).values_list("pk", "weight"))
    return Inputs(
        ids=ids,
        is_open=np.array([status not in done for _, status in features], dtype=bool),
        people=people,
        criteria=criteria,
        cells=cells,
        department_weights={NOBODYS_DEPARTMENT: 1.0, **weights},
    )


def _cells(tallies: Any, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    rows = tallies.exclude(value=None).values_list(
        "feature_id",
        Coalesce("department_id", NOBODYS_DEPARTMENT),
        "value",
        "counted",
        "weight_sum",
        "weight_square_sum",
    )
    cells = np.array(list(rows), dtype=np.float64).reshape(-1, 6)
    cells = cells[np.isin(cells[:, 0], ids)]
    return cells[np.lexsort((cells[:, 2], cells[:, 1], cells[:, 0]))]


def rank(inputs: Inputs) -> Ranking:
    """Hand the inputs to the rules, ids turned into positions."""
    departments = np.array(sorted(inputs.department_weights), dtype=np.int64)
    judged = [
        Judged(
            each.weight,
            each.is_cost,
            Tallies(
                feature=np.searchsorted(inputs.ids, cells[:, 0]),
                department=np.searchsorted(departments, cells[:, 1]),
                value=cells[:, 2].astype(np.intp),
                votes=cells[:, 3],
                weight=cells[:, 4],
                square=cells[:, 5],
            ),
        )
        for each, cells in zip(inputs.criteria, inputs.cells, strict=True)
    ]
    weights = np.array([inputs.department_weights[pk] for pk in departments])
    return rank_features(inputs.ids, judged, weights, is_open=inputs.is_open)


def _used(inputs: Inputs, ranking: Ranking) -> dict[str, Any]:
    """Return what a reader needs to follow the run: priors, department weights, what was left out, how many are split."""
    return {
        "beta": SQUARE_ROOT_LAW,
        "departments": {str(pk): weight for pk, weight in inputs.department_weights.items() if pk},
        "rating_style": False,
        "split": int(((ranking.ranks > 0) & (np.nan_to_num(ranking.splits) > SPLIT_FROM)).sum()),
        "priors": {
            each.key: {
                "mu": prior.mean,
                "k": prior.weight,
                "s2": prior.within,
                "tau2": prior.between,
                "is_fallback": prior.is_fallback,
            }
            for each, prior in zip(inputs.criteria, ranking.priors, strict=True)
        },
    }


def write_standings(product: Product, run: ScoreRun, inputs: Inputs, ranking: Ranking) -> int:
    """Write the standings that differ from what is held, and say how many did.

    In one statement per 500 rows, inserted or overwritten, because an UPDATE per row takes seconds at 10,000 features.
    """
    held = {
        row[0]: row[1:]
        for row in Standing.objects.filter(product=product).values_list(
            "feature_id", "score", "rank", "votes", "split", "criteria"
        )
    }
    changed = []
    for index, feature_id in enumerate(inputs.ids.tolist()):
        values = _standing(index, inputs, ranking)
        before = held.get(feature_id)
        if before is None and values[0] is None:
            continue
        if before is None or not _same(before, values):
            score_, rank_, votes, split, criteria = values
            changed.append(
                Standing(
                    feature_id=feature_id,
                    product=product,
                    run=run.pk,
                    score=score_,
                    rank=rank_,
                    votes=votes,
                    split=split,
                    criteria=criteria,
                )
            )
    Standing.objects.bulk_create(
        changed,
        batch_size=ROWS_A_STATEMENT,
        update_conflicts=True,
        unique_fields=["feature"],
        update_fields=list(WRITTEN),
    )
    return len(changed)


def _standing(
    index: int, inputs: Inputs, ranking: Ranking
) -> tuple[float | None, int | None, int, float | None, dict[str, Any]]:
    """Return score, rank, votes, split and the criteria's marks of one feature; no votes: nothing but zeros and None."""
    has_votes = ranking.votes[index].any()
    split = float(ranking.splits[index])
    criteria = {
        each.key: {
            "mean": _or_none(ranking.means[index, c]),
            "low": None,
            "high": None,
            "votes": int(ranking.votes[index, c]),
            "effective": float(ranking.effective[index, c]),
        }
        for c, each in enumerate(inputs.criteria)
    }
    return (
        float(ranking.scores[index]) if has_votes else None,
        int(ranking.ranks[index]) or None,
        int(inputs.people[index]),
        _or_none(split),
        criteria,
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Whether two standings are equal but for float noise in score and split."""
    for one, other in ((before[0], after[0]), (before[3], after[3])):
        if (one is None) != (other is None) or (one is not None and abs(one - other) > 1e-9):
            return False
    return before[1] == after[1] and before[2] == after[2] and before[4] == after[4]
