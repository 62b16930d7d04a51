"""What all forms have in common: a field that is left empty says what to do, and calls itself by its label."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import ChoiceWidget, FileInput
from django.utils.translation import gettext as _

DJANGOS_WORDS = forms.Field.default_error_messages["required"]


class NamedField(forms.BoundField):
    """A form's field; one that has words of its own for being empty keeps them."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        if field.error_messages.get("required") == DJANGOS_WORDS:
            field.error_messages["required"] = self._what_to_do() % {"label": self.label}

    def _what_to_do(self) -> str:
        widget: Any = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return _("Tick “%(label)s”.")
        if isinstance(widget, (ChoiceWidget, FileInput)):
            return _("Choose something for “%(label)s”.")
        return _("Fill in “%(label)s”.")


class Renderer(DjangoTemplates):
    """What the setting FORM_RENDERER names: the one place that every form, also of other packages, goes through."""

    bound_field_class = NamedField
