"""A pseudo-locale: every string marked for translation comes back in brackets, so that what is not marked shows."""

from __future__ import annotations

import re
from contextlib import contextmanager
from gettext import NullTranslations
from html.parser import HTMLParser

from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.translation import trans_real

LOCALE = "en"
OPEN, CLOSE = "⟦", "⟧"
_MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_WORD = re.compile(r"[^\W\d_]{3,}")
SPOKEN_ATTRIBUTES = ("title", "aria-label", "alt", "placeholder", "data-label")
SILENT = {"script", "style", "code", "kbd", "option", "noscript"}
NAMES = {"Accord", "CET", "CEST", "UTC", "acc", "https", "http"}
"""What is the same in every language."""


class Pseudo(NullTranslations):
    """Brackets around everything."""

    plural = staticmethod(lambda n: int(n != 1))

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}" if message.strip() else message

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, n: int) -> str:
        return self.ngettext(singular, plural, n)


@contextmanager
def pseudo_locale():
    """Speak pseudo for as long as the block lasts, in this process."""
    translation.activate(LOCALE)
    real = trans_real._translations.get(LOCALE)
    default = trans_real._default
    trans_real._translations[LOCALE] = trans_real._default = Pseudo()
    translation.activate(LOCALE)
    try:
        yield
    finally:
        trans_real._default = default
        if real is None:
            del trans_real._translations[LOCALE]
        else:
            trans_real._translations[LOCALE] = real
        translation.activate(LOCALE)


class _Texts(HTMLParser):
    """Collects what a reader sees or hears."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        self.texts += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(data)


def data_in_the_database() -> list[str]:
    """Return every text that people typed, longest first: it is not for us to translate."""
    texts: set[str] = set()
    for model in apps.get_models():
        names = [f.attname for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField)]
        for row in model._default_manager.values_list(*names) if names else ():
            texts |= {part for value in row if value for part in (value, *value.split("\n"))}
    return sorted((text for text in texts if len(text) > 1), key=len, reverse=True)


def untranslated(html: str, data: list[str]) -> list[str]:
    """Return the texts of a page that hold a word neither marked for translation nor typed by people."""
    parser = _Texts()
    parser.feed(html)
    found = []
    for text in parser.texts:
        rest = text
        while _MARKED.search(rest):
            rest = _MARKED.sub(" ", rest)
        rest = rest.replace("\u200b", "")
        for typed in data:
            rest = rest.replace(typed, " ")
        words = [word for word in _WORD.findall(rest) if word not in NAMES]
        if words:
            found.append(" ".join(text.split())[:120])
    return found
