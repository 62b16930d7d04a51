"""Reads the list of features, one page at a time, and what the page of one feature shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict

from roadmap.filters import LONGEST_SEARCH, FeatureFilter, FilterChoices, in_order, matches, size_in_days, sort_of
from roadmap.models import Contribution, Dependency, Effort, Feature, Objective, Product, Relation, Standing
from roadmap.queries.decisions import ShownDecision, decisions_on
from roadmap.queries.timeline_facts import agreements_in, latest_confirmation
from roadmap.queries.versions import snapshot_of
from roadmap.rules.snapshot import Plan
from roadmap.rules.timeline.facts import Agreement
from stakeholders.queries.activity import ActivityLine, lines_about

PAGE = 50
SUGGESTIONS = 8
ACTIVITY_SHOWN = 12
MARKS = {Agreement.CLEAR: "confirm", Agreement.CONCERN: "concerns", Agreement.OBJECTION: "object"}
_STRENGTHS: list[str] = [*Contribution.SHARE]


@dataclass(frozen=True)
class FeatureRow:
    """One line of the list. `score` is None where the reader may not see it, too."""

    feature: Feature
    objective: Objective | None
    size_days: float | None
    score: float | None


@dataclass(frozen=True)
class WithoutFilter:
    """How many features there would be without one of the filters, told when there are none with all of them."""

    name: str
    label: str
    value: str
    count: int
    query: str


@dataclass(frozen=True)
class FeatureList:
    """A page of the list.

    total    features of the product, whatever the filters
    without  the filter that hides most, when nothing is left; None otherwise
    """

    rows: list[FeatureRow]
    page: Page
    total: int
    sort: str
    filters: FeatureFilter
    with_scores: bool
    without: WithoutFilter | None = None

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters.active)


def feature_list(product: Product, query: QueryDict, *, with_scores: bool) -> FeatureList:
    """Return the page that a query string asks for; a page beyond the last is the last.

    A fixed number of queries. Which features are on the page is found first, by ids alone; only those are then read
    whole, so that the cost follows the page and not the table.
    """
    every = Feature.objects.filter(product=product)
    filters = FeatureFilter(query, every, choices=FilterChoices.of(product))
    sort = sort_of(query.get("sort", ""), with_scores=with_scores)
    found = filters.qs
    total = every.count()
    paginator = Paginator(in_order(found, sort).values_list("pk", flat=True), PAGE)
    if not filters.active:
        paginator.count = total
    page = paginator.get_page(query.get("page"))
    return FeatureList(
        rows=_rows(product, _ids_on(page), with_scores=with_scores),
        page=page,
        total=total,
        sort=sort,
        filters=filters,
        with_scores=with_scores,
        without=_without(filters, every, query) if not paginator.count and total else None,
    )


def _ids_on(page: Page) -> list[int]:
    """Return the ids of a page's features. Beyond the middle the list is read from its end, so that no page is far away."""
    first, last, count = page.start_index() - 1, page.end_index(), page.paginator.count
    if first <= count // 2:
        return list(page.object_list)
    every: QuerySet = page.paginator.object_list.reverse()
    return list(every[count - last : count - first])[::-1]


def lanes(features: Iterable[int]) -> dict[int, Objective]:
    """Return the objective that each feature does most for, by feature id; the first by position among equals."""
    strongest: dict[int, Contribution] = {}
    rows = Contribution.objects.filter(feature__in=features).select_related("objective")
    for row in rows.order_by("objective__position", "objective_id"):
        best = strongest.get(row.feature_id)
        if best is None or _STRENGTHS.index(row.strength) > _STRENGTHS.index(best.strength):
            strongest[row.feature_id] = row
    return {feature: row.objective for feature, row in strongest.items()}


def _rows(product: Product, ids: list[int], *, with_scores: bool) -> list[FeatureRow]:
    features: QuerySet = Feature.objects.filter(pk__in=ids).select_related("release", "lead_team")
    if with_scores:
        features = features.select_related("standing")
    by_id = {feature.pk: feature for feature in features.annotate(size_days=size_in_days())}
    objectives = lanes(ids)
    rows = []
    for pk in ids:
        feature = by_id[pk]
        feature.product = product
        standing = getattr(feature, "standing", None) if with_scores else None
        rows.append(FeatureRow(feature, objectives.get(pk), feature.size_days, standing.score if standing else None))
    return rows


def _without(filters: FeatureFilter, every: QuerySet, query: QueryDict) -> WithoutFilter | None:
    """Return the one filter without which most features would be left, or None when no single one is to blame."""
    best = None
    for name in filters.active:
        count = _count(filters, every, leave_out=name)
        if count and (best is None or count > best.count):
            others = query.copy()
            others.pop(name, None)
            others.pop("page", None)
            label = str(filters.filters[name].label)
            best = WithoutFilter(name, label, _in_words(filters, name), count, others.urlencode())
    return best


def _count(filters: FeatureFilter, every: QuerySet, *, leave_out: str) -> int:
    left = every
    for name, value in filters.active.items():
        if name != leave_out:
            left = filters.filters[name].filter(left, value)
    return left.count()


def _in_words(filters: FeatureFilter, name: str) -> str:
    value = filters.active[name]
    choices: Mapping[Any, Any] = dict(getattr(filters.form.fields[name], "choices", ()))
    return str(choices.get(value, value))


@dataclass(frozen=True)
class Neighbour:
    """A feature that this one needs, that needs it, or that it has to do with."""

    key: str
    title: str
    status: str
    progress: float
    release: str
    is_done: bool
    is_broken: bool = False


@dataclass(frozen=True)
class FeatureDetail:
    """What the page of one feature shows.

    contributions  the objectives it serves, the strongest first; the first is its lane
    standing       None where it has none, and where the reader may not see it
    agreement      "confirm", "concerns" or "object": the worst standing answer that names it; "" when nobody was asked about it so
    is_broken of a Neighbour in `needs` says that it ends after this feature begins
    """

    feature: Feature
    contributions: list[Contribution]
    efforts: list[Effort]
    needs: list[Neighbour]
    needed_by: list[Neighbour]
    related: list[Neighbour]
    activity: list[ActivityLine]
    standing: Standing | None
    agreement: str
    decisions: list[ShownDecision] = field(default_factory=list)

    @property
    def lane(self) -> Objective | None:
        return self.contributions[0].objective if self.contributions else None

    @property
    def size_days(self) -> float | None:
        return sum(effort.likely for effort in self.efforts) if self.efforts else None

    @property
    def low_days(self) -> float | None:
        return sum(effort.low for effort in self.efforts) if self.efforts else None

    @property
    def high_days(self) -> float | None:
        return sum(effort.high for effort in self.efforts) if self.efforts else None


def feature_detail(feature: Feature, *, with_scores: bool) -> FeatureDetail:
    """Return what the page of a feature shows; the feature is loaded as `access.feature` does. A fixed number of queries."""
    contributions = sorted(
        feature.contributions.select_related("objective").order_by("objective__position", "objective_id"),
        key=lambda row: -_STRENGTHS.index(row.strength),
    )
    needs = Dependency.objects.filter(feature=feature).select_related("needs__release").order_by("needs__number")
    needed = Dependency.objects.filter(needs=feature).select_related("feature__release").order_by("feature__number")
    relations = Relation.objects.filter(Q(first=feature) | Q(second=feature)).select_related(
        "first__release", "second__release"
    )
    related = [row.second if row.first_id == feature.pk else row.first for row in relations]
    return FeatureDetail(
        feature=feature,
        contributions=contributions,
        efforts=list(feature.efforts.select_related("team").order_by("-likely", "team__name")),
        needs=[_neighbour(row.needs, feature.product, before=feature) for row in needs],
        needed_by=[_neighbour(row.feature, feature.product) for row in needed],
        related=[_neighbour(each, feature.product) for each in sorted(related, key=lambda each: each.number)],
        activity=lines_about(feature, product=feature.product, limit=ACTIVITY_SHOWN),
        standing=Standing.objects.filter(feature=feature).first() if with_scores else None,
        agreement=agreement_on(feature),
        decisions=decisions_on(feature),
    )


def agreement_on(feature: Feature) -> str:
    """Return the mark of the worst standing answer about a feature as it is planned now; "" when nobody was asked."""
    confirmation = latest_confirmation(feature.product)
    if confirmation is None:
        return ""
    here = {
        "id": feature.pk,
        "release": feature.release_id,
        "starts_on": feature.starts_on.isoformat() if feature.starts_on else None,
        "ends_on": feature.ends_on.isoformat() if feature.ends_on else None,
        "precision": feature.precision,
    }
    found = agreements_in(
        confirmation, asked=cast(Plan, snapshot_of(confirmation.version)), shown=cast(Plan, {"features": [here]})
    )
    return MARKS.get(found.get(feature.pk, Agreement.UNASKED), "")


def suggestions(product: Product, text: str) -> list[Feature]:
    """Return the first few features that a search box may mean, by number: all words in title, summary or key."""
    found = Feature.objects.filter(product=product)
    for word in text[:LONGEST_SEARCH].replace("\0", " ").split():
        found = found.filter(matches(word))
    features = list(found.order_by("number")[:SUGGESTIONS]) if text.strip() else []
    for feature in features:
        feature.product = product
    return features


def _neighbour(feature: Feature, product: Product, *, before: Feature | None = None) -> Neighbour:
    feature.product = product
    is_done = feature.status == Feature.Status.SHIPPED
    ends_on = feature.ends_on or (feature.release.ends_on if feature.release else None)
    starts_on = before.starts_on if before else None
    return Neighbour(
        key=feature.key,
        title=feature.title,
        status=feature.get_status_display(),
        progress=feature.progress,
        release=feature.release.name if feature.release else "",
        is_done=is_done,
        is_broken=bool(not is_done and ends_on and starts_on and ends_on >= starts_on),
    )
