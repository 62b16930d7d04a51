"""Which features a list shows and in what order: one set of filters for the page and the API, whose state is the URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from roadmap.models import Contribution, Effort, Feature, Product
from roadmap.models.features import FeatureQuerySet
from stakeholders.models import Seat

NONE = "none"
OPEN = "open"
SORTS: dict[str, str] = {
    "number": "number",
    "title": "title",
    "team": "lead_team__name",
    "size": "size_days",
    "release": "release__ends_on",
    "status": "status",
    "updated": "updated_at",
    "score": "standing__score",
}
"""What a list may be sorted by; a minus in front turns it round. Ties stand by number."""
DEFAULT_SORT = "-updated"
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class FilterChoices:
    """What a product's list can be filtered by: pairs of value and words."""

    objective: list[tuple[str, str]]
    team: list[tuple[str, str]]
    release: list[tuple[str, str]]
    owner: list[tuple[str, str]]

    @classmethod
    def of(cls, product: Product) -> FilterChoices:
        """Read them, in four queries."""
        owners = Seat.objects.filter(owned_features__product=product).select_related("user").distinct()
        return cls(
            objective=[(str(each.pk), f"{each.letter} {each.name}") for each in product.objectives.all()],
            team=[(str(each.pk), each.name) for each in product.teams.all()],
            release=[(str(each.pk), each.name) for each in product.releases.all()],
            owner=[(str(each.pk), each.user.get_full_name()) for each in owners],
        )


class FeatureFilter(filters.FilterSet):
    """Filters features of one product. A value that means nothing is left out, as if it had not been given."""

    q = filters.CharFilter(
        label=_("Search"), method="find", max_length=LONGEST_SEARCH, strip=True, widget=forms.TextInput
    )
    status = filters.ChoiceFilter(
        label=_("Status"),
        method="with_status",
        choices=[(OPEN, _("not shipped or dropped")), *Feature.Status.choices],
        empty_label=_("any"),
    )
    objective = filters.ChoiceFilter(label=_("Objective"), method="for_objective", empty_label=_("any"))
    team = filters.ChoiceFilter(label=_("Team"), method="for_team", empty_label=_("any"))
    release = filters.ChoiceFilter(label=_("Release"), method="in_release", empty_label=_("any"))
    owner = filters.ChoiceFilter(label=_("Owner"), method="owned_by", empty_label=_("any"))
    size = filters.ChoiceFilter(
        label=_("Size"), method="sized", choices=[("yes", _("sized")), ("no", _("not sized"))], empty_label=_("any")
    )

    class Meta:
        model = Feature
        fields: list[str] = []

    def __init__(
        self, data: Any = None, queryset: QuerySet | None = None, *, choices: FilterChoices | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, queryset, **kwargs)
        if choices:
            for name, nobody in (
                ("objective", _("none")),
                ("team", _("none")),
                ("release", _("not planned")),
                ("owner", _("nobody")),
            ):
                self.filters[name].extra["choices"] = [(NONE, nobody), *getattr(choices, name)]

    @property
    def active(self) -> dict[str, Any]:
        """The filters that narrow the list, by name, in the order of the page."""
        if not self.is_bound:
            return {}
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    def find(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            queryset = queryset.filter(matches(word))
        return queryset

    def with_status(self, queryset: FeatureQuerySet, name: str, value: str) -> QuerySet:
        return queryset.alive() if value == OPEN else queryset.filter(status=value)

    def for_objective(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        served = Contribution.objects.filter(feature=OuterRef("pk"))
        if value == NONE:
            return queryset.filter(~Exists(served))
        return queryset.filter(Exists(served.filter(objective_id=int(value))))

    def for_team(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        works = Effort.objects.filter(feature=OuterRef("pk"))
        if value == NONE:
            return queryset.filter(~Exists(works), lead_team=None)
        return queryset.filter(Q(lead_team=value) | Exists(works.filter(team_id=int(value))))

    def in_release(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(release=None if value == NONE else value)

    def owned_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(owner=None if value == NONE else value)

    def sized(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        has_size = Exists(Effort.objects.filter(feature=OuterRef("pk")))
        return queryset.filter(has_size if value == "yes" else ~has_size)


def matches(word: str) -> Q:
    """Return the condition that a word of a search sets: it is in title, summary or a key (BCN-17, or the number)."""
    found = Q(title__icontains=word) | Q(summary__icontains=word) | Q(external_key__icontains=word)
    number = word.rpartition("-")[2]
    if number.isascii() and number.isdigit() and len(number) < 10:
        prefix = word.rpartition("-")[0]
        by_key = Q(number=int(number))
        found |= by_key & Q(product__key__iexact=prefix) if prefix else by_key
    return found


def sort_of(wanted: str, *, with_scores: bool) -> str:
    """Return the sort that is asked for, or the default one when it is none that this reader may use."""
    name = wanted.removeprefix("-")
    return wanted if name in SORTS and (with_scores or name != "score") else DEFAULT_SORT


def in_order(queryset: QuerySet, sort: str) -> QuerySet:
    """Return the features in the order of `sort` (a key of SORTS, or one with a minus); unknown values come last."""
    column = SORTS[sort.removeprefix("-")]
    if column == "size_days":
        queryset = queryset.annotate(size_days=size_in_days())
    by = F(column)
    first: OrderBy = by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)
    if column in ("number", "title", "status", "updated_at"):
        # Never unknown: without NULLS LAST the index on (product, column) gives the order.
        first = by.desc() if sort.startswith("-") else by.asc()
    return queryset.order_by(first) if column == "number" else queryset.order_by(first, "number")


def size_in_days() -> Subquery:
    """Return the likely person-days of all teams together; NULL where nobody has sized it."""
    efforts = Effort.objects.filter(feature=OuterRef("pk")).order_by().values("feature")
    return Subquery(efforts.annotate(days=Sum("likely")).values("days"))
