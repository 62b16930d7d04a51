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

SPLIT, CONTESTED, LACKING = "split", "contested", "lacking"
MOST_TIERS = 99
ENOUGH_VOTES = 3
"""As in rules.disagreement, whose numpy a page need not load."""


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

    tier = filters.ChoiceFilter(label=_("Tier"), method="in_tier", choices=[], empty_label=_("any"))

    def __init__(self, data: Any, queryset: QuerySet, *, choices: Any, split_count: int, tiers: int = 0) -> None:
        super().__init__(data, queryset)
        self.cut = 0
        for name, pairs, nobody in (
            ("objective", [(str(each.pk), f"{each.letter} {each.name}") for each in choices.objectives], _("none")),
            ("team", [(str(each.pk), each.name) for each in choices.teams], _("none")),
            ("release", [(str(each.pk), each.name) for each in choices.releases], _("not planned")),
        ):
            self.filters[name].extra["choices"] = [(NONE, nobody), *pairs]
            self.filters.move_to_end(name)
        if tiers:
            self.filters["tier"].extra["choices"] = [(str(n), str(n)) for n in range(1, min(tiers, MOST_TIERS) + 1)]
        else:
            del self.filters["tier"]
        words = ngettext("only split votes (%(n)d)", "only split votes (%(n)d)", split_count) % {"n": split_count}
        self.filters["show"].extra["choices"] = [(SPLIT, words), (CONTESTED, _("only contested at the line"))]
        for name in ("status", "tier", "show"):
            if name in self.filters:
                self.filters.move_to_end(name)

    def in_tier(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(standing__tier=int(value))

    def shown(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Split votes; or what may stand on either side of the line at `cut`, nothing where there is no line."""
        if value == CONTESTED:
            return queryset.filter(standing__rank_low__lte=self.cut, standing__rank_high__gt=self.cut)
        return queryset.filter(standing__split__gt=SPLIT_FROM)


class PickFilter(FeatureFilter):
    """Filters the features that a round can ask about, also by the votes that they have."""

    votes = filters.ChoiceFilter(
        label=_("Votes"),
        method="voted",
        choices=[(LACKING, _("lacking: fewer than 3 people")), (SPLIT, _("split"))],
        empty_label=_("any"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.filters["owner"], self.filters["size"]

    def voted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(standing__split__gt=SPLIT_FROM) if value == SPLIT else lacking_votes(queryset)


def lacking_votes(features: QuerySet) -> QuerySet:
    """Return those of these features whose votes are too few to say how much people agree."""
    return features.exclude(standing__votes__gte=ENOUGH_VOTES)
