"""What one types about a product: the three things to begin with, and all of it later."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from roadmap.forms.conflicts import EditionForm
from roadmap.forms.text import LinesField
from roadmap.models import Objective, Product
from stakeholders.once import OnceForm
from stakeholders.zones import zone_choices

PRODUCT_FIELDS = (
    "name", "tagline", "vision", "target_market", "benefits", "business_case", "stage", "time_zone",
)  # fmt: skip


class NewProductForm(OnceForm, forms.ModelForm):
    """Name, one-line vision, first objective; the key is made of the name unless one is given."""

    objective = forms.CharField(
        label=lazy("First objective"),
        max_length=Objective._meta.get_field("name").max_length,
        help_text=lazy("What should be better in a year, in a few words: “First reply within two hours”."),
        error_messages={"required": lazy("A product needs an objective, so that features can serve it.")},
    )

    class Meta:
        model = Product
        fields = ("name", "vision", "key")
        labels = {"name": lazy("Name"), "vision": lazy("Vision in one line"), "key": lazy("Key")}
        help_texts = {
            "vision": lazy("The world as it should be for the people whom it serves."),
            "key": lazy("Features are called by it: BCN-1. Left empty, it is made of the name."),
        }
        error_messages = {
            "name": {"required": lazy("A product needs a name.")},
            "key": {"unique": lazy("Another product has this key.")},
        }

    field_order = ["name", "vision", "objective", "key"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = False
        self.fields["vision"].required = True
        self.fields["vision"].error_messages["required"] = _("A product needs a vision, even a rough one.")
        self.add_nonce()

    def clean_key(self) -> str:
        key = self.cleaned_data["key"].strip().upper()
        if key and Product.objects.filter(key=key).exists():
            raise ValidationError(_("Another product has this key."))
        return key

    def values(self) -> dict[str, str]:
        """Return what the valid form says."""
        return {name: self.cleaned_data[name] for name in ("name", "vision", "objective", "key")}

    def _get_validation_exclusions(self) -> set[str]:
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclude if self.cleaned_data.get("key") else exclude | {"key"}


class ProductForm(EditionForm):
    """What the product is and for whom."""

    time_zone = forms.ChoiceField(
        label=lazy("Time zone"), choices=zone_choices, help_text=lazy("Deadlines and days are meant in this zone.")
    )

    class Meta:
        model = Product
        fields = PRODUCT_FIELDS
        field_classes = dict.fromkeys(("vision", "target_market", "benefits", "business_case"), LinesField)
        labels = {"name": lazy("Name"), "tagline": lazy("What it is, in a few words"), "vision": lazy("Vision")}
        help_texts = {
            "tagline": lazy("Stands before the vision: “help desk”."),
            "vision": lazy("One sentence; it stands on top of every page that others see."),
            "target_market": lazy("For whom it is, and for whom it is not. Markdown works."),
            "benefits": lazy("What they get here and nowhere else. Markdown works."),
            "business_case": lazy("Why it pays: market, price, cost, risk. Markdown works."),
        }
        widgets = {
            "vision": forms.Textarea(attrs={"rows": 2}),
            "target_market": forms.Textarea(attrs={"rows": 4}),
            "benefits": forms.Textarea(attrs={"rows": 4}),
            "business_case": forms.Textarea(attrs={"rows": 8}),
        }
        error_messages = {"name": {"required": lazy("A product needs a name.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remember()

    def values(self) -> dict[str, Any]:
        """Return what the valid form says, by field of the row."""
        return {name: self.cleaned_data[name] for name in PRODUCT_FIELDS}
