"""What a share link shows and to whom, and the password that one asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from roadmap.actions.share import DEFAULT_DAYS, ShareTerms
from roadmap.models import Product
from stakeholders.once import OnceForm

LONGEST_DAYS = 365


class ShareForm(OnceForm, forms.Form):
    audience = forms.CharField(
        label=lazy("For whom"),
        max_length=120,
        help_text=lazy("They read it at the top: “for our customers”."),
        error_messages={"required": lazy("Say for whom the link is.")},
    )
    version = forms.ModelChoiceField(
        queryset=None, label=lazy("What it shows"), required=False, empty_label=lazy("always the latest version")
    )
    summary = forms.CharField(
        label=lazy("What it says above the drawing"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("Empty: three sentences are made from the facts."),
    )
    shows_names = forms.BooleanField(label=lazy("Show who answered, and what"), required=False)
    shows_sizes = forms.BooleanField(label=lazy("Show sizes and capacity"), required=False)
    password = forms.CharField(
        label=lazy("Password"),
        max_length=128,
        min_length=8,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=lazy("Empty: whoever has the address can read."),
    )
    days = forms.IntegerField(
        label=lazy("Ends after this many days"), min_value=1, max_value=LONGEST_DAYS, initial=DEFAULT_DAYS
    )

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = product.versions.defer("snapshot")  # type: ignore[attr-defined]
        self.add_nonce()

    def terms(self) -> ShareTerms:
        return ShareTerms(**{name: value for name, value in self.cleaned_data.items() if name != "nonce"})


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=lazy("Password"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": lazy("Type the password that came with the link.")},
    )
