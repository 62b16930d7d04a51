"""A field that must not be empty says what to do, by its name, in every form."""

import pytest
from allauth.account.forms import RequestLoginCodeForm
from django import forms
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy

from stakeholders.forms.tokens import TokenForm
from stakeholders.templatetags.accord import form_errors
from tests.ui.pseudo import pseudo_locale


class Everything(forms.Form):
    title = forms.CharField()
    due_on = forms.DateField(label=gettext_lazy("Deadline"))
    team = forms.ChoiceField(choices=[("a", "A")])
    features = forms.MultipleChoiceField(choices=[("a", "A")])
    answer = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    file = forms.FileField()
    agreed = forms.BooleanField()
    why = forms.CharField(error_messages={"required": "Say why."})


WORDS = {
    "title": "Fill in “Title”.",
    "due_on": "Fill in “Deadline”.",
    "team": "Choose something for “Team”.",
    "features": "Choose something for “Features”.",
    "answer": "Choose something for “Answer”.",
    "file": "Choose something for “File”.",
    "agreed": "Tick “Agreed”.",
    "why": "Say why.",
}


@pytest.mark.parametrize("name", WORDS)
def test_an_empty_field_is_named_and_says_what_to_do(name):
    assert Everything({}).errors[name] == [WORDS[name]]


@pytest.mark.parametrize("form, field, words", [(TokenForm, "name", "Fill in “What it is for”."), (RequestLoginCodeForm, "email", "Fill in “Email”.")])  # fmt: skip
def test_so_do_our_forms_and_those_of_packages(form, field, words):
    assert form({}).errors[field] == [words]


def test_it_is_said_in_the_language_of_whoever_reads():
    with pseudo_locale():
        assert Everything({}).errors["due_on"] == ["⟦Fill in “⟦Deadline⟧”.⟧"]


def test_the_list_of_what_is_wrong_names_each_field_once():
    form = Everything({"title": "x", "due_on": "x"})
    words = strip_tags(render_to_string("stakeholders/_form_errors.html", form_errors(form)))
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    assert "".join(lines).startswith("Deadline: Enter a valid date.Choose something for “Team”.")
