"""Reads the whole ranking as numbers: the points of every ranked feature in every criterion, of one run.

What weights would do, what flips a pair and what would move a feature is worked out from these and nothing else, so that it
follows from the figures that pages show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import FloatField
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from prioritization.models import ScoreRun
from prioritization.queries.ranking import Weighed, weighed_criteria
from prioritization.queries.runs import of_one_run
from prioritization.rules.scales import HIGHEST, LOWEST, POINTS_A_STEP, points
from roadmap.models import Product, Standing


@dataclass(frozen=True)
class Lineup:
    """The ranked features of a run, best first.

    ids      of the features
    points   of each in every criterion, 0 to 100, after the pull toward the average
    scores   as the run has them
    """

    run: ScoreRun
    criteria: list[Weighed]
    ids: list[int]
    points: list[tuple[float, ...]]
    scores: list[float]

    @property
    def shares(self) -> list[float]:
        return [each.share for each in self.criteria]


def lineup(product: Product) -> Lineup | None:
    """Return the ranked features with their points; None before the first run. A fixed number of queries."""
    return of_one_run(product, lambda run: _lineup(product, run) if run else None)


def points_of(cells: Mapping[str, Any], run: ScoreRun, criteria: Sequence[Weighed]) -> tuple[float, ...]:
    """Return a feature's points in each criterion, 0 to 100, after the pull; a cell nobody rated has the prior's.

    cells  `Standing.criteria`; the weighted sum of the points is the score of the standing
    """
    priors = run.used["priors"]
    return tuple(points(pulled(cells[each.key], priors[each.key]), is_cost=each.is_cost) for each in criteria)


def pulled(cell: Mapping[str, Any], prior: Mapping[str, Any]) -> float:
    """Return a mean drawn toward the average; see rules.shrinkage.shrink, which views cannot import."""
    if cell["mean"] is None:
        return prior["mu"]
    return (cell["effective"] * cell["mean"] + prior["k"] * prior["mu"]) / (cell["effective"] + prior["k"])


def _lineup(product: Product, run: ScoreRun) -> Lineup:
    """Read every ranked feature; the database takes the means out of the JSON, because parsing it costs more than the rest."""
    criteria = weighed_criteria(run)
    means = [Cast(KeyTextTransform("pulled", KeyTransform(each.key, "criteria")), FloatField()) for each in criteria]
    rows = list(
        Standing.objects.filter(product=product, rank__isnull=False)
        .order_by("rank")
        .values_list("feature_id", "score", *means)
    )
    scales = [(POINTS_A_STEP, LOWEST) if not each.is_cost else (-POINTS_A_STEP, HIGHEST) for each in criteria]
    return Lineup(
        run=run,
        criteria=criteria,
        ids=[row[0] for row in rows],
        points=[
            tuple(step * (mean - zero) for mean, (step, zero) in zip(row[2:], scales, strict=True)) for row in rows
        ],
        scores=[row[1] for row in rows],
    )
