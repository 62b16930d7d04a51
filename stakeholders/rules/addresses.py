"""Reads e-mail addresses out of whatever people paste."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parseaddr

_ADDRESS = re.compile(r"^[^\s@,;<>\"()]+@[^\s@,;<>\"()]+\.[^\s@.,;<>\"()]+$")
_NAMED = re.compile(r"\"?(?P<name>[^<>\"]*?)\"?\s*<(?P<address>[^<>]*)>")
MOST = 500
LONGEST_ADDRESS = 254
"""Letters of the longest address that mail servers take (RFC 5321), and that the database keeps."""
LONGEST = 400
"""Letters of the longest piece that is looked at: a name is kept up to 120, and stands beside an address."""


@dataclass(frozen=True)
class Person:
    """A name (empty when none was given) and a lower-case address."""

    name: str
    email: str


@dataclass
class Reading:
    """What was understood, in the order given and each address once; what was not; and what stood there twice."""

    people: list[Person] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


def read(text: str) -> Reading:
    """Return the people in a pasted text: `Ann Lee <ann@x.org>; b@y.org`, one a line, commas, tabs from a sheet.

    A piece without a usable address, or with more than LONGEST letters, comes back in `unread`, word for word. A tab-separated or comma-separated row
    that holds a name and an address (`Ann Lee<tab>ann@x.org`) is one person. More than MOST people: the rest is unread.
    """
    found, seen = Reading(), set()
    for piece in _pieces(text):
        person = _person(piece)
        if person is None or len(found.people) >= MOST:
            found.unread.append(piece)
        elif person.email in seen:
            found.repeated.append(person.email)
        else:
            seen.add(person.email)
            found.people.append(person)
    return found


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for line in re.split(r"[\r\n;]+", text):
        cells = [cell.strip() for cell in re.split(r"[\t,]", line) if cell.strip()]
        addresses = [cell for cell in cells if "@" in cell]
        if len(addresses) == 1 and len(cells) > 1 and "<" not in addresses[0]:
            names = [cell for cell in cells if "@" not in cell]
            pieces.append(f"{names[0]} <{addresses[0]}>")
        elif len(addresses) > 1 and all("@" in cell for cell in cells):
            pieces += [part for cell in cells for part in _by_spaces(cell)]
        elif cells:
            pieces += _by_spaces(line.strip())
    return pieces


def _by_spaces(piece: str) -> list[str]:
    """Split `a@x.org b@y.org`; leave `Ann Lee <a@x.org>` and a lone wrong word whole."""
    words = piece.split()
    return words if len(words) > 1 and all("@" in word for word in words) else [piece]


def _person(piece: str) -> Person | None:
    words = piece.split()
    piece = " ".join(words)
    if len(piece) > LONGEST:
        return None
    if named := _NAMED.search(piece):
        name, address = named["name"], named["address"]
    elif len(words) > 1 and "@" in words[-1] and "@" not in "".join(words[:-1]):
        name, address = " ".join(words[:-1]).strip('"'), words[-1].strip("()")
    else:
        name, address = parseaddr(piece)
    address = re.sub(r"^mailto:", "", (address or piece).strip(), flags=re.IGNORECASE).lower()
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.match(address):
        return None
    return Person(" ".join(name.split())[:120], address)


def name_in(address: str) -> str:
    """Return the name that an address seems to hold, "Jane Doe" of `jane.doe@x.org`; "" where it holds more than letters.

    A guess to be shown and corrected, never to be stored unseen.
    """
    words = re.split(r"[._-]+", address.partition("@")[0].partition("+")[0])
    return " ".join(word.capitalize() for word in words) if all(word.isalpha() for word in words) else ""
