"""Compares what two people made of one form, for the page that shows both, and takes over what only one of them touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
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


class EditionForm(forms.ModelForm):
    """A form that knows which edition of its row it was opened with, and what each of its fields said then.

    Call `remember()` at the end of `__init__`, when all fields are there.
    """

    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def remember(self) -> None:
        """Put edition and fingerprints into the fields that travel along; a form for a new row has neither."""
        if self.instance.pk and not self.is_bound:
            self.initial |= {"edition": self.edition_now(), "was": json.dumps(_fingerprints(self))}

    def edition_now(self) -> Any:
        """Return the edition of the row that the form shows."""
        return self.instance.edition

    def rebase(self, fresh: EditionForm) -> list[str]:
        """Make this form, as sent, mean the edition of `fresh`; return the labels of the fields that it took over.

        Taken over are fields that this person had left as they were when the form was opened, so that nobody's change
        is lost by someone who never looked at it. Who sends it again has seen what was saved meanwhile.
        """
        was, data, taken = self._was(), self.data.copy(), []  # type: ignore[attr-defined]
        for name, print_ in _fingerprints(self).items():
            there = _reads(fresh, name)
            if was.get(name) == print_ and print_ != _print(there):
                data[name] = _as_sent(fresh[name].value())
                taken.append(str(self.fields[name].label or name))
        data["edition"], data["was"] = fresh.edition_now(), json.dumps(_fingerprints(fresh))
        self.data = data
        return taken

    def _was(self) -> dict[str, str]:
        try:
            found = json.loads(self["was"].value() or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _fingerprints(form: forms.BaseForm) -> dict[str, str]:
    return {name: _print(_reads(form, name)) for name, field in form.fields.items() if not field.widget.is_hidden}


def _print(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def _as_sent(value: Any) -> str:
    """Return a field's value as a browser would send it."""
    if value is None or value is False:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


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
