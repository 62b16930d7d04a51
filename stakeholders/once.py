"""A form that makes something makes it once, however often it is sent: by F5, a double tap, or a retry after a cut."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeVar

from django import forms
from django.db import models, transaction

from stakeholders.models import Made, User

Thing = TypeVar("Thing", bound=models.Model)


class OnceForm(forms.BaseForm):
    """A form that carries a nonce. Its template prints `form.nonce`; a row that exists already needs none.

    The nonce alone does not tell one request from another: the Back button brings a form again with its nonce, and what
    is typed anew is another thing. So `digest` is of everything that was sent.
    """

    def add_nonce(self) -> None:
        """Called at the end of `__init__`."""
        self.fields["nonce"] = forms.CharField(
            widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
            required=False,
            max_length=40,
            initial=lambda: secrets.token_hex(16),
        )

    @cached_property
    def digest(self) -> str:
        """Return what tells this request from all others; without a nonce no request is like another."""
        nonce = self["nonce"].value() if self.is_bound else ""
        if not nonce:
            return secrets.token_hex(32)
        sent = sorted((name, self.data.getlist(name)) for name in self.data if name != "csrfmiddlewaretoken")  # type: ignore[attr-defined]
        return sha256(repr(sent).encode()).hexdigest()


def made_once(form: Any, kind: type[Thing], make: Callable[[], Thing], *, by: User) -> Thing | None:
    """Return what `make` makes of the valid form, or what the same request made before; None where the form is not valid.

    Of several that come at the same moment one makes it, and the others wait and get it. What `make` raises is raised,
    and then nothing is kept.
    """
    if not form.is_bound:
        return None
    if not form.is_valid():  # perhaps because the first request took the name
        return _first(form, kind, by=by)
    with transaction.atomic():
        row, is_new = Made.objects.get_or_create(by=by, digest=form.digest, defaults={"object_kind": kind.__name__})
        if not is_new and (first := _first(form, kind, by=by)):
            return first
        made = make()
        row.object_id = made.pk
        row.save(update_fields=["object_id"])
        return made


def _first(form: Any, kind: type[Thing], *, by: User) -> Thing | None:
    ids = Made.objects.filter(by=by, digest=form.digest, object_kind=kind.__name__).values("object_id")
    return kind._default_manager.filter(pk__in=ids).first()
