"""Compares what two people made of one form, for the page that shows both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that reads differently: what was saved meanwhile, and what was typed here."""

    label: str
    theirs: str
    mine: str


def differences(*, mine: forms.BaseForm, theirs: forms.BaseForm) -> list[Difference]:
    """Return the fields in which a form as sent differs from a form fresh from the row, in the order of the form."""
    found = []
    for name, field in mine.fields.items():
        if field.widget.is_hidden:
            continue
        here, there = _reads(mine, name), _reads(theirs, name)
        if here != there:
            found.append(Difference(str(field.label or name), there, here))
    return found


def as_edition(form: forms.BaseForm, edition: int) -> None:
    """Make a form as sent mean a newer edition: who sends it again has seen what was saved meanwhile."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["edition"] = edition
    form.data = data


def _reads(form: forms.BaseForm, name: str) -> str:
    bound = form[name]
    value = bound.value()
    choices = getattr(form.fields[name], "choices", None)
    if choices is not None:
        words = _flat(choices)
        values = value if isinstance(value, list | tuple) else [value]
        return ", ".join(words.get(_plain(each), "") for each in values)
    if isinstance(form.fields[name], forms.BooleanField):
        return _("yes") if value else _("no")
    prepared = form.fields[name].prepare_value(value)
    formatted = form.fields[name].widget.format_value(prepared)
    return "" if formatted is None else str(formatted).replace("\r\n", "\n").strip()


def _flat(choices: Any) -> Mapping[str, str]:
    return {_plain(value): str(label) for value, label in choices}


def _plain(value: Any) -> str:
    return "" if value is None else str(getattr(value, "pk", value))
