"""What the activity log of a product can be filtered by."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from prioritization.queries.activity import ACTS, KINDS
from roadmap.models import Product
from stakeholders.forms.days import DayField
from stakeholders.models import Activity, Seat

ACCORD = "accord"


class ActivityFilter(forms.Form):
    """Who, what kind of thing, what was done, from which day to which; days are the product's. A wrong one filters nothing."""

    who = forms.ChoiceField(label=_("Who"), required=False)
    kind = forms.ChoiceField(label=_("About"), required=False)
    did = forms.ChoiceField(label=_("Done"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(product.time_zone)
        seats = Seat.objects.filter(product=product).select_related("user").order_by("user__name", "pk")
        people = [(str(seat.pk), seat.user.get_full_name()) for seat in seats]
        self.fields["who"].choices = [("", _("everybody")), *people, (ACCORD, _("Accord itself"))]
        self.fields["kind"].choices = [("", _("everything")), *((name, words) for name, (words, _k) in KINDS.items())]
        self.fields["did"].choices = [("", _("anything")), *((name, words) for name, (words, _v) in ACTS.items())]

    def narrowed(self, rows: QuerySet[Activity]) -> QuerySet[Activity]:
        """Return those of the rows that the filter leaves."""
        self.is_valid()
        chosen = self.cleaned_data
        if who := chosen.get("who"):
            rows = rows.filter(by_seat=None if who == ACCORD else int(who))
        if kind := chosen.get("kind"):
            rows = rows.filter(object_kind__in=KINDS[kind][1])
        if did := chosen.get("did"):
            rows = rows.filter(verb__in=ACTS[did][1])
        if since := chosen.get("since"):
            rows = rows.filter(at__gte=datetime.combine(since, time(), self.zone))
        if until := chosen.get("until"):
            rows = rows.filter(at__lt=datetime.combine(until + timedelta(days=1), time(), self.zone))
        return rows

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())
