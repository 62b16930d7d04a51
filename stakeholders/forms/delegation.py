"""What one types to have somebody else answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class DelegateForm(forms.Form):
    """A colleague or an address, and what they should know."""

    who = forms.CharField(
        label=gettext_lazy("Who should answer"),
        max_length=254,
        help_text=gettext_lazy("An e-mail address, or the full name of a colleague."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": gettext_lazy("Name a colleague, or give an e-mail address.")},
    )
    note = forms.CharField(
        label=gettext_lazy("What they should know"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
