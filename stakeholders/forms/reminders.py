"""Dates on which the silent are reminded, as one types them: one field a date, in the zone of the deadline."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders import wording
from stakeholders.forms.days import validate_day
from stakeholders.rules import deadlines
from stakeholders.rules.deadlines import SkippedTime

SPARE = 2
MOST = 12


class DatesInput(forms.Widget):
    """Several dates with times, each in an input of its own under the same name, and two empty ones to add more.

    Its value is text, one date a line: what a browser without such inputs, or a script, sends in one piece is the same.
    """

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return "\n".join(data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""])

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        filled = [line.strip() for line in (value or "").splitlines() if line.strip()][:MOST]
        label = _("Reminder %(number)d, day and time")
        rows = [
            (
                self._kind(line),
                name,
                f"{attrs['id']}_{number}" if number else attrs["id"],
                self._as_input(line),
                number + 1,
            )
            for number, line in enumerate([*filled, *[""] * min(SPARE, MOST - len(filled))])
        ]
        return format_html_join(
            "\n",
            '<input class="input" type="{}" name="{}" id="{}" value="{}" aria-label="{}">',
            ((kind, name, id_, text, label % {"number": number}) for kind, name, id_, text, number in rows),
        )

    @staticmethod
    def _as_input(line: str) -> str:
        found = ReminderDatesField.LINE.match(line)
        if not found:
            return line
        year, month, day, hour, minute = (int(part) for part in found.groups(default="0"))
        return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"

    def _kind(self, line: str) -> str:
        """What is no date stays readable: a date input would show nothing."""
        return "datetime-local" if not line or ReminderDatesField.LINE.match(line) else "text"


class ReminderDatesField(forms.CharField):
    """Text of one date a line; `read` makes instants of it."""

    LINE = re.compile(r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})[ T]+(\d{1,2})(?:[:.](\d{2}))?\s*$")
    widget = DatesInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": gettext_lazy("Own dates"),
                "required": False,
                "max_length": 400,
                "help_text": gettext_lazy("In the zone of the deadline. Empty a date to take it away."),
                **kwargs,
            }
        )

    @classmethod
    def read(
        cls, text: str, *, zone: str, after: datetime, before: datetime, unchanged: Iterable[datetime] = ()
    ) -> tuple[list[datetime], list[str]]:
        """Return the instants, rising and each once, and a sentence for every line that cannot be a reminder.

        zone           in which the lines are meant
        after, before  a reminder lies between the present and the deadline
        unchanged      instants that are planned already, so fine whatever the time is
        """
        found, problems = [], []
        for line in filter(str.strip, text.splitlines()):
            try:
                parts = [int(part) for part in cls.LINE.match(line).groups(default="0")]  # type: ignore[union-attr]
                wall = datetime(*parts)  # type: ignore[arg-type]
                validate_day(wall.date())
            except (AttributeError, ValueError, ValidationError):
                problems.append(_("“%s” is not a date and time. Write 2026-11-25 08:00.") % line.strip())
                continue
            try:
                at = deadlines.read(wall, zone).at
            except SkippedTime as refusal:
                problems.append(skipped_in_words(refusal, zone))
                continue
            said = line.strip().replace("T", " ")
            if at >= before:
                problems.append(_("%s is not before the deadline.") % said)
            elif at <= after and at not in unchanged:
                problems.append(_("%s has passed already.") % said)
            else:
                found.append(at)
        return sorted(set(found)), problems

    @staticmethod
    def write(instants: Iterable[datetime], zone: str) -> str:
        """Return the text that `read` reads back."""
        return "\n".join(f"{at.astimezone(wording.as_zone(zone)):%Y-%m-%dT%H:%M}" for at in instants)


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
