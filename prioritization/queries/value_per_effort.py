"""Reads the features by value per effort, one page at a time: benefit for a person-day, and beside it the ranking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import ceil
from typing import Any

from django.db.models import Case, F, FloatField, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, NullIf, Power

from prioritization.models import ScoreRequest, ScoreRun
from prioritization.queries.cut_line import Filled, release_to_fill
from prioritization.queries.ranking import weighed_criteria
from prioritization.queries.ranking_parts import PAGE, Weighed, page_number
from prioritization.queries.runs import of_one_run
from prioritization.rules.scales import HIGHEST, LOWEST
from prioritization.rules.value_per_effort import COST_BASE, Taken, taken, value_per_effort
from roadmap.models import Effort, Feature, Product, Standing

COMPARED = 10
"""How many of the first are looked for among the first of the ranking."""


class Apart(StrEnum):
    """Which features that have no ratio are asked for."""

    EFFORTLESS = "no-size"
    VOTELESS = "no-votes"


@dataclass(frozen=True)
class ValueRow:
    """One feature; `standing` is None without votes.

    place      in this order, 1 brings most; None: listed apart
    effort     likely person-days of all teams, or what the votes on effort stand for; None: unknown
    low, high  person-days, all teams' added up; None where votes stand in
    so_far     the effort of all features down to this one
    """

    feature: Feature
    standing: Standing | None
    place: int | None
    effort: float | None
    low: float | None = None
    high: float | None = None
    so_far: float = 0.0

    @property
    def ratio(self) -> float | None:
        return self._benefit_over(self.effort)

    @property
    def least(self) -> float | None:
        """The ratio should the feature take its high size; None where that is not known."""
        return self._benefit_over(self.high)

    @property
    def most(self) -> float | None:
        """The ratio should it take its low size; None where that is not known, or 0."""
        return self._benefit_over(self.low)

    def _benefit_over(self, effort: float | None) -> float | None:
        benefit = self.standing.benefit if self.standing else None
        return None if benefit is None else value_per_effort(benefit, effort)


@dataclass(frozen=True)
class ValuePage:
    """One page of the order, or of what is listed apart from it.

    run          the run that everything on the page comes from; None before the first
    is_waiting   whether votes wait to be counted
    effort       the criterion that the benefit leaves out; None: the product has none, and benefit is the score
    by_votes     whether no feature has a size, so that votes on effort stand in
    total        features that can still be chosen
    ranked       those with votes; listed: those with a ratio
    apart        which of the others the page lists; None: the order itself
    filled       the release that ends next and has capacity
    budget       person-days that were typed, and what they take; None: nothing typed
    """

    run: ScoreRun | None
    is_waiting: bool
    effort: Weighed | None
    by_votes: bool
    total: int
    ranked: int
    listed: int
    apart: Apart | None
    rows: list[ValueRow]
    number: int
    pages: int
    filled: Filled | None
    budget: float | None
    taken: Taken | None

    @property
    def effortless(self) -> int:
        """How many have votes and no effort to divide by."""
        return self.ranked - self.listed

    @property
    def voteless(self) -> int:
        return self.total - self.ranked

    @property
    def is_all_effort(self) -> bool:
        """Whether effort has all the weight, so that nothing is left to be called benefit."""
        return bool(self.effort and self.effort.share >= 1)

    @property
    def best(self) -> ValueRow | None:
        """The first of the order, on its first page."""
        return self.rows[0] if self.rows and self.rows[0].place == 1 else None

    @property
    def compared(self) -> int:
        return min(COMPARED, len(self.rows))

    @property
    def shared(self) -> int:
        """How many of the first `compared` are among as many first of the ranking."""
        first = [row.standing.rank for row in self.rows[: self.compared] if row.standing and row.standing.rank]
        return sum(rank <= self.compared for rank in first)


def has_sizes(product: Product) -> bool:
    """Whether any feature has a size in person-days; if none has, votes on effort stand in for them. One query."""
    return Effort.objects.filter(feature__product=product, likely__gt=0).exists()


def value_page(
    product: Product, *, today: date, page: str | None = None, apart: Apart | None = None, budget: float | None = None
) -> ValuePage:
    """Return the page that is asked for, of one run; a page beyond the last is the last. A fixed number of queries.

    budget  person-days; what they take from the top is walked down no further than they reach
    """
    return of_one_run(product, lambda run: _page_of(product, run, today, page, apart, budget))


def _page_of(
    product: Product, run: ScoreRun | None, today: date, page: str | None, apart: Apart | None, budget: float | None
) -> ValuePage:
    effort = next((each for each in weighed_criteria(run) if each.is_effort), None)
    by_votes = not has_sizes(product)
    alive = Feature.objects.filter(product=product).alive()
    ranked = alive.filter(standing__rank__isnull=False)
    known = ranked.annotate(**_efforts(by_votes, effort))
    in_order = known.filter(effort__gt=0, standing__benefit__isnull=False).order_by(
        (F("standing__benefit") / NullIf(F("effort"), Value(0.0))).desc(), "standing__rank"
    )
    lists: dict[Apart | None, QuerySet[Feature]] = {
        None: in_order,
        Apart.EFFORTLESS: known.filter(Q(effort=None) | Q(effort__lte=0)).order_by("standing__rank"),
        Apart.VOTELESS: alive.filter(standing__rank=None).annotate(**_efforts(by_votes, None)).order_by("number"),
    }
    listed, voted, total = in_order.count(), ranked.count(), alive.count()
    found = {None: listed, Apart.EFFORTLESS: voted - listed, Apart.VOTELESS: total - voted}[apart]
    pages = max(1, ceil(found / PAGE))
    number = page_number(page, pages)
    first = (number - 1) * PAGE
    before = in_order[:first].aggregate(sum=Sum("effort"))["sum"] if first and not apart else 0.0
    takes = None if budget is None or by_votes else taken(in_order.values_list("standing__benefit", "effort"), budget)
    return ValuePage(
        run=run,
        is_waiting=ScoreRequest.objects.filter(product=product).exists(),
        effort=effort,
        by_votes=by_votes,
        total=total,
        ranked=voted,
        listed=listed,
        apart=apart,
        rows=_rows(product, lists[apart][first : first + PAGE], None if apart else first + 1, before or 0.0),
        number=number,
        pages=pages,
        filled=release_to_fill(product, today=today),
        budget=budget,
        taken=takes,
    )


def _efforts(by_votes: bool, effort: Weighed | None) -> dict[str, Any]:
    """Return the columns `effort`, `low` and `high`: sizes of all teams together, or what votes on effort stand for."""
    unknown = Value(None, output_field=FloatField())
    if not by_votes:
        return {"effort": Sum("efforts__likely"), "low": Sum("efforts__low"), "high": Sum("efforts__high")}
    if effort is None:
        return {"effort": unknown, "low": unknown, "high": unknown}
    cell = KeyTransform(effort.key, "standing__criteria")
    mean = Cast(KeyTextTransform("pulled", cell), FloatField())
    votes = Cast(KeyTextTransform("votes", cell), IntegerField())
    steps = mean - Value(float(LOWEST)) if effort.is_cost else Value(float(HIGHEST)) - mean
    cost = Case(When(Q(voted__gt=0), then=Power(Value(COST_BASE), steps)), default=None, output_field=FloatField())
    return {"voted": votes, "effort": cost, "low": unknown, "high": unknown}


def _rows(product: Product, shown: QuerySet[Feature], place: int | None, so_far: float) -> list[ValueRow]:
    """Return a page's rows: one query for their order and effort, one for the features."""
    efforts = list(shown.values_list("pk", "effort", "low", "high"))
    features = Feature.objects.filter(pk__in=[pk for pk, *_ in efforts]).select_related("standing").in_bulk()
    rows = []
    for at, (pk, effort, low, high) in enumerate(efforts):
        feature = features[pk]
        feature.product = product
        so_far += effort or 0.0
        rows.append(
            ValueRow(
                feature=feature,
                standing=getattr(feature, "standing", None),
                place=None if place is None else place + at,
                effort=effort,
                low=low,
                high=high,
                so_far=so_far,
            )
        )
    return rows
