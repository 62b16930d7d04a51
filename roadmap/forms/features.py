"""The form of a feature: its own fields, what it does for each objective, what it costs each team, what it needs first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from roadmap.actions.features import Estimate, FeatureContent
from roadmap.forms.conflicts import EditionForm
from roadmap.forms.numbers import plain_number
from roadmap.forms.text import LinesField
from roadmap.models import Contribution, Feature, Product, Relation, Team
from roadmap.queries.references import Ambiguous, NotFound, resolve
from stakeholders.forms.days import DayField
from stakeholders.models import Seat
from stakeholders.once import OnceForm

ROW_FIELDS = (
    "title", "summary", "description", "owner", "status", "progress", "lead_team", "release",
    "starts_on", "ends_on", "precision", "external_key",
)  # fmt: skip


MOST_TEXT = 6000


class ShareField(forms.FloatField):
    """A share in [0, 1] that people read and write in percent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, widget=forms.NumberInput(attrs={"step": "1"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value * 100:g}" if isinstance(value, float | int) else value

    def clean(self, value: Any) -> float:
        return (super().clean(value) or 0) / 100


class ReferencesField(forms.CharField):
    """Features, one a line, by key or by title."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "data-references": "", "spellcheck": "false"})
        super().__init__(required=False, widget=widget, max_length=MOST_TEXT, **kwargs)


class FeatureForm(OnceForm, EditionForm):
    """Makes or edits a feature of `product`. `content()` says what a valid form wants, whole."""

    progress = ShareField(label=lazy("Done, in percent"), required=False)
    needs = ReferencesField(
        label=lazy("Needs first"),
        help_text=lazy("Features that must end before this one begins, one a line: a key or a title."),
    )
    related = ReferencesField(
        label=lazy("Related"), help_text=lazy("Features that have to do with this one, in no order, one a line.")
    )

    class Meta:
        model = Feature
        fields = ROW_FIELDS
        field_classes = {"summary": LinesField, "description": LinesField, "starts_on": DayField, "ends_on": DayField}
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "description": forms.Textarea(attrs={"rows": 6}),
        }
        error_messages = {"title": {"required": lazy("A feature needs a title.")}}
        help_texts = {
            "summary": lazy("One or two sentences that a voter reads."),
            "description": lazy("As long as it takes. Markdown works."),
            "external_key": lazy("As it is called in another tool, so that an import finds it again."),
        }

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product = self.instance.product = product
        self.objectives = list(product.objectives.all())
        self.teams = list(product.teams.all())
        self._narrow(product)
        self._add_contributions()
        self._add_efforts()
        if self.instance.pk:
            self.initial.setdefault("needs", _as_lines(self.instance.needs.order_by("number"), product))
            self.initial.setdefault("related", _as_lines(_related_to(self.instance), product))
        else:
            self.add_nonce()
        self.remember()

    def clean_external_key(self) -> str:
        key = self.cleaned_data["external_key"].strip()
        taken = Feature.objects.filter(product=self.product, external_key=key).exclude(pk=self.instance.pk)
        if key and (number := taken.values_list("number", flat=True).first()):
            raise ValidationError(
                _("%(feature)s has this key already."), params={"feature": f"{self.product.key}-{number}"}
            )
        return key

    def clean_needs(self) -> set[int]:
        return self._references("needs")

    def clean_related(self) -> set[int]:
        return self._references("related")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("This is before it starts."))
        self.estimates = {}
        for team in self.teams:
            if (estimate := self._estimate(team)) is not None:
                self.estimates[team.pk] = estimate
        lead = cleaned.get("lead_team")
        if lead is None and len(self.estimates) == 1:
            cleaned["lead_team"] = next(team for team in self.teams if team.pk in self.estimates)
        return cleaned

    def content(self) -> FeatureContent:
        """Return what the valid form says."""
        wanted = {each.pk: self.cleaned_data[f"objective_{each.pk}"] for each in self.objectives}
        return FeatureContent(
            fields={name: self.cleaned_data[name] for name in ROW_FIELDS},
            contributions={pk: strength for pk, strength in wanted.items() if strength},
            efforts=self.estimates,
            needs=self.cleaned_data["needs"],
            related=self.cleaned_data["related"],
        )

    @property
    def objective_fields(self) -> list[BoundField]:
        return [self[f"objective_{each.pk}"] for each in self.objectives]

    @property
    def effort_rows(self) -> list[tuple[Team, list[BoundField]]]:
        """Every team with its three fields; the teams that have a size or an error come first."""
        rows = [(team, [self[name] for name in _effort_names(team)]) for team in self.teams]
        return sorted(rows, key=lambda row: not any(field.value() or field.errors for field in row[1]))

    @property
    def sized_rows(self) -> int:
        return sum(any(field.value() or field.errors for field in fields) for team, fields in self.effort_rows)

    def _narrow(self, product: Product) -> None:
        owners = Seat.objects.current().filter(product=product).select_related("user")
        for name, rows, nothing in (
            ("owner", owners, _("nobody yet")),
            ("lead_team", product.teams.all(), _("none")),
            ("release", product.releases.all(), _("not planned")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.empty_label = rows, nothing
            if name == "owner":
                field.label_from_instance = _full_name  # type: ignore[method-assign,assignment]

    def _add_contributions(self) -> None:
        stood = {}
        if self.instance.pk:
            stood = dict(self.instance.contributions.values_list("objective_id", "strength"))
        for objective in self.objectives:
            self.fields[f"objective_{objective.pk}"] = forms.ChoiceField(
                label=f"{objective.letter} {objective.name}",
                choices=[("", _("nothing")), *Contribution.Strength.choices],
                required=False,
                initial=stood.get(objective.pk, ""),
            )

    def _add_efforts(self) -> None:
        stood = {row.team_id: row for row in self.instance.efforts.all()} if self.instance.pk else {}
        words = {"low": _("low"), "likely": _("likely"), "high": _("high")}
        for team in self.teams:
            for name, part in zip(_effort_names(team), words, strict=True):
                self.fields[name] = forms.FloatField(
                    label=_("%(team)s, %(part)s") % {"team": team.name, "part": words[part]},
                    required=False,
                    min_value=0,
                    max_value=100_000,
                    initial=plain_number(getattr(stood.get(team.pk), part, None)),
                    widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
                    error_messages={"invalid": _("Size is a number of person-days, for example 12.")},
                )

    def _estimate(self, team: Team) -> Estimate | None:
        """Return the team's estimate; likely alone stands for all three, low and high alone say too little."""
        low_name, likely_name, high_name = _effort_names(team)
        low, likely, high = (self.cleaned_data.get(name) for name in (low_name, likely_name, high_name))
        if any(name in self.errors for name in (low_name, likely_name, high_name)):
            return None
        if low is None and likely is None and high is None:
            return None
        if likely is None:
            self.add_error(likely_name, _("Say what is likely, or leave all three empty."))
            return None
        low, high = likely if low is None else low, likely if high is None else high
        if not low <= likely <= high:
            self.add_error(likely_name, _("The likely size lies between low and high."))
            return None
        return Estimate(low, likely, high)

    def _references(self, name: str) -> set[int]:
        found: set[int] = set()
        problems = []
        for line in filter(None, map(str.strip, self.cleaned_data[name].splitlines())):
            try:
                pk = resolve(self.product, line)
            except NotFound:
                problems.append(_("No feature is called “%(line)s”. Write its key or its title.") % {"line": line})
            except Ambiguous as many:
                problems.append(_in_words(line, many))
            else:
                if pk == self.instance.pk:
                    problems.append(_("A feature can’t name itself here: “%(line)s”.") % {"line": line})
                else:
                    found.add(pk)
        if problems:
            raise ValidationError(problems)
        return found


def _full_name(seat: Seat) -> str:
    return seat.user.get_full_name()


def _effort_names(team: Team) -> tuple[str, str, str]:
    return f"effort_{team.pk}_low", f"effort_{team.pk}_likely", f"effort_{team.pk}_high"


def _as_lines(features: Iterable[Feature], product: Product) -> str:
    return "\n".join(f"{product.key}-{feature.number} {feature.title}" for feature in features)


def _related_to(feature: Feature) -> list[Feature]:
    firsts = Relation.objects.filter(second=feature).select_related("first")
    seconds = Relation.objects.filter(first=feature).select_related("second")
    return sorted([row.first for row in firsts] + [row.second for row in seconds], key=lambda each: each.number)


def _in_words(line: str, many: Ambiguous) -> str:
    words = ngettext(
        "%(count)d feature fits “%(line)s”: %(keys)s. Write the key of the one that you mean.",
        "%(count)d features fit “%(line)s”: %(keys)s. Write the key of the one that you mean.",
        many.count,
    )
    return words % {"count": many.count, "line": line, "keys": ", ".join(many.keys)}
