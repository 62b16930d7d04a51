"""Knows how a product gets its key and its place in addresses from its name."""

import re
import unicodedata
from collections.abc import Collection

SHORTEST_KEY, LONGEST_KEY = 2, 8
LONGEST_SLUG = 60
_NUCLEUS = 3


def key_for(name: str, taken: Collection[str] = ()) -> str:
    """Return a short key such as BCN for "Beacon": two to eight capital letters or digits, the first a letter; not in `taken`.

    Several words give their first letters ("Help Desk Mobile": HDM); one word gives its first letter and the consonants
    after it, filled up with vowels when they are few. A name without Latin letters gives PRD. What is taken gets a number.
    """
    words = re.findall(r"[A-Z0-9]+", _plain(name).upper())
    while words and not words[0][0].isalpha():
        words = [words[0].lstrip("0123456789"), *words[1:]] if words[0].lstrip("0123456789") else words[1:]
    if len(words) >= _NUCLEUS:
        wish = "".join(word[0] for word in words)[:4]
    elif words:
        letters = "".join(words)
        consonants = letters[0] + re.sub(r"[AEIOU]", "", letters[1:])
        wish = (consonants if len(consonants) >= _NUCLEUS else letters)[:_NUCLEUS]
    else:
        wish = "PRD"
    wish = wish if len(wish) >= SHORTEST_KEY else f"{wish}{wish}"
    return _free(wish, taken, separator="", longest=LONGEST_KEY)


def slug_for(name: str, taken: Collection[str] = (), *, otherwise: str = "product") -> str:
    """Return what stands for the product in addresses: "help-desk"; `otherwise` for a name without Latin letters; not in `taken`."""
    slug = re.sub(r"[^a-z0-9]+", "-", _plain(name).lower()).strip("-")[:LONGEST_SLUG].strip("-")
    return _free(slug or otherwise, taken, separator="-", longest=LONGEST_SLUG)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def _free(wish: str, taken: Collection[str], *, separator: str, longest: int) -> str:
    number, found = 1, wish
    while found in taken:
        number += 1
        tail = f"{separator}{number}"
        found = wish[: longest - len(tail)] + tail
    return found
