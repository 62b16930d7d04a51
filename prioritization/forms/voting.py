"""The form that opens a voting round: what is asked, of whom, until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from prioritization.models import VotingRound
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Feature, Product
from stakeholders import wording
from stakeholders.forms.deadlines import RoundTermsForm
from stakeholders.forms.rows import RowsField
from stakeholders.models import Seat

USUAL_DAYS = 7
USUAL_HOUR = time(17)


class VotingForm(RoundTermsForm):
    """Title, features, people, deadline, reminders and a note."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=160,
        help_text=gettext_lazy("What it is about, for example “Q1 2027 priorities”."),
        error_messages={"required": gettext_lazy("A round needs a title.")},
    )
    features = RowsField(
        label=gettext_lazy("Features"),
        queryset=Feature.objects.none(),
        error_messages={"required": gettext_lazy("Pick at least one feature to ask about.")},
    )
    seats = RowsField(
        label=gettext_lazy("People"),
        queryset=Seat.objects.none(),
        error_messages={"required": gettext_lazy("Pick at least one person to ask.")},
    )
    results = forms.ChoiceField(
        label=gettext_lazy("People see the ranking"),
        choices=VotingRound.Results.choices,
        initial=VotingRound.Results.AFTER_CLOSING,
        help_text=gettext_lazy("Nobody sees others’ votes before their own are in."),
        widget=forms.RadioSelect,
    )
    secrecy = forms.ChoiceField(
        label=gettext_lazy("Who voted how is seen by"),
        choices=VotingRound.Secrecy.choices,
        initial=VotingRound.Secrecy.MANAGERS,
        help_text=gettext_lazy(
            "It is printed on the ballot and cannot be changed once the round is open. In an anonymous round everybody’s"
            " vote weighs the same, nothing is shown of fewer than 3 voters, and answers come out in batches."
        ),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("What people should know"),
        help_text=gettext_lazy("Stands in the mail and at the top of the ballot, with your name."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = [
        "title",
        "features",
        "seats",
        "deadline_on",
        "deadline_time",
        "deadline_zone",
        "remind",
        "remind_at",
        "note",
        "results",
        "secrecy",
    ]

    def __init__(
        self, *args: Any, product: Product, criteria: list[AskedCriterion], now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, zone=product.time_zone, later_than=now, **kwargs)
        self.criteria = criteria
        self.people = people_of(product)
        for name, queryset in (("features", product.features.alive()), ("seats", self.people)):
            cast(RowsField, self.fields[name]).queryset = queryset
        self.fields["deadline_on"].initial = (
            now.astimezone(wording.as_zone(product.time_zone)) + timedelta(days=USUAL_DAYS)
        ).date()
        self.fields["deadline_time"].initial = USUAL_HOUR

    def may_rate(self, seat: Seat) -> int:
        """How many of the criteria this person may rate."""
        return sum(each.may_be_rated_by(seat.department_id) for each in self.criteria)

    def clean_seats(self) -> Any:
        chosen = self.cleaned_data["seats"]
        for seat in chosen:
            if not self.may_rate(seat):
                name = seat.user.get_full_name()
                words = gettext_lazy("%(name)s’s department may not rate any of the criteria.")
                raise forms.ValidationError(words, code="may-not-rate", params={"name": name})
        return chosen

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """What was typed, as pairs for hidden fields of the page that asks whether one is sure."""
        typed = cast(QueryDict, self.data)
        for name in self.fields:
            for value in typed.getlist(name):
                yield name, value


def people_of(product: Product) -> Any:
    """Everyone at the product who may be asked: readers only read."""
    seats = Seat.objects.current().filter(product=product).exclude(role=Seat.Role.READER)
    return seats.select_related("user", "department").order_by("department__name", "user__name", "pk")


def as_typed(data: QueryDict) -> Mapping[str, Any]:
    """What was typed so far, as initial values of a form that does not complain yet."""
    return {name: data.getlist(name) if name in ("features", "seats") else data[name] for name in data}
