"""The results of a voting round as the projector shows them: the top of the ranking among what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prioritization.models import ScoreRequest, ScoreRun
from prioritization.rules.scales import SPLIT_FROM
from roadmap.models import Feature, Standing
from stakeholders.models import Round
from stakeholders.rules.tokens import hash_of

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A feature with its place in the product's ranking."""

    feature: Feature
    standing: Standing

    @property
    def is_split(self) -> bool:
        """Votes apart rather than few (METHODS d)."""
        return (self.standing.split or 0) > SPLIT_FROM


@dataclass(frozen=True, slots=True)
class Results:
    """The best of the features asked in a round, best first.

    ranked    how many features the product's ranking has: what the intervals are drawn on
    more      how many asked features with a rank are not shown
    asked_at  since when votes wait to be counted; None when the run has them all
    """

    run: ScoreRun | None
    lines: list[Line]
    more: int
    asked_at: datetime | None

    @property
    def etag(self) -> str:
        """A tag made of the facts: the run says all that is drawn."""
        run = f"{self.run.pk}|{self.run.at.isoformat()}" if self.run else ""
        return f'"{hash_of(f"{run}|{self.asked_at}|{[line.feature.pk for line in self.lines]}")[:24]}"'


def results(round: Round) -> Results:
    """Return the top of a voting round's ranking, in four queries."""
    ranked = Feature.objects.filter(asked_in__voting__round=round, standing__rank__isnull=False)
    lines = [
        Line(feature, feature.standing)
        for feature in ranked.select_related("standing").order_by("standing__rank")[:SHOWN]
    ]
    for line in lines:
        line.feature.product = round.product
    return Results(
        run=ScoreRun.objects.filter(product=round.product_id).first(),
        lines=lines,
        more=max(0, ranked.count() - SHOWN),
        asked_at=ScoreRequest.objects.filter(product=round.product_id).values_list("asked_at", flat=True).first(),
    )
