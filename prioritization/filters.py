"""Which features of the ranking one wants to see; the state is the URL."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from prioritization.rules.scales import SPLIT_FROM
from roadmap.filters import NONE, FeatureFilter
from roadmap.models import Feature

SPLIT = "split"


class RankingFilter(FeatureFilter):
    """Filters the ranked features of a product as its list of features does, and by how divided the votes are."""

    q = owner = size = None
    status = filters.ChoiceFilter(
        label=_("Status"),
        method="with_status",
        choices=[choice for choice in Feature.Status.choices if choice[0] not in ("shipped", "dropped")],
        empty_label=_("any"),
    )
    show = filters.ChoiceFilter(label=_("Show"), method="shown", choices=[], empty_label=_("all"))

    def __init__(self, data: Any, queryset: QuerySet, *, choices: Any, split_count: int) -> None:
        super().__init__(data, queryset)
        for name, pairs, nobody in (
            ("objective", [(str(each.pk), f"{each.letter} {each.name}") for each in choices.objectives], _("none")),
            ("team", [(str(each.pk), each.name) for each in choices.teams], _("none")),
            ("release", [(str(each.pk), each.name) for each in choices.releases], _("not planned")),
        ):
            self.filters[name].extra["choices"] = [(NONE, nobody), *pairs]
            self.filters.move_to_end(name)
        words = ngettext("only split votes (%(n)d)", "only split votes (%(n)d)", split_count) % {"n": split_count}
        self.filters["show"].extra["choices"] = [(SPLIT, words)]
        for name in ("status", "show"):
            self.filters.move_to_end(name)

    def shown(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(standing__split__gt=SPLIT_FROM)
