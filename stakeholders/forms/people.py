"""What one types about people, departments and the organisation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stakeholders.models import Department, Organisation, Seat
from stakeholders.rules import addresses
from stakeholders.zones import zone_choices


def roles_for(by: Seat) -> list[tuple[str, str]]:
    """The roles that a person may give: only an owner makes owners."""
    return [(role.value, role.label) for role in Seat.Role if role != Seat.Role.OWNER or by.reaches(Seat.Role.OWNER)]


class PasteForm(forms.Form):
    """Addresses in any shape."""

    text = forms.CharField(
        label=gettext_lazy("Addresses"),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        max_length=60_000,
        help_text=gettext_lazy(
            "One a line, or separated by commas or semicolons; with names if you have them: Ann Lee <ann@example.org>."
        ),
        error_messages={"required": gettext_lazy("Paste at least one e-mail address.")},
    )

    def clean_text(self) -> addresses.Reading:
        found = understood(self.cleaned_data["text"])
        if not found.people:
            raise forms.ValidationError(_("Paste at least one e-mail address."))
        return found


def understood(text: str) -> addresses.Reading:
    """Return the people in a pasted text. Raises ValidationError that quotes every piece without an address."""
    found = addresses.read(text)
    if found.unread:
        shown = ", ".join(f"“{piece[:60]}”" for piece in found.unread[:5])
        more = len(found.unread) - 5
        if more > 0:
            shown += " " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
        raise forms.ValidationError(
            _("No e-mail address in %(pieces)s. Correct or remove it."), params={"pieces": shown}
        )
    return found


class PersonForm(forms.Form):
    """One row of the preview: who will get a seat, and as what."""

    email = forms.EmailField(max_length=addresses.LONGEST_ADDRESS, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    department = forms.CharField(
        label=gettext_lazy("Department"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"list": "departments"}),
    )
    must_confirm = forms.BooleanField(label=gettext_lazy("Must confirm"), required=False)
    skip = forms.BooleanField(label=gettext_lazy("Leave out"), required=False)

    def __init__(self, *args, by: Seat, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_for(by)
        for name in ("name", "role", "department", "must_confirm", "skip"):
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label


PeopleFormSet = forms.formset_factory(PersonForm, extra=0, max_num=addresses.MOST, absolute_max=addresses.MOST)


class SeatForm(forms.ModelForm):
    """Role, department, weight and whether the person must confirm."""

    department_name = forms.CharField(
        label=gettext_lazy("Department"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"list": "departments"}),
    )

    class Meta:
        model = Seat
        fields = ["role", "weight", "must_confirm"]

    field_order = ["role", "department_name", "weight", "must_confirm"]

    def __init__(self, *args, by: Seat, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_for(by)
        self.fields["weight"].help_text = _("1 counts once, 2 twice, 0 is shown but does not count.")
        if self.instance.department:
            self.initial.setdefault("department_name", self.instance.department.name)


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "time_zone"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget = forms.Select(choices=zone_choices())


class AdminsForm(forms.Form):
    """Who administers the organisation, as addresses."""

    text = forms.CharField(
        label=gettext_lazy("Administrators"), widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    )

    def clean_text(self) -> list[addresses.Person]:
        found = addresses.read(self.cleaned_data["text"])
        if found.unread:
            raise forms.ValidationError(_("No e-mail address in “%(piece)s”."), params={"piece": found.unread[0]})
        if not found.people:
            raise forms.ValidationError(_("At least one person must administer the organisation."))
        return found.people


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ["name", "weight"]


class SetUpForm(forms.Form):
    """The first owner: organisation, name, address; no password."""

    organisation = forms.CharField(label=gettext_lazy("Organisation"), max_length=120)
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        max_length=addresses.LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), widget=forms.Select(attrs={"data-behavior": "guess-zone"}), initial="UTC"
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices()
