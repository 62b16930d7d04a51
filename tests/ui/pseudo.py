"""A pseudo-locale: every string marked for translation comes back in brackets, so that what is not marked shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_ADDRESS = re.compile(r"\S+[@/]\S+")
_BREAK = "\x00"
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
        self.spoken: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        self.spoken += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

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
        names = [
            f.attname
            for f in model._meta.concrete_fields
            if isinstance(f, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values_list(*names) if names else ():
            for value in row:
                texts |= set(_strings(value))
    return sorted((text for text in texts if len(text) > 1), key=len, reverse=True)


def _strings(value) -> Iterator[str]:
    """Yield a text and its lines, or all texts inside JSON."""
    if isinstance(value, str):
        yield from (value, *value.split("\n"))
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _strings(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _strings(each))


def untranslated(html: str, data: list[str]) -> list[str]:
    """Return the texts of a page that hold a word neither marked for translation nor typed by people."""
    parser = _Texts()
    parser.feed(html)
    # a marked sentence may hold tags, so that its brackets stand in different pieces of text
    pieces = [*_without_marked(_BREAK.join(parser.texts)).split(_BREAK), *map(_without_marked, parser.spoken)]
    return [" ".join(piece.split())[:120] for piece in pieces if _has_a_word(piece, data)]


def _without_marked(text: str) -> str:
    while _MARKED.search(text):
        text = _MARKED.sub(" ", text)
    return text


def _has_a_word(piece: str, data: list[str]) -> bool:
    rest = _ADDRESS.sub(" ", " ".join(piece.replace("\u200b", "").split()))
    for typed in data:
        if rest and rest in typed:  # a line of a drawing, or a part of a long text
            return False
        rest = rest.replace(typed, " ")
    return any(word not in NAMES for word in _WORD.findall(rest))
