"""The form that publishes a version: the note, whom to ask, until when, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadmap.actions.publishing import Terms
from roadmap.queries.versions import Draft
from roadmap.rules.outcome import Silence
from stakeholders import wording
from stakeholders.forms.deadlines import RoundTermsForm
from stakeholders.models import Seat

USUAL_DAYS = 10
"""A final comment period of ten days, as in Rust RFC 1068."""

USUAL_HOUR = time(17)


class PublishForm(RoundTermsForm):
    """What publishing needs beside the plan itself. `number` and `seen` say which plan the person has looked at."""

    REQUIRED, CONSULTED, NOT_ASKED = "required", "consulted", "none"

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    note = forms.CharField(
        label=gettext_lazy("What people should know"),
        help_text=gettext_lazy("Stands in the mail, on the page that people confirm, and in the version for good."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    gaps_why = forms.CharField(
        label=gettext_lazy("Why it goes out all the same"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    quorum = forms.ChoiceField(
        label=gettext_lazy("How many must answer"),
        choices=[
            ("1/2", gettext_lazy("half of those who must")),
            ("2/3", gettext_lazy("two thirds of those who must")),
            ("3/4", gettext_lazy("three quarters of those who must")),
            ("1", gettext_lazy("everyone who must")),
        ],
        initial="2/3",
        help_text=gettext_lazy("If fewer do, the round lapses. To abstain is to answer."),
    )
    threshold = forms.ChoiceField(
        label=gettext_lazy("How many of them must confirm"),
        choices=[
            ("1", gettext_lazy("all who take a side: one objection blocks")),
            ("3/4", gettext_lazy("three quarters of those who take a side")),
            ("2/3", gettext_lazy("two thirds of those who take a side")),
            ("1/2", gettext_lazy("half of those who take a side")),
        ],
        initial="1",
        help_text=gettext_lazy("Objections are named in the outcome in any case."),
    )
    silence = forms.ChoiceField(
        label=gettext_lazy("What silence means"),
        choices=[
            (Silence.NOTHING, gettext_lazy("nothing: it is never a yes")),
            (Silence.CONSENT_OF_CONSULTED, gettext_lazy("no objection, from those who are only consulted")),
            (Silence.CONSENT_OF_ALL, gettext_lazy("no objection, from everyone")),
        ],
        initial=Silence.NOTHING,
    )

    def __init__(
        self, *args: Any, draft: Draft, seats: Iterable[Seat], now: datetime, zone: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, zone=zone, later_than=now, **kwargs)
        self.draft = draft
        self.seats = list(seats)
        self.fields["number"].initial = draft.number
        self.fields["seen"].initial = draft.seen
        self.fields["gaps_why"].required = bool(draft.gaps)
        self.fields["gaps_why"].error_messages["required"] = _("Say why it goes out although something is missing.")
        usual = _usual_day(now, zone)
        self.fields["deadline_on"].initial = usual
        self.fields["deadline_time"].initial = USUAL_HOUR
        self.offer_fitting_dates()
        for seat in self.seats:
            self.fields[f"seat-{seat.pk}"] = forms.ChoiceField(
                label=seat.user.get_full_name(),
                choices=[
                    (self.REQUIRED, _("must confirm")),
                    (self.CONSULTED, _("is asked")),
                    (self.NOT_ASKED, _("not asked")),
                ],
                initial=self.REQUIRED if seat.must_confirm else self.NOT_ASKED,
                widget=forms.RadioSelect,
            )

    @property
    def people(self) -> Iterator[tuple[Seat, BoundField]]:
        """Each seat with its field."""
        for seat in self.seats:
            yield seat, self[f"seat-{seat.pk}"]

    @property
    def is_stale(self) -> bool:
        """Whether the person who sends this has looked at another plan than the one that stands now."""
        return self.is_bound and (
            self.data.get("number") != str(self.draft.number) or self.data.get("seen") != self.draft.seen
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self._seats_that("required") and not any(name.startswith("seat-") for name in self.errors):
            self.add_error(None, _("Choose at least one person who must confirm."))
        return cleaned

    def _seats_that(self, how: str) -> list[Seat]:
        return [seat for seat in self.seats if self.cleaned_data.get(f"seat-{seat.pk}") == how]

    @property
    def asked(self) -> int:
        """How many people get a mail; only of a valid form."""
        return len(self._seats_that(self.REQUIRED)) + len(self._seats_that(self.CONSULTED))

    @property
    def terms(self) -> Terms:
        """What `publish_version` takes; only of a valid form."""
        return Terms(
            deadline=self.cleaned_data["deadline"],
            required=self._seats_that(self.REQUIRED),
            consulted=self._seats_that(self.CONSULTED),
            quorum=Fraction(self.cleaned_data["quorum"]),
            threshold=Fraction(self.cleaned_data["threshold"]),
            silence=Silence(self.cleaned_data["silence"]),
            reminders=self.cleaned_data["reminders"],
        )

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Everything that was typed, for the page that asks once more."""
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]


def _usual_day(now: datetime, zone: str) -> Any:
    """Return the day ten days from now, or the Monday after it when that is a weekend."""
    day = now.astimezone(wording.as_zone(zone)).date() + timedelta(days=USUAL_DAYS)
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)
