"""What a reader chooses of a timeline, in the query string; and where a manager puts a feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from roadmap.actions.planning import Place
from roadmap.models import Feature, Product
from roadmap.queries.timeline import Choice
from roadmap.rules.timeline.facts import Lanes
from stakeholders.forms.days import DayField

LANES = (
    (Lanes.OBJECTIVE, lazy("objective")),
    (Lanes.TEAM, lazy("team")),
    (Lanes.RELEASE, lazy("release")),
)
SCALES = (("quarters", lazy("quarters")), ("months", lazy("months")))
VIEWS = (("timeline", lazy("Timeline")), ("table", lazy("Table")))


class TimelineForm(forms.Form):
    """The state of a timeline page: every view of it is a link. What makes no sense is read as the default."""

    lanes = forms.ChoiceField(choices=LANES, required=False)
    scale = forms.ChoiceField(choices=SCALES, required=False)
    view = forms.ChoiceField(choices=VIEWS, required=False)
    lane = forms.CharField(max_length=20, required=False)
    past = forms.BooleanField(required=False)
    feature = forms.CharField(max_length=20, required=False)

    def read(self) -> Mapping[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def choice(self) -> Choice:
        data = self.read()
        return Choice(
            lanes=Lanes(data.get("lanes") or Lanes.OBJECTIVE),
            zoomed=data.get("scale") == "months",
            with_past=bool(data.get("past")),
            only=data.get("lane") or "",
            is_narrow=bool(data.get("feature")),
        )

    @property
    def is_table(self) -> bool:
        return self.read().get("view") == "table"

    @property
    def feature_ref(self) -> str:
        return self.read().get("feature") or ""

    def query(self, **changes: str | None) -> str:
        """Return the query string of this state with some of it changed; None and defaults are left out."""
        state = {name: value for name, value in self.read().items() if value}
        defaults = {"lanes": Lanes.OBJECTIVE, "scale": "quarters", "view": "timeline"}
        query = QueryDict(mutable=True)
        for name in self.fields:
            value = changes.get(name, state.get(name))
            if value and value != defaults.get(name):
                query[name] = "1" if value is True else str(value)
        return f"?{query.urlencode()}" if query else "?"


class ShareTimelineForm(TimelineForm):
    """The state of a shared roadmap: four faces of it, and the key that a right password gave."""

    FACES = (
        ("timeline", lazy("Timeline")),
        ("columns", lazy("Now / next / later")),
        ("table", lazy("Table")),
        ("changes", lazy("What has changed")),
    )

    view = forms.ChoiceField(choices=FACES, required=False)
    key = forms.CharField(max_length=400, required=False)

    def choice(self) -> Choice:
        return replace(super().choice(), is_narrow=False)  # an opened feature stands above, not beside

    @property
    def key_given(self) -> str:
        return self.read().get("key") or ""

    @property
    def view_name(self) -> str:
        return self.read().get("view") or "timeline"


class PlanForm(forms.Form):
    """Where a feature stands: release, dates, and how exactly they are meant."""

    release = forms.ModelChoiceField(queryset=None, label=lazy("Release"), required=False, empty_label=lazy("none"))
    starts_on = DayField(label=lazy("Starts"), required=False)
    ends_on = DayField(label=lazy("Ends"), required=False)
    precision = forms.ChoiceField(label=lazy("Known to the"), choices=Feature.Precision.choices)
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, product: Product, feature: Feature | None = None, **kwargs: Any) -> None:
        if feature is not None:
            kwargs["initial"] = {
                "release": feature.release_id,
                "starts_on": feature.starts_on,
                "ends_on": feature.ends_on,
                "precision": feature.precision,
                "edition": feature.edition,
            }
        super().__init__(*args, **kwargs)
        self.fields["release"].queryset = product.releases.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", ValidationError(_("It cannot end before it starts.")))
        return data

    def place(self) -> Place:
        data = self.cleaned_data
        return Place(data["release"], data["starts_on"], data["ends_on"], data["precision"])
