"""What one types about the criteria of a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prioritization.queries.criteria import KEY_LENGTH, free_key
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Product
from stakeholders.forms.rows import RowsField
from stakeholders.models import Department

MOST = 12


class CriterionForm(forms.Form):
    """One criterion. `key` is set once and stays, so that a renamed criterion keeps its votes."""

    key = forms.SlugField(max_length=KEY_LENGTH, required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        error_messages={"required": gettext_lazy("A criterion needs a name.")},
    )
    question = forms.CharField(label=gettext_lazy("Question"), max_length=160, required=False)
    low_anchor = forms.CharField(
        label=gettext_lazy("1 means"),
        max_length=40,
        error_messages={"required": gettext_lazy("Say what a 1 means.")},
    )
    high_anchor = forms.CharField(
        label=gettext_lazy("5 means"),
        max_length=40,
        error_messages={"required": gettext_lazy("Say what a 5 means.")},
    )
    weight = forms.FloatField(
        label=gettext_lazy("Weight"),
        min_value=0,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages={
            "required": gettext_lazy("Give a weight; 0 asks the question without counting it."),
            "invalid": gettext_lazy("A weight is a number, for example 35."),
            "min_value": gettext_lazy("A weight is never below 0."),
        },
    )
    is_cost = forms.BooleanField(label=gettext_lazy("A cost: 5 is the bad end"), required=False)
    raters = RowsField(
        label=gettext_lazy("Who may rate it"),
        help_text=gettext_lazy("Nobody ticked: everybody."),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, departments: Sequence[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        raters = self.fields["raters"]
        raters.queryset = Department.objects.filter(pk__in=[each.pk for each in departments])
        raters.choices = [(each.pk, each.name) for each in departments]

    def criterion(self, taken: set[str]) -> AskedCriterion:
        """Return what was typed; a new criterion gets a key of its name that is not among `taken`."""
        typed = self.cleaned_data
        return AskedCriterion(
            key=typed["key"] or free_key(typed["name"], taken),
            name=typed["name"],
            question=typed["question"],
            low_anchor=typed["low_anchor"],
            high_anchor=typed["high_anchor"],
            weight=typed["weight"],
            is_cost=typed["is_cost"],
            raters=tuple(sorted(each.pk for each in typed["raters"])),
        )


class BaseCriteriaFormSet(forms.BaseFormSet):
    """The criteria of a product, all in one form, with room for one more below."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Place")

    def clean(self) -> None:
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.kept]
        if not any(each["weight"] > 0 for each in kept):
            raise ValidationError(_("At least one criterion needs a weight above 0."))
        names = [each["name"].casefold() for each in kept]
        if twice := next((each["name"] for each in kept if names.count(each["name"].casefold()) > 1), None):
            raise ValidationError(_("Two criteria are called “%(name)s”."), params={"name": twice})
        keys = [each["key"] for each in kept if each["key"]]
        if len(set(keys)) < len(keys):
            raise ValidationError(_("This form was not sent whole. Load the page again."))

    @property
    def kept(self) -> list[CriterionForm]:
        """The criteria that are to stand, in their places: neither left empty at the end nor ticked for removal."""
        standing = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return sorted(standing, key=lambda form: form.cleaned_data.get("ORDER") or len(self.forms))

    def criteria(self) -> list[AskedCriterion]:
        taken = {form.cleaned_data["key"] for form in self.kept if form.cleaned_data["key"]}
        found = []
        for form in self.kept:
            found.append(form.criterion(taken))
            taken.add(found[-1].key)
        return found


CriteriaFormSet = forms.formset_factory(
    CriterionForm,
    BaseCriteriaFormSet,
    extra=1,
    can_delete=True,
    can_order=True,
    max_num=MOST,
    absolute_max=MOST,
    validate_max=True,
)


def criteria_forms(data: Any, product: Product, criteria: Sequence[AskedCriterion]) -> BaseCriteriaFormSet:
    """Return the form of these criteria; departments are those of the people with a seat, and those ticked already."""
    here = Department.objects.filter(seats__product=product, seats__left_at=None)
    ticked = Department.objects.filter(pk__in=[pk for each in criteria for pk in each.raters])
    departments = list((here | ticked).distinct().order_by("name"))
    initial = [{**each.as_json(), "weight": _plain(each.weight)} for each in criteria]
    # what was sent says itself how many criteria it has: a set that it was begun with may have more or fewer than these
    return CriteriaFormSet(
        data, initial=None if data else initial, prefix="criteria", form_kwargs={"departments": departments}
    )


def _plain(weight: float) -> float | int:
    return int(weight) if weight == int(weight) else weight
