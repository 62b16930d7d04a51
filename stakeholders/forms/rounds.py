"""What a manager types to extend, close or withdraw a round, to ask more people, and to change its reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders import kinds, wording
from stakeholders.actions.people import NewPerson
from stakeholders.actions.rounds import Invitee
from stakeholders.forms.deadlines import DeadlineForm
from stakeholders.forms.people import understood
from stakeholders.forms.reminders import ReminderDatesField
from stakeholders.forms.rows import RowsField
from stakeholders.models import Department, Invitation, Round, Seat
from stakeholders.rules.addresses import Person


class WhyForm(forms.Form):
    """One sentence, which everyone concerned gets to read."""

    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why: everyone asked reads it.")},
    )


class NoQuestions(forms.Form):
    """A page that only asks whether one is sure."""


class ExtendForm(DeadlineForm, WhyForm):
    """A later deadline, for everyone or for the person of one invitation, and why."""

    too_early = gettext_lazy("A deadline only moves forward. Choose a later one.")
    field_order = ["deadline_on", "deadline_time", "deadline_zone", "why"]

    def __init__(self, *args: Any, round: Round, invitation: Invitation | None = None, **kwargs: Any) -> None:
        now = invitation or round
        super().__init__(*args, zone=round.zone, later_than=now.deadline_at, **kwargs)
        if not now.is_date_only:
            self.fields["deadline_time"].initial = now.deadline_local.time()


class RemindersForm(forms.Form):
    """The dates of the reminders still to come: `cleaned_data["reminders"]`, [] for none."""

    remind_at = ReminderDatesField(label=gettext_lazy("Reminders to those who are silent then"))

    def __init__(self, *args: Any, round: Round, planned: Sequence[datetime], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.round, self.planned, self.now = round, planned, now
        zone = wording.abbreviation(round.deadline_local)
        self.fields["remind_at"].initial = ReminderDatesField.write(planned, round.zone)
        self.fields["remind_at"].help_text = _(
            "In the round’s time zone, %(city)s (%(zone)s). Empty a date to take it away; without any, nobody is reminded."
        ) % {"city": wording.city(round.zone), "zone": zone}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        found, problems = ReminderDatesField.read(
            cleaned.get("remind_at", ""), zone=self.round.zone, after=self.now, before=self.round.closes_at
        )
        for problem in problems:
            self.add_error("remind_at", problem)
        cleaned["reminders"] = found
        return cleaned


class InviteForm(forms.Form):
    """More people to ask: those with a seat, and by address those who get one. `invite_with_newcomers` takes what it holds."""

    seats = RowsField(label=gettext_lazy("People"), queryset=Seat.objects.none(), required=False)
    addresses = forms.CharField(
        label=gettext_lazy("Somebody who is not here yet"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off", "dir": "auto"}),
        help_text=gettext_lazy("E-mail addresses, with names if you have them. They get a stakeholder’s seat."),
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("Their department"),
        queryset=Department.objects.all(),
        required=False,
        empty_label=gettext_lazy("none"),
    )
    consulted = forms.BooleanField(
        label=gettext_lazy("Only consult them: nobody has to wait for their answer"), required=False
    )

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kinds.kind_of(round)
        asked = round.invitations.filter(removed_at=None).values("seat")
        self.product = round.product_id
        field = cast(RowsField, self.fields["seats"])
        field.queryset = (
            Seat.objects.current()
            .filter(product=round.product_id)
            .exclude(pk__in=asked)
            .exclude(role=Seat.Role.READER)
            .select_related("user", "department")
            .order_by("department__name", "user__name", "pk")
        )
        self.people = [(seat, self.kind.asks(round, seat)) for seat in field.queryset]
        if not self.kind.has_consulted:
            del self.fields["consulted"]

    @property
    def is_required(self) -> bool:
        return not self.cleaned_data.get("consulted")

    @property
    def invitees(self) -> list[Invitee]:
        asks = {seat.pk: number for seat, number in self.people}
        return [Invitee(seat, is_required=self.is_required, asked=asks[seat.pk]) for seat in self.cleaned_data["seats"]]

    def clean_addresses(self) -> list[Person]:
        """Return the people named, but for those who are here already and may not be asked: they are refused by name."""
        found = understood(self.cleaned_data["addresses"]).people
        here = Seat.objects.current().filter(product=self.product, user__email__in=[each.email for each in found])
        pickable = {seat.pk for seat, _asks in self.people}
        if wrong := [seat.user.get_full_name() for seat in here.select_related("user") if seat.pk not in pickable]:
            words = _("%(names)s: asked already, or may only read here.")
            raise forms.ValidationError(words, code="here", params={"names": ", ".join(wrong)})
        return found

    def clean(self) -> dict[str, Any]:
        """Put those named by address who have a seat to those picked; the rest are `newcomers`."""
        cleaned = super().clean() or {}
        if not {"seats", "addresses"} <= cleaned.keys():
            return cleaned
        by_email = {seat.user.email.lower(): seat for seat, _asks in self.people}
        named = [by_email[each.email] for each in cleaned["addresses"] if each.email in by_email]
        cleaned["seats"] = list({seat.pk: seat for seat in [*cleaned["seats"], *named]}.values())
        cleaned["newcomers"] = [
            NewPerson(each.email, each.name, Seat.Role.STAKEHOLDER, cleaned.get("department"))
            for each in cleaned["addresses"]
            if each.email not in by_email
        ]
        if not cleaned["seats"] and not cleaned["newcomers"]:
            self.add_error(None, _("Pick at least one person to ask, or give an address."))
        return cleaned

    def clean_seats(self) -> Any:
        chosen = self.cleaned_data["seats"]
        asks = {seat.pk: number for seat, number in self.people}
        if mute := [seat.user.get_full_name() for seat in chosen if not asks[seat.pk]]:
            words = _("%(names)s may give no answer in this round: what it asks is for other departments.")
            raise forms.ValidationError(words, code="nothing-to-answer", params={"names": ", ".join(mute)})
        return chosen
