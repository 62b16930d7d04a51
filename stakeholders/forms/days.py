"""The field for a day, in every form that asks for one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stakeholders import wording
from stakeholders.rules import days


def validate_day(day: date) -> None:
    """Raise ValidationError for a day that cannot be reckoned with."""
    if not days.is_known(day):
        ends = {"first": wording.day_and_year(days.FIRST), "last": wording.day_and_year(days.LAST)}
        raise ValidationError(_("Choose a day from %(first)s to %(last)s."), code="unknown-day", params=ends)


class DayField(forms.DateField):
    """A day that can be reckoned with, in an input that shows a calendar."""

    default_validators = [validate_day]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs})
