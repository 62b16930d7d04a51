"""The form that opens a voting round: what is asked, of whom, until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prioritization.models import VotingRound
from prioritization.queries.voting import people_of
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Feature, Product
from stakeholders import wording
from stakeholders.actions.people import NewPerson
from stakeholders.forms.deadlines import RoundTermsForm
from stakeholders.forms.people import understood
from stakeholders.forms.rows import RowsField
from stakeholders.models import Department, Seat
from stakeholders.queries.people import guessed_departments
from stakeholders.rules.addresses import Reading, read
from stakeholders.rules.working_hours import FRIDAY

USUAL_DAYS = 7
USUAL_HOUR = time(17)


@dataclass(frozen=True)
class Pasted:
    """What pasted addresses come to. `readers` are names of people who may only read, `repeated` addresses given twice."""

    known: list[Seat]
    new: list[NewPerson]
    readers: list[str]
    repeated: list[str]


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
    seats = RowsField(label=gettext_lazy("People"), queryset=Seat.objects.none(), required=False)
    addresses = forms.CharField(
        label=gettext_lazy("Ask people by their addresses"),
        help_text=gettext_lazy(
            "In any shape: one a line, or apart by commas; with names if you have them. Who is new gets a seat as a"
            " stakeholder when the round opens; you see who that is before."
        ),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    new_department = forms.ChoiceField(label=gettext_lazy("Department of those who are new"), required=False)
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
        "addresses",
        "new_department",
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
        self.product, self.criteria = product, criteria
        self.people = people_of(product)
        for name, queryset in (("features", product.features.alive()), ("seats", self.people)):
            cast(RowsField, self.fields[name]).queryset = queryset
        self.fields["new_department"].choices = [
            ("", _("guessed from colleagues with the same mail domain")),
            *((str(each.pk), each.name) for each in Department.objects.order_by("name")),
        ]
        self.fields["deadline_on"].initial = _usual_day(now, product.time_zone)
        self.fields["deadline_time"].initial = USUAL_HOUR
        self.offer_fitting_dates()

    def may_rate(self, department_id: int | None) -> int:
        """How many of the criteria someone of this department may rate."""
        return sum(each.may_be_rated_by(department_id) for each in self.criteria)

    def clean_addresses(self) -> Reading:
        return understood(self.cleaned_data["addresses"])

    def clean(self) -> dict[str, Any]:
        """Put together who is asked: `seats` and, of those who have none yet, `newcomers`."""
        cleaned = super().clean()
        if {"seats", "addresses", "new_department"} & set(self.errors):
            return cleaned
        pasted = self.pasted(cleaned["addresses"], cleaned["new_department"])
        if pasted.readers:
            words = _("%(names)s may only read. Make a stakeholder of them on the People page first.")
            self.add_error("addresses", words % {"names": ", ".join(pasted.readers)})
        chosen = {seat.pk: seat for seat in [*cleaned["seats"], *pasted.known]}
        seats = [seat for seat in self.people if seat.pk in chosen]
        cleaned |= {"seats": seats, "newcomers": pasted.new, "pasted": pasted}
        if not chosen and not pasted.new and not pasted.readers:
            self.add_error("seats", _("Pick at least one person to ask."))
        mute = [seat.user.get_full_name() for seat in seats if not self.may_rate(seat.department_id)]
        mute += [each.name or each.email for each in pasted.new if not self.may_rate(_pk(each.department))]
        if mute:
            words = _("%(names)s may not rate any of the criteria: they are for other departments.")
            self.add_error("seats", words % {"names": ", ".join(mute)})
        return cleaned

    def pasted(self, reading: Reading, department: str) -> Pasted:
        """Return what the addresses come to: who is at the product already, who is new, who stood there twice."""
        by_email = {seat.user.email.lower(): seat for seat in self.people}
        only_read = {
            seat.user.email.lower(): seat.user.get_full_name()
            for seat in Seat.objects.current()
            .filter(product=self.product, role=Seat.Role.READER)
            .select_related("user")
        }
        unknown = [each for each in reading.people if each.email not in by_email and each.email not in only_read]
        departments = {str(each.pk): each for each in Department.objects.all()}
        guesses = guessed_departments(self.product, [each.email for each in unknown])
        by_name = {each.name: each for each in departments.values()}
        return Pasted(
            known=[by_email[each.email] for each in reading.people if each.email in by_email],
            new=[
                NewPerson(
                    email=each.email,
                    name=each.name,
                    role=Seat.Role.STAKEHOLDER,
                    department=departments.get(department) or by_name.get(guesses.get(each.email, "")),
                )
                for each in unknown
            ],
            readers=[only_read[each.email] for each in reading.people if each.email in only_read],
            repeated=reading.repeated,
        )

    @property
    def pasted_so_far(self) -> Pasted | None:
        """The same for a form that is still being filled in; None where nothing readable was pasted."""
        text = str((self.data if self.is_bound else self.initial).get("addresses") or "")
        department = str((self.data if self.is_bound else self.initial).get("new_department") or "")
        found = read(text) if text else None
        return self.pasted(found, department) if found and found.people else None

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """What was typed, as pairs for hidden fields of the page that asks whether one is sure."""
        typed = cast(QueryDict, self.data)
        for name in self.fields:
            for value in typed.getlist(name):
                yield name, value


def _pk(department: Department | None) -> int | None:
    return department.pk if department else None


def _usual_day(now: datetime, zone: str) -> date:
    """Return the day a week from now, or the Monday after it when that is a weekend."""
    day = now.astimezone(wording.as_zone(zone)).date() + timedelta(days=USUAL_DAYS)
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > FRIDAY else day


def as_typed(data: QueryDict) -> Mapping[str, Any]:
    """What was typed so far, as initial values of a form that does not complain yet."""
    typed = {name: data.getlist(name) if name in ("features", "seats") else data[name] for name in data}
    if data.get("remind") == VotingForm.OWN:
        return typed | {"remind_at": "\n".join(data.getlist("remind_at"))}
    typed.pop("remind_at", None)  # those that fit the deadline are proposed again
    return typed
