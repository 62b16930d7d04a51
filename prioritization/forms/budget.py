"""How many person-days one has to spend."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 1_000_000


class BudgetForm(forms.Form):
    """A number in the address; one that means nothing is left out, as if it had not been given."""

    budget = forms.FloatField(
        label=_("Budget"),
        required=False,
        min_value=0,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"}),
    )

    @property
    def days(self) -> float | None:
        return self.cleaned_data.get("budget") if self.is_valid() else None
