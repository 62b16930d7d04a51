"""What one types at the door of a round."""

from django import forms
from django.utils.translation import gettext_lazy

from stakeholders.rules.addresses import LONGEST_ADDRESS


class AddressForm(forms.Form):
    """The address that one's invitation was sent to."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": gettext_lazy("Type the address that your invitation goes to."),
            "invalid": gettext_lazy("That is not an e-mail address: it needs an @ and a domain."),
        },
    )
