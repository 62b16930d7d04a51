"""What one types to get an API token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stakeholders.once import OnceForm


class TokenForm(OnceForm, forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80)
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year")), (0, _("until revoked"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_nonce()
