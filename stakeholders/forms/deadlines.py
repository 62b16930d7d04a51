"""The fields of a deadline and its reminders, for every form that sets one."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders import wording
from stakeholders.rules import deadlines
from stakeholders.rules.deadlines import Deadline, SkippedTime
from stakeholders.zones import zone_choices

FURTHEST = timedelta(days=5 * 366)


class DeadlineForm(forms.Form):
    """Day, time and zone. When they are right, `cleaned_data["deadline"]` is a `rules.deadlines.Deadline`.

    zone        preselected: the product's
    later_than  the present, or the deadline so far; everything up to it is refused with the sentence `too_early`
    """

    deadline_on = forms.DateField(
        label=gettext_lazy("Deadline, day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, at, zone = (cleaned.get(f"deadline_{name}") for name in ("on", "time", "zone"))
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


def skipped_in_words(refusal: SkippedTime, zone: str) -> str:
    """Return the sentence for a wall time that does not exist, with the next one that does."""
    facts = {
        "city": wording.city(zone),
        "day": wording.day(refusal.wall),
        "next": f"{refusal.next_valid:%H:%M}",
        "next_day": wording.day(refusal.next_valid.date()),
    }
    if not isinstance(refusal.wall, datetime):
        return _("%(day)s never happens in %(city)s. Use %(next_day)s.") % facts
    facts["time"] = f"{refusal.wall:%H:%M}"
    return _("On %(day)s the clocks in %(city)s jump over %(time)s. Use %(next)s.") % facts


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


class RoundTermsForm(DeadlineForm):
    """A deadline, and the reminders before it: `cleaned_data["reminders"]` is what `open_round` takes."""

    FITTING, NONE, OWN = "fitting", "none", "own"
    LINE = re.compile(r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})[ T]+(\d{1,2})(?:[:.](\d{2}))?\s*$")

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
    remind_at = forms.CharField(
        label=gettext_lazy("Own dates"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("One a line, in the zone of the deadline: 2026-11-25 08:00"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

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
        found: list[datetime] = []
        for line in filter(str.strip, text.splitlines()):
            try:
                year, month, day, hour, minute = self.LINE.match(line).groups(default="0")  # type: ignore[union-attr]
                wall = datetime.combine(date(int(year), int(month), int(day)), time(int(hour), int(minute)))
            except (AttributeError, ValueError):
                self.add_error("remind_at", _("“%s” is not a date and time. Write 2026-11-25 08:00.") % line.strip())
                continue
            try:
                at = deadlines.read(wall, deadline.zone).at
            except SkippedTime as refusal:
                self.add_error("remind_at", skipped_in_words(refusal, deadline.zone))
                continue
            if at >= deadline.at:
                self.add_error("remind_at", _("%s is not before the deadline.") % line.strip())
            elif at <= self.later_than:
                self.add_error("remind_at", _("%s has passed already.") % line.strip())
            else:
                found.append(at)
        if not found and "remind_at" not in self.errors:
            self.add_error("remind_at", _("Write at least one date, or choose “none”."))
        return sorted(set(found))
