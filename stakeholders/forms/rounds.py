"""What a manager types to extend, close or withdraw a round."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from stakeholders.forms.deadlines import DeadlineForm
from stakeholders.models import Invitation, Round


class WhyForm(forms.Form):
    """One sentence, which everyone concerned gets to read."""

    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why: everyone asked reads it.")},
    )


class ExtendForm(DeadlineForm, WhyForm):
    """A later deadline, for everyone or for the person of one invitation, and why."""

    too_early = gettext_lazy("A deadline only moves forward. Choose a later one.")
    field_order = ["deadline_on", "deadline_time", "deadline_zone", "why"]

    def __init__(self, *args: Any, round: Round, invitation: Invitation | None = None, **kwargs: Any) -> None:
        now = invitation or round
        super().__init__(*args, zone=round.zone, later_than=now.deadline_at, **kwargs)
        if not now.is_date_only:
            self.fields["deadline_time"].initial = now.deadline_local.time()
