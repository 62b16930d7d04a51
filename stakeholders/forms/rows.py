"""Choosing rows by their ids."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LONGEST_ID = 18
"""Digits; more than that no id has, and a database may refuse even to compare them."""


def number_in(text: str) -> int | None:
    """Return the id or row number that a form sent, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


class RowsField(forms.ModelMultipleChoiceField):
    """Any number of rows; an id that no row can have is refused like one that is not among the choices."""

    def clean(self, value: Any) -> Any:
        for each in value or ():
            if len(str(each)) > LONGEST_ID:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": str(each)[:40]}
                )
        return super().clean(value)
