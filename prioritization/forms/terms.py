"""How votes are read: what one sets for a product."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from prioritization.models import ScoringTerms

LEAST, MOST = 5, 100


class TermsForm(forms.Form):
    """The share is typed in per cent; `terms` has it in [0, 1]."""

    takes_out_style = forms.BooleanField(
        label=_("Even out how strictly people rate"),
        help_text=_(
            "While fewer than 80 % of the cells are rated: who gives everything more or less than others is read so. "
            "Off: votes are read as they were given."
        ),
        required=False,
    )
    largest_share = forms.IntegerField(
        label=_("Most that one person may weigh, in %"),
        help_text=_("Of all weight behind one feature and criterion, from three voters up. 100 sets no bound."),
        min_value=LEAST,
        max_value=MOST,
    )

    def __init__(self, data: Any, *, held: ScoringTerms) -> None:
        initial = {"takes_out_style": held.takes_out_style, "largest_share": round(100 * held.largest_share)}
        super().__init__(data, initial=initial)

    @property
    def terms(self) -> dict[str, Any]:
        """What `actions.terms.set_terms` takes; of a valid form."""
        return {
            "takes_out_style": self.cleaned_data["takes_out_style"],
            "largest_share": self.cleaned_data["largest_share"] / 100,
        }
