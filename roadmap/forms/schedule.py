"""What one types about objectives, teams, releases, milestones and capacity."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from roadmap.actions.schedule import CapacityConflict, Pair
from roadmap.forms.conflicts import EditionForm
from roadmap.forms.numbers import plain_number
from roadmap.models import Capacity, Milestone, Objective, Product, Release, Team
from roadmap.models.editions import edition_of
from stakeholders.forms.days import DayField
from stakeholders.once import OnceForm


class PartForm(OnceForm, EditionForm):
    """A part of a product. `values()` says what the valid form wants, by field of the row."""

    edition = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product = self.instance.product = product
        self.prepare()
        if self.instance.pk is None:
            self.add_nonce()
        self.remember()

    def prepare(self) -> None:
        """Make of the fields what a form of its own kind needs."""

    def edition_now(self) -> str:
        return edition_of(self.instance)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    def refuse_taken_name(self, words: str) -> str:
        name = self.cleaned_data["name"].strip()
        taken = self._meta.model._default_manager.filter(product=self.product, name__iexact=name)
        if taken.exclude(pk=self.instance.pk).exists():
            raise ValidationError(words)
        return name


class ObjectiveForm(PartForm):
    class Meta:
        model = Objective
        fields = ("name", "measure", "unit", "baseline", "current", "target", "due_on", "weight")
        labels = {"name": lazy("Objective"), "measure": lazy("How one will know"), "unit": lazy("Unit")}
        help_texts = {
            "name": lazy("What should be better, in a few words: “First reply within two hours”."),
            "measure": lazy("The one figure that tells: “median time to first reply”."),
            "unit": lazy("h, %, € …"),
            "weight": lazy("How much it matters beside the other objectives."),
        }
        field_classes = {"due_on": DayField}
        error_messages = {
            "name": {"required": lazy("An objective needs a name.")},
            "weight": {
                "min_value": lazy("A weight is 0 or more: 0 counts for nothing."),
                "max_value": lazy("A weight is a million at most."),
            },
        }

    def prepare(self) -> None:
        for name in ("baseline", "current", "target", "weight"):
            self.initial[name] = plain_number(self.initial.get(name))
            self.fields[name].widget.attrs["step"] = "any"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("target") is not None and not cleaned.get("measure"):
            self.add_error("measure", _("A target needs a measure: what is to be that number?"))
        baseline, target = cleaned.get("baseline"), cleaned.get("target")
        if baseline is not None and baseline == target:
            self.add_error("target", _("The target is where it began, so nothing would have to change."))
        return cleaned


class MeasurementForm(forms.Form):
    measured_on = DayField(label=lazy("Day"))
    value = forms.FloatField(label=lazy("Value"), widget=forms.NumberInput(attrs={"step": "any"}))


class TeamForm(PartForm):
    class Meta:
        model = Team
        fields = ("name",)
        labels = {"name": lazy("Team")}
        error_messages = {"name": {"required": lazy("A team needs a name.")}}

    def clean_name(self) -> str:
        return self.refuse_taken_name(_("There is a team of this name already."))


class ReleaseForm(PartForm):
    class Meta:
        model = Release
        fields = ("name", "starts_on", "ends_on")
        labels = {"name": lazy("Release"), "starts_on": lazy("Work starts"), "ends_on": lazy("Ships")}
        field_classes = {"starts_on": DayField, "ends_on": DayField}
        error_messages = {
            "name": {"required": lazy("A release needs a name.")},
            "starts_on": {"required": lazy("Say when work on it starts.")},
            "ends_on": {"required": lazy("Say when it ships.")},
        }

    def clean_name(self) -> str:
        return self.refuse_taken_name(_("There is a release of this name already."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("This is before work on it starts."))
        return cleaned


class MilestoneForm(PartForm):
    class Meta:
        model = Milestone
        fields = ("name", "on")
        labels = {"name": lazy("Milestone"), "on": lazy("Day")}
        field_classes = {"on": DayField}
        error_messages = {
            "name": {"required": lazy("A milestone needs a name.")},
            "on": {"required": lazy("A milestone is a day: which?")},
        }


class CapacityForm(forms.Form):
    """Person-days of each team in each release; an empty cell is not the same as 0.

    What the grid showed travels along, so that of two people who fill it in at once each changes their own cells.
    """

    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500_000)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = list(product.teams.all())
        self.releases = list(product.releases.all())
        stood: Mapping[Pair, float] = {
            (row.team_id, row.release_id): row.days for row in Capacity.objects.filter(team__product=product)
        }
        self.initial["was"] = _as_shown(stood)
        for team in self.teams:
            for release in self.releases:
                self.fields[_cell(team.pk, release.pk)] = forms.FloatField(
                    label=_("%(team)s in %(release)s, person-days") % {"team": team.name, "release": release.name},
                    required=False,
                    min_value=0,
                    max_value=100_000,
                    initial=plain_number(stood.get((team.pk, release.pk))),
                    widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
                    error_messages={"invalid": _("Capacity is a number of person-days, for example 40.")},
                )

    @property
    def rows(self) -> list[tuple[Team, list[BoundField]]]:
        return [(team, [self[_cell(team.pk, release.pk)] for release in self.releases]) for team in self.teams]

    @property
    def pairs(self) -> list[Pair]:
        return [(team.pk, release.pk) for team in self.teams for release in self.releases]

    @cached_property
    def shown(self) -> dict[Pair, float]:
        """Return the figures that the grid showed when it was opened; nothing for what cannot be read."""
        try:
            found = json.loads(self["was"].value() or "{}")
        except ValueError:
            return {}
        cells = found if isinstance(found, dict) else {}
        return {pair: cells[name] for pair in self.pairs if isinstance(cells.get(name := _cell(*pair)), int | float)}

    def changes(self) -> dict[Pair, float | None]:
        """Return the figures of the valid form that differ from what it showed; None takes one away."""
        typed = {pair: self.cleaned_data[_cell(*pair)] for pair in self.pairs}
        return {pair: days for pair, days in typed.items() if days != self.shown.get(pair)}

    def rebase(self, conflict: CapacityConflict) -> None:
        """Show what stands now in cells that this person left alone, and say in those that both changed what stands there."""
        mine, data = self.changes(), self.data.copy()  # type: ignore[attr-defined]
        for pair in self.pairs:
            if pair not in mine:
                data[_cell(*pair)] = plain_number(conflict.stood.get(pair))
        data["was"] = _as_shown(conflict.stood)
        self.data = data
        for pair in conflict.pairs:
            there = plain_number(conflict.stood.get(pair)) or _("nothing")
            self.add_error(_cell(*pair), _("Saved meanwhile: %(there)s. Yours is not saved yet.") % {"there": there})


def _cell(team: int, release: int) -> str:
    return f"days_{team}_{release}"


def _as_shown(stood: Mapping[Pair, float]) -> str:
    return json.dumps({_cell(*pair): days for pair, days in stood.items()})
