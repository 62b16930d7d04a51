"""What one writes down about a talk: what was decided, why, and who was there."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from roadmap.forms.text import LinesField
from roadmap.models import Decision
from stakeholders.models import Seat


class DecisionForm(forms.Form):
    """`seat` is who writes it down: they need not tick themselves."""

    text = forms.CharField(
        label=_("What was decided"),
        max_length=Decision.LONGEST,
        help_text=_("One sentence, for example: Keep it in 2027.4."),
        error_messages={"required": _("Write what was decided, in one sentence.")},
    )
    why = LinesField(
        label=_("Why"),
        required=False,
        max_length=Decision.LONGEST_WHY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    present = forms.ModelMultipleChoiceField(
        label=_("Together with"), queryset=Seat.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, data: Any, *, seat: Seat) -> None:
        super().__init__(data)
        others = Seat.objects.current().filter(product=seat.product_id).exclude(pk=seat.pk)
        people = sorted(others.select_related("user"), key=lambda each: each.user.get_full_name().casefold())
        present = self.fields["present"]
        present.queryset = others
        present.choices = [(each.pk, each.user.get_full_name()) for each in people]
        self.fields["nonce"].initial = lambda: secrets.token_hex(16)
