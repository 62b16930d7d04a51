"""Reads the ranking, one page at a time: the features by rank, where capacity ends, and what has no rank yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _

from prioritization.filters import RankingFilter
from prioritization.models import ScoreRequest, ScoreRun, VotingFeature
from prioritization.queries.criteria import SHORT_NAMES, default_criteria
from prioritization.queries.ranking_columns import USUAL, Column
from prioritization.queries.ranking_parts import (
    PAGE,
    Choices,
    CutLine,
    Mark,
    RankingPage,
    RankingRow,
    Tier,
    Weighed,
    page_number,
)
from prioritization.queries.runs import latest_run, of_one_run
from prioritization.rules.cut_line import cut
from prioritization.rules.rounding import round_to
from roadmap.filters import size_in_days
from roadmap.models import Feature, Product, Release, Standing
from roadmap.queries.features import lanes
from stakeholders.models import Invitation, Round

CUT_CHUNK = 200


def ranking_page(product: Product, query: QueryDict, *, today: date, columns: frozenset[Column] = USUAL) -> RankingPage:
    """Return the page that a query string asks for, of one run; a page beyond the last is the last.

    A fixed number of queries, and none whose cost grows with the product but counting: without filters a page is a range
    of ranks, the number of ranks stands in the run, and the capacity is walked down no further than it reaches.
    """
    return of_one_run(product, lambda run: _page_of(product, query, run, today, columns))


def _page_of(
    product: Product, query: QueryDict, run: ScoreRun | None, today: date, columns: frozenset[Column]
) -> RankingPage:
    choices = Choices.of(product)
    alive = Feature.objects.filter(product=product).alive()
    filters = RankingFilter(
        query,
        alive,
        choices=choices,
        split_count=run.used.get("split", 0) if run else 0,
        tiers=run.used.get("tiers", 0) if run else 0,
    )
    cut_line = _cut_line(product, _release_to_fill(choices, filters, today), run)
    filters.cut = cut_line.rank if cut_line else 0
    criteria = weighed_criteria(run)
    total = alive.count()
    if filters.active:
        found = filters.qs.filter(standing__rank__isnull=False)
        ranked = found.count()
    else:
        found, ranked = alive, run.ranked if run else 0
    number = page_number(query.get("page"), max(1, ceil(ranked / PAGE)))
    ids = list(_on_page(found, number, ranked, is_filtered=bool(filters.active)))
    rows = _rows(product, ids, criteria, cut_line)
    ranked_rows = [row for row in rows if row.rank]
    asked = ScoreRequest.objects.filter(product=product).first()
    return RankingPage(
        run=run,
        asked_at=asked and asked.asked_at,
        is_parked=bool(asked and asked.is_parked),
        criteria=criteria,
        rows=ranked_rows,
        unranked=[row for row in rows if not row.rank],
        ranked=ranked,
        total=total,
        number=number,
        cut_line=cut_line,
        filters=filters,
        choices=choices,
        columns=columns,
        tiers=_tiers(product, ranked_rows, is_whole=not filters.active),
    )


def _tiers(product: Product, rows: list[RankingRow], *, is_whole: bool) -> list[Tier]:
    """Return a page's rows by tier; whether the first and the last go on beyond the page takes one query."""
    groups: list[Tier] = []
    for row in rows:
        if groups and groups[-1].number == row.tier:
            groups[-1].rows.append(row)
        else:
            groups.append(Tier(row.tier, [row]))
    if not groups or not is_whole:
        return groups
    around = (rows[0].rank or 1) - 1, (rows[-1].rank or 0) + 1
    beyond = dict(Standing.objects.filter(product=product, rank__in=around).values_list("rank", "tier"))
    ends = [(0, around[0], "began"), (len(groups) - 1, around[1], "goes_on")]
    for at, rank, name in ends:
        if groups[at].number is not None and beyond.get(rank) == groups[at].number:
            groups[at] = replace(groups[at], **{name: True})
    return groups


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
    features = (
        Feature.objects.filter(pk__in=ids)
        .select_related("standing", "lead_team", "release")
        .annotate(size_days=size_in_days())
    )
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
                low=standing.rank_low if standing else None,
                high=standing.rank_high if standing else None,
                tier=standing.tier if standing else None,
                chance=standing.cut_chance if standing else None,
                effective=standing.effective if standing else None,
                value=standing.vote_value if standing else None,
                certainty=_certainty(standing, cut_line),
                is_above_cut=bool(rank and cut_line and rank <= cut_line.rank),
                ends_capacity=bool(rank and cut_line and cut_line.cut.is_reached and rank == cut_line.rank),
            )
        )
    return rows


def _certainty(standing: Standing | None, line: CutLine | None) -> str:
    if not (standing and line and line.cut.is_reached and standing.rank_low and standing.rank_high):
        return ""
    if standing.rank_high <= line.rank:
        return "in"
    return "out" if standing.rank_low > line.rank else "contested"


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


def _release_to_fill(choices: Choices, filters: RankingFilter | None, today: date) -> Release | None:
    """Return the release whose capacity the line shows: the one filtered by, else the next that ends and has capacity."""
    with_capacity = [release for release in choices.releases if release.capacity_days]
    chosen = filters.active.get("release") if filters else None
    for release in with_capacity:
        if str(release.pk) == chosen or (chosen in (None, "none") and release.ends_on >= today):
            return release
    return None


def _cut_line(product: Product, release: Release | None, run: ScoreRun | None = None) -> CutLine | None:
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
    line = CutLine(release, release.capacity_days, last_rank, found)
    return _judged(product, line, run) if found.is_reached and last_rank else line


def _judged(product: Product, line: CutLine, run: ScoreRun | None) -> CutLine:
    """Return the line with who is surely above it, who is contested, and the tier that it cuts: two queries, or three.

    The run knows who is contested at its own cut; where capacity has changed since, they are counted.
    """
    k = line.rank
    held = Standing.objects.filter(product=product, rank__isnull=False, rank_low__isnull=False)
    edge = list(held.filter(rank__in=(k, k + 1)).order_by("rank").values_list("tier", flat=True))
    if not edge:
        return line
    used = run.used if run else {}
    contested = used.get("contested") if (used.get("cut") or {}).get("k") == k else None
    if contested is None:
        contested = held.filter(rank_low__lte=k, rank_high__gt=k).count()
    return replace(
        line,
        surely=held.filter(rank__lte=k, rank_high__lte=k).count(),
        contested=contested,
        tier=edge[0] if len(edge) == 2 and edge[0] == edge[1] else None,
    )


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


def nearby(product: Product, explanation: Any, *, reach: int = 6) -> list[tuple[int, str, str]]:
    """Return (rank, key, title) of the ranked features around one that is explained, or of the first ones: one query."""
    rank = explanation.standing.rank if explanation and explanation.standing and explanation.standing.rank else 1
    rows = Standing.objects.filter(product=product, rank__gte=rank - reach, rank__lte=rank + reach).order_by("rank")
    return [
        (at, f"{product.key}-{number}", title)
        for at, number, title in rows.values_list("rank", "feature__number", "feature__title")
    ]


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
    run = latest_run(product)
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
