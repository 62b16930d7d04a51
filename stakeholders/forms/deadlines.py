"""The fields of a deadline and its reminders, for every form that sets one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders import wording
from stakeholders.forms.days import DayField
from stakeholders.forms.reminders import ReminderDatesField, skipped_in_words
from stakeholders.rules import deadlines
from stakeholders.rules import reminders as reminder_rules
from stakeholders.rules.deadlines import Deadline, SkippedTime
from stakeholders.rules.working_hours import Off, off_hours
from stakeholders.zones import zone_choices

FURTHEST = timedelta(days=5 * 366)
DEADLINE = ("on", "time", "zone")


class DeadlineForm(forms.Form):
    """Day, time and zone. When they are right, `cleaned_data["deadline"]` is a `rules.deadlines.Deadline`.

    zone        preselected: the product's
    later_than  the present, or the deadline so far; everything up to it is refused with the sentence `too_early`
    """

    deadline_on = DayField(label=gettext_lazy("Deadline, day"))
    deadline_time = forms.TimeField(
        label=gettext_lazy("Time (none: end of the day)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    deadline_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    too_early = gettext_lazy("The deadline has passed already. Choose a later one.")

    def __init__(self, *args: Any, zone: str, later_than: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.later_than = later_than
        field = self.fields["deadline_zone"]
        field.choices = zone_choices()
        field.initial = zone

    def proposed(self) -> Deadline | None:
        """Return the deadline that the form shows before anybody has sent it; None when that is none, or has passed."""
        fields = {name: self.fields[f"deadline_{name}"] for name in DEADLINE}
        shown = {name: self.get_initial_for_field(field, f"deadline_{name}") for name, field in fields.items()}
        try:
            day, at, zone = (fields[name].to_python(shown[name]) for name in DEADLINE)
            deadline = deadlines.read(datetime.combine(day, at) if at else day, zone)
        except (TypeError, ValueError, OverflowError, ValidationError):
            return None
        return deadline if self.later_than < deadline.at < self.later_than + FURTHEST else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, at, zone = (cleaned.get(f"deadline_{name}") for name in DEADLINE)
        if day is None or not zone or "deadline_time" in self.errors:
            return cleaned
        if day > (self.later_than + FURTHEST).date():
            self.add_error("deadline_on", _("That is more than five years away."))
            return cleaned
        wall: date | datetime = datetime.combine(day, at) if at is not None else day
        try:
            deadline = deadlines.read(wall, zone)
        except SkippedTime as refusal:
            self.add_error("deadline_time" if at else "deadline_on", skipped_in_words(refusal, zone))
            return cleaned
        if deadline.at <= self.later_than:
            self.add_error("deadline_on", str(self.too_early))
            return cleaned
        cleaned["deadline"] = deadline
        return cleaned


def twice_in_words(deadline: Deadline) -> str:
    """Return which of the two a wall time that happens twice was taken for, or "" if it happens once."""
    if not deadline.twice:
        return ""
    local = deadline.at.astimezone(wording.as_zone(deadline.zone))
    return _("%(time)s happens twice on %(day)s in %(city)s; it is the one in %(zone)s.") % {
        "time": f"{local:%H:%M}",
        "day": wording.day(local, local.tzinfo),
        "city": wording.city(deadline.zone),
        "zone": wording.abbreviation(local),
    }


def off_hours_in_words(deadline: Deadline) -> str:
    """Return a sentence about a deadline at which few people work, or ""."""
    zone = wording.as_zone(deadline.zone)
    off = off_hours(deadline.at, ZoneInfo(deadline.zone), is_end_of_day=deadline.is_end_of_day)
    if off is None:
        return ""
    last = (deadline.at - timedelta(microseconds=1)) if deadline.is_end_of_day else deadline.at
    facts = {
        "day": wording.long_day(last, zone),
        "time": f"{last.astimezone(zone):%H:%M}",
        "city": wording.city(deadline.zone),
    }
    if off is Off.WEEKEND:
        return _("%(day)s is on a weekend: few people look at their mail then.") % facts
    return _("%(time)s in %(city)s is outside working hours: few people look at their mail then.") % facts


class RoundTermsForm(DeadlineForm):
    """A deadline, and the reminders before it: `cleaned_data["reminders"]` is what `open_round` takes."""

    FITTING, NONE, OWN = "fitting", "none", "own"

    remind = forms.ChoiceField(
        label=gettext_lazy("Reminders to those who are silent"),
        choices=[
            (FITTING, gettext_lazy("7 days and 2 days before, and on the day; once for a short round")),
            (OWN, gettext_lazy("on my own dates")),
            (NONE, gettext_lazy("none")),
        ],
        initial=FITTING,
        widget=forms.RadioSelect,
    )
    remind_at = ReminderDatesField()

    def offer_fitting_dates(self) -> None:
        """Show which dates would fit the deadline proposed, and begin one's own dates with them."""
        deadline = self.proposed()
        if deadline is None:
            return
        fitting = reminder_rules.schedule(self.later_than, deadline.at, deadline.zone)
        self.fields["remind_at"].initial = ReminderDatesField.write(fitting, deadline.zone)
        if fitting:
            words = " · ".join(wording.instant(each, deadline.zone) for each in fitting)
            self.fields["remind"].help_text = _("For the deadline proposed: %(dates)s.") % {"dates": words}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        how, deadline = cleaned.get("remind"), cleaned.get("deadline")
        if how == self.FITTING:
            cleaned["reminders"] = None
        elif how == self.NONE:
            cleaned["reminders"] = []
        elif how == self.OWN and deadline is not None:
            cleaned["reminders"] = self._own(cleaned.get("remind_at", ""), deadline)
        return cleaned

    def _own(self, text: str, deadline: Deadline) -> list[datetime]:
        found, problems = ReminderDatesField.read(text, zone=deadline.zone, after=self.later_than, before=deadline.at)
        if not found and not problems:
            problems = [_("Write at least one date, or choose “none”.")]
        for problem in problems:
            self.add_error("remind_at", problem)
        return found
