"""The form by which one answers whether one confirms a version."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadmap.models import Answer
from roadmap.queries.confirm_page import ConfirmPage, FeatureChoice


class FeatureIdsField(forms.TypedMultipleChoiceField):
    """Ids of features. Any are let through: the action keeps those of the version, so that sending needs no look-up."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Which features it is about"), required=False, coerce=int)

    def valid_value(self, value: Any) -> bool:
        return True


class ConfirmForm(forms.Form):
    """Four answers, none preselected; two of them need words and may name features."""

    answer = forms.ChoiceField(
        choices=Answer.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the four answers.")},
    )
    concern = forms.CharField(
        label=gettext_lazy("What people should look at"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    concern_features = FeatureIdsField()
    objection = forms.CharField(
        label=gettext_lazy("Why, and what would have to change"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    objection_features = FeatureIdsField()
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=64)

    PARTS = {
        Answer.Verdict.CONCERNS: ("concern", "concern_features"),
        Answer.Verdict.OBJECT: ("objection", "objection_features"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nonce"].initial = new_nonce

    def offer(self, choices: Iterable[FeatureChoice]) -> ConfirmForm:
        """Say which features can be named: needed to show the form, not to read it."""
        named = [(choice.id, f"{choice.key} {choice.title}") for choice in choices]
        for name in ("concern_features", "objection_features"):
            self.fields[name].choices = named  # type: ignore[attr-defined]
        return self

    @classmethod
    def empty(cls, page: ConfirmPage) -> ConfirmForm:
        """Return a fresh form; of someone who has answered it holds what they said."""
        initial: dict[str, Any] = {}
        if page.answer is not None:
            initial["answer"] = page.answer.verdict
            if parts := cls.PARTS.get(Answer.Verdict(page.answer.verdict)):
                initial[parts[0]] = page.answer.text
                initial[parts[1]] = [choice.id for choice in page.named]
        return cls(initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        verdict = cleaned.get("answer")
        if verdict == Answer.Verdict.CONCERNS and not cleaned.get("concern"):
            self.add_error("concern", _("Say what people should look at."))
        if verdict == Answer.Verdict.OBJECT and not cleaned.get("objection"):
            self.add_error("objection", _("Say why, and what would have to change."))
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """What `answer_confirmation` takes; only of a valid form."""
        verdict = Answer.Verdict(self.cleaned_data["answer"])
        text, features = self.PARTS.get(verdict, ("", ""))
        return {
            "verdict": verdict.value,
            "text": self.cleaned_data.get(text, ""),
            "features": self.cleaned_data.get(features) or [],
            "nonce": self.cleaned_data["nonce"],
        }

    @property
    def typed(self) -> str:
        """The words that were sent, whatever else was wrong: nothing that someone typed may get lost."""
        verdict = self.data.get("answer")
        order = ["objection", "concern"] if verdict == Answer.Verdict.OBJECT else ["concern", "objection"]
        return next((self.data[name].strip() for name in order if self.data.get(name, "").strip()), "")


def new_nonce() -> str:
    return secrets.token_urlsafe(18)


class LateNoteForm(forms.Form):
    """What someone wanted to say after the deadline."""

    text = forms.CharField(
        label=gettext_lazy("Note under the outcome"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": gettext_lazy("A note needs words.")},
    )
