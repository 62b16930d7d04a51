"""The design system on one page: for whoever builds a page, and for screenshots. Routed in DEBUG only."""

from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stakeholders import clock
from stakeholders.templatetags.accord import ANSWERS


class ExampleForm(forms.Form):
    title = forms.CharField(label="Title")
    size = forms.IntegerField(label="Size", help_text="person-days")
    team = forms.ChoiceField(
        label="Team", choices=[("inbox", "Inbox"), ("platform", "Platform")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    ready = forms.BooleanField(label="Must confirm", required=False)


OBJECTIVES = [
    SimpleNamespace(letter=letter, name=name)
    for letter, name in zip(
        "ABCDEFGH",
        (
            "First reply within 2 h",
            "Keep customers",
            "Halve the cost",
            "Audit-ready",
            "Fifth",
            "Sixth",
            "Seventh",
            "Eighth",
        ),
        strict=True,
    )
]


def components(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    context = {
        "product": SimpleNamespace(name="Beacon", slug="beacon", pk=0),
        "tab": "ranking",
        "form": ExampleForm({"size": "M–L", "team": "inbox"}),
        "objectives": OBJECTIVES,
        "deadlines": [now + timedelta(days=8), now + timedelta(days=3), now + timedelta(hours=5, minutes=1)],
        "states": list(ANSWERS),
        "few": {"confirmed": 14, "concerns": 3, "objects": 1, "silent": 1},
        "many": {"confirmed": 88, "concerns": 18, "objects": 4, "silent": 7},
    }
    return render(request, "components.html", context)
