"""Reads the ranking, one page at a time: the features by rank, where capacity ends, and what has no rank yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from prioritization.filters import RankingFilter
from prioritization.models import ScoreRequest, ScoreRun, VotingFeature
from prioritization.queries.criteria import SHORT_NAMES, default_criteria
from prioritization.rules.cut_line import Cut, cut
from prioritization.rules.rounding import round_to
from prioritization.rules.scales import SPLIT_FROM
from roadmap.filters import size_in_days
from roadmap.models import Feature, Objective, Product, Release, Standing, Team
from roadmap.queries.features import lanes
from stakeholders import clock
from stakeholders.models import Invitation, Round

PAGE = 50
CUT_CHUNK = 200


@dataclass(frozen=True)
class Weighed:
    """A criterion as the run weighed it; `share` in [0, 1], all of them together 1."""

    key: str
    name: str
    short: str
    share: float
    is_cost: bool


@dataclass(frozen=True)
class Mark:
    """What the dot mark of a criterion draws; interval None until it is computed, mean None where nobody rated."""

    name: str
    mean: float | None
    low: float | None
    high: float | None
    votes: int


@dataclass(frozen=True)
class RankingRow:
    """One feature in the ranking; without votes rank and score are None.

    is_above_cut  whether the capacity reaches this far down
    ends_capacity whether the cut line is drawn below this row
    """

    feature: Feature
    rank: int | None
    score: float | None
    marks: list[Mark]
    split: float | None
    votes: int
    objective: Objective | None
    size_days: float | None
    is_above_cut: bool = False
    ends_capacity: bool = False

    @property
    def is_split(self) -> bool:
        return self.split is not None and self.split > SPLIT_FROM


@dataclass(frozen=True)
class CutLine:
    """How far the capacity of a release reaches down the ranking; `rank` is the last that fits, 0 when none does.

    Only what is not planned yet, or planned for this release, takes of its capacity; `elsewhere` is how many features
    above the line are planned for another one.
    """

    release: Release
    capacity_days: float
    rank: int
    cut: Cut

    @property
    def elsewhere(self) -> int:
        return self.rank - self.cut.fitting


@dataclass(frozen=True)
class Choices:
    """What the ranking of a product can be filtered by; `releases` carry `capacity_days`."""

    objectives: list[Objective]
    teams: list[Team]
    releases: list[Release]

    @classmethod
    def of(cls, product: Product) -> Choices:
        """Read them, in three queries."""
        releases = product.releases.annotate(capacity_days=Sum("capacities__days"))
        return cls(list(product.objectives.all()), list(product.teams.all()), list(releases))


@dataclass(frozen=True)
class RankingPage:
    """One page of the ranking.

    run           the run that everything on the page comes from; None before the first
    asked_at      since when votes wait to be counted; None when the run has them all
    ranked        features with a rank that match the filters
    total         features that can still be chosen, ranked or not, whatever the filters
    unranked      those without a rank, on the last page of an unfiltered ranking
    """

    run: ScoreRun | None
    asked_at: datetime | None
    criteria: list[Weighed]
    rows: list[RankingRow]
    unranked: list[RankingRow]
    ranked: int
    total: int
    number: int
    cut_line: CutLine | None
    filters: RankingFilter
    choices: Choices = field(repr=False)

    @property
    def pages(self) -> int:
        return max(1, ceil(self.ranked / PAGE))

    @property
    def is_last(self) -> bool:
        return self.number == self.pages

    @property
    def first_row(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def last_row(self) -> int:
        return min(self.number * PAGE, self.ranked)

    @property
    def without_votes(self) -> int:
        """How many features nobody has voted on, on this page or not; not told while filters are on."""
        return 0 if self.filters.active or self.run is None else max(0, self.total - self.run.ranked)

    @property
    def split_count(self) -> int:
        return self.run.used.get("split", 0) if self.run else 0

    @property
    def begins_with_cut(self) -> bool:
        """Whether not even the first feature fits, so that the line stands above it."""
        return bool(self.cut_line and self.cut_line.rank == 0 and self.number == 1 and self.rows)


def ranking_page(product: Product, query: QueryDict, *, today: date) -> RankingPage:
    """Return the page that a query string asks for; a page beyond the last is the last.

    A fixed number of queries, and none whose cost grows with the product but counting: without filters a page is a range
    of ranks, the number of ranks stands in the run, and the capacity is walked down no further than it reaches.
    """
    run = ScoreRun.objects.filter(product=product).first()
    choices = Choices.of(product)
    alive = Feature.objects.filter(product=product).alive()
    filters = RankingFilter(query, alive, choices=choices, split_count=run.used.get("split", 0) if run else 0)
    cut_line = _cut_line(product, _release_to_fill(choices, filters, today))
    criteria = weighed_criteria(run)
    total = alive.count()
    if filters.active:
        found = filters.qs.filter(standing__rank__isnull=False)
        ranked = found.count()
    else:
        found, ranked = alive, run.ranked if run else 0
    number = _page_number(query.get("page"), max(1, ceil(ranked / PAGE)))
    ids = list(_on_page(found, number, ranked, is_filtered=bool(filters.active)))
    rows = _rows(product, ids, criteria, cut_line)
    return RankingPage(
        run=run,
        asked_at=ScoreRequest.objects.filter(product=product).values_list("asked_at", flat=True).first(),
        criteria=criteria,
        rows=[row for row in rows if row.rank],
        unranked=[row for row in rows if not row.rank],
        ranked=ranked,
        total=total,
        number=number,
        cut_line=cut_line,
        filters=filters,
        choices=choices,
    )


def weighed_criteria(run: ScoreRun | None) -> list[Weighed]:
    """Return the criteria that a run used, in their order; names of the defaults in the reader's language."""
    defaults = {each.key: each.name for each in default_criteria()}
    return [
        _weighed(each, defaults[each["key"]] if each["is_default"] else each["name"], defaults)
        for each in (run.criteria if run else [])
    ]


def _weighed(terms: Mapping[str, Any], name: str, defaults: Mapping[str, str]) -> Weighed:
    key = terms["key"]
    short = str(SHORT_NAMES[key]) if name == defaults.get(key) else name
    return Weighed(key=key, name=name, short=short, share=terms["weight"], is_cost=terms["is_cost"])


def _page_number(text: str | None, pages: int) -> int:
    return min(max(int(text), 1), pages) if text and text.isascii() and text.isdigit() and len(text) < 8 else 1


def _on_page(features: Any, number: int, ranked: int, *, is_filtered: bool) -> Any:
    """Return the ids of a page's features by rank; the last page of the whole ranking ends with what has no rank."""
    by_rank = features.order_by(F("standing__rank").asc(nulls_last=True), "number").values_list("pk", flat=True)
    first = (number - 1) * PAGE
    if is_filtered:
        return by_rank[first : first + PAGE]
    if number * PAGE < ranked:
        return by_rank.filter(standing__rank__gt=first, standing__rank__lte=first + PAGE)
    return by_rank.filter(Q(standing__rank__gt=first) | Q(standing__rank=None))[: 2 * PAGE]


def _rows(product: Product, ids: list[int], criteria: list[Weighed], cut_line: CutLine | None) -> list[RankingRow]:
    features = Feature.objects.filter(pk__in=ids).select_related("standing").annotate(size_days=size_in_days())
    by_id = {feature.pk: feature for feature in features}
    objectives = lanes(ids)
    rows = []
    for pk in ids:
        feature = by_id[pk]
        feature.product = product
        standing: Standing | None = getattr(feature, "standing", None)
        rank = standing.rank if standing else None
        rows.append(
            RankingRow(
                feature=feature,
                rank=rank,
                score=standing.score if standing and rank else None,
                marks=marks(standing, criteria),
                split=standing.split if standing else None,
                votes=standing.votes if standing else 0,
                objective=objectives.get(pk),
                size_days=feature.size_days,
                is_above_cut=bool(rank and cut_line and rank <= cut_line.rank),
                ends_capacity=bool(rank and cut_line and cut_line.cut.is_reached and rank == cut_line.rank),
            )
        )
    return rows


def marks(standing: Standing | None, criteria: list[Weighed]) -> list[Mark]:
    """Return one mark a criterion, in their order."""
    held = standing.criteria if standing else {}
    return [
        Mark(each.name, cell.get("mean"), cell.get("low"), cell.get("high"), cell.get("votes", 0))
        for each in criteria
        for cell in [held.get(each.key, {})]
    ]


def cut_rank(product: Product, *, today: date) -> int:
    """Return how many ranks the capacity of the release to fill next reaches down; 0 where there is no line to draw."""
    choices = Choices.of(product)
    found = _cut_line(product, _release_to_fill(choices, None, today))
    return found.rank if found and found.cut.is_reached else 0


def is_waiting(product: Product) -> bool:
    """Whether scores are asked for that are not worked out yet."""
    return ScoreRequest.objects.filter(product=product).exists()


def today_of(product: Product) -> date:
    """Return the date where the product is."""
    return timezone.localdate(clock.now(), ZoneInfo(product.time_zone))


def _release_to_fill(choices: Choices, filters: RankingFilter | None, today: date) -> Release | None:
    """Return the release whose capacity the line shows: the one filtered by, else the next that ends and has capacity."""
    with_capacity = [release for release in choices.releases if release.capacity_days]
    chosen = filters.active.get("release") if filters else None
    for release in with_capacity:
        if str(release.pk) == chosen or (chosen in (None, "none") and release.ends_on >= today):
            return release
    return None


def _cut_line(product: Product, release: Release | None) -> CutLine | None:
    """Walk down what is unplanned or planned for `release`; the rank of the last that fits is where the line stands."""
    if release is None:
        return None
    last_rank = 0

    def sizes() -> Iterator[float | None]:
        nonlocal last_rank
        for rank, size in _candidates(product, release):
            yield size
            last_rank = rank

    found = cut(sizes(), release.capacity_days)
    return CutLine(release, release.capacity_days, last_rank, found)


def _candidates(product: Product, release: Release) -> Iterator[tuple[int, float | None]]:
    """Yield rank and size of the features that could fill a release, best first, read in chunks until enough are."""
    open_ = Feature.objects.filter(Q(release=None) | Q(release=release), product=product).alive()
    rank = 0
    while True:
        chunk = list(
            open_.filter(standing__rank__gt=rank)
            .annotate(size_days=size_in_days())
            .order_by("standing__rank")
            .values_list("standing__rank", "size_days")[:CUT_CHUNK]
        )
        yield from chunk
        if len(chunk) < CUT_CHUNK:
            return
        rank = chunk[-1][0]


@dataclass(frozen=True)
class OpenVoting:
    """A voting round that takes answers now: what it asks about, and how many have answered of how many."""

    round: Round
    features: int
    answered: int
    people: int


def open_voting(product: Product) -> OpenVoting | None:
    """Return the product's open voting round, the one that closes first when there are several; one query."""
    asked = VotingFeature.objects.filter(voting__round=OuterRef("pk")).order_by().values("voting")
    people = Invitation.objects.standing().filter(round=OuterRef("pk")).order_by().values("round")
    found = (
        Round.objects.open()
        .filter(product=product, kind="voting")
        .annotate(
            features=Subquery(asked.annotate(n=Count("pk")).values("n")),
            people=Subquery(people.annotate(n=Count("pk")).values("n")),
            answered=Subquery(people.exclude(answered_at=None).annotate(n=Count("pk")).values("n")),
        )
        .order_by("deadline_at")
        .first()
    )
    if found is None:
        return None
    return OpenVoting(found, found.features or 0, found.answered or 0, found.people or 0)


def ranking_file(product: Product) -> Iterator[list[Any]]:
    """Yield the whole ranking as rows of a file: heads first, then the features by rank, in two queries and one a chunk."""
    run = ScoreRun.objects.filter(product=product).first()
    criteria = weighed_criteria(run)
    heads = [_("Rank"), _("Key"), _("Title"), _("Score"), *(each.name for each in criteria)]
    yield [*heads, _("Split"), _("Person-days"), _("Votes"), _("Status")]
    ranked = Feature.objects.filter(product=product, standing__rank__isnull=False).select_related("standing")
    for feature in ranked.annotate(size_days=size_in_days()).order_by("standing__rank"):
        standing = feature.standing
        yield [
            standing.rank,
            f"{product.key}-{feature.number}",
            feature.title,
            _rounded(standing.score, 1),
            *(_rounded(mark.mean, 2) for mark in marks(standing, criteria)),
            _rounded(standing.split, 2),
            feature.size_days,
            standing.votes,
            feature.status,
        ]


def _rounded(value: float | None, digits: int) -> Decimal | None:
    return None if value is None else round_to(value, digits)
