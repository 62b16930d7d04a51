"""What one types before a product goes for good."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from roadmap.models import Product


class DeleteProductForm(forms.Form):
    """A product's key, so that none is deleted by a slip. A sample needs none: it can be loaded again."""

    key = forms.CharField(label=lazy("Type the product’s key"), max_length=8, error_messages={"required": ""})
    sure = forms.BooleanField(widget=forms.HiddenInput, initial=True)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product = product
        self.fields["key"].help_text = _("It is %(key)s.") % {"key": product.key}
        self.fields["key"].error_messages["required"] = _("Type %(key)s to delete it.") % {"key": product.key}
        if product.is_sample:
            del self.fields["key"]

    def clean_key(self) -> str:
        key = self.cleaned_data["key"].strip().upper()
        if key != self.product.key:
            raise ValidationError(_("The key is %(key)s."), params={"key": self.product.key})
        return key
