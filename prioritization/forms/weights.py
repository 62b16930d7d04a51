"""What one types about weights: a number for each criterion, and the name to keep them under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prioritization.models import WeightSet
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Product

PREFIX = "w-"
MOST = 1_000_000
STEP = 1
WHOLE = 100


class WeightsForm(forms.Form):
    """A number a criterion; any scale, only proportions count. `weights` of a valid one go by criterion key.

    A press on plus or minus sends "key:+1" as `step`, so that they work without JavaScript.
    """

    def __init__(self, data: QueryDict | None, *, criteria: Sequence[AskedCriterion]) -> None:
        self.criteria = list(criteria)
        super().__init__(_stepped(data, self.criteria) if data is not None else None)
        shown = entered(self.criteria)
        for each in self.criteria:
            self.fields[PREFIX + each.key] = forms.FloatField(
                label=each.name,
                min_value=0,
                max_value=MOST,
                initial=shown[each.key],
                widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "data-role": "number"}),
                error_messages={
                    "required": gettext_lazy("Give a weight; 0 asks the question without counting it."),
                    "invalid": gettext_lazy("A weight is a number, for example 35."),
                    "min_value": gettext_lazy("A weight is never below 0."),
                },
            )

    def clean(self) -> None:
        if not self.errors and not any(self.weights.values()):
            raise ValidationError(_("At least one criterion needs a weight above 0."))

    @property
    def weights(self) -> dict[str, float]:
        """Weights by key, as typed when that is valid, else as they are in use."""
        if not self.is_bound or any(self.errors.get(PREFIX + each.key) for each in self.criteria):
            return entered(self.criteria)
        return {each.key: self.cleaned_data[PREFIX + each.key] for each in self.criteria}

    @property
    def rows(self) -> list[tuple[AskedCriterion, forms.BoundField]]:
        return [(each, self[PREFIX + each.key]) for each in self.criteria]


class WeightSetForm(forms.ModelForm):
    """The name that weights are kept under, unique in the product."""

    class Meta:
        model = WeightSet
        fields = ("name",)
        labels = {"name": gettext_lazy("Keep these weights as")}
        error_messages = {"name": {"required": gettext_lazy("Give these weights a name.")}}

    def __init__(self, data: Any = None, *, product: Product) -> None:
        super().__init__(data, instance=WeightSet(product=product), prefix="set")

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if WeightSet.objects.filter(product=self.instance.product_id, name__iexact=name).exists():
            raise ValidationError(_("There are weights called “%(name)s” already."), params={"name": name})
        return name


def entered(criteria: Sequence[AskedCriterion]) -> dict[str, float]:
    """Return weights by key as they were entered; shares of 1, as the defaults are, as points of 100."""
    whole = sum(each.weight for each in criteria)
    factor = WHOLE if abs(whole - 1) < 1e-6 else 1
    return {each.key: plain(each.weight * factor) for each in criteria}


def plain(weight: float) -> float | int:
    """Return a weight without float noise: 35 and 12.5, not 35.0 and 12.500000001."""
    rounded = round(weight, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def as_query(weights: Mapping[str, float]) -> str:
    """Return weights as the query string of the page that shows what they would do."""
    query = QueryDict(mutable=True)
    for key, weight in weights.items():
        query[PREFIX + key] = f"{plain(weight)}"
    return query.urlencode()


def _stepped(data: QueryDict, criteria: Sequence[AskedCriterion]) -> QueryDict:
    """Return the data with the pressed plus or minus carried out; fields that were not sent as they are in use."""
    sent = data.copy()
    for key, weight in entered(criteria).items():
        sent.setdefault(PREFIX + key, f"{weight}")
    key, _sign, step = data.get("step", "").rpartition(":")
    if step in (f"+{STEP}", f"-{STEP}") and PREFIX + key in sent:
        with suppress(ValueError):
            sent[PREFIX + key] = f"{plain(max(0.0, float(sent[PREFIX + key]) + int(step)))}"
    return sent
