"""A ballot's order and length, and what a person typed on it: values in, values out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

SECONDS_A_CELL = 2.5
"""What one answer takes, measured on phones; shown before anybody starts."""

LONG_SECONDS = 600
"""A ballot that takes longer is finished by few; who opens the round is told."""

SCALE = (1, 2, 3, 4, 5)
NO_OPINION = "none"


def shuffled(ids: Iterable[int], seed: int) -> list[int]:
    """Return the ids in the order that belongs to `seed`, so that a tired end of the list is another one for everybody.

    The same seed gives the same order in every process and version, and an id that goes leaves the others' order alone:
    each is placed by its own hash. Empty input gives an empty list.
    """
    return sorted(ids, key=lambda each: sha256(f"{seed}:{each}".encode()).digest())


def seconds_for(cells: int) -> float:
    """Return how long `cells` answers take."""
    return cells * SECONDS_A_CELL


class NotAnAnswer(ValueError):
    """What was sent is neither 1 to 5 nor "no opinion"."""


def read_answer(text: str) -> int | None:
    """Return 1..5, or None for "no opinion". Raises NotAnAnswer."""
    if text == NO_OPINION:
        return None
    if text not in {str(value) for value in SCALE}:
        raise NotAnAnswer(text)
    return int(text)


class Nonce(NamedTuple):
    """What makes a tap one answer however often it is sent: the page it was made on, and its place among that page's."""

    page: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.page}.{self.sequence}"


def read_nonce(text: str) -> Nonce | None:
    """Return the nonce that a page wrote as "page.sequence", such as "5b1e0c77a2d94f03.12"; None for anything else."""
    found = re.fullmatch(r"([0-9a-f]{8,24})\.([0-9]{1,9})", text, re.ASCII)
    return Nonce(found[1], int(found[2])) if found else None


LONGEST_WAIT = timedelta(days=20)


def read_wait(text: str) -> timedelta:
    """Return how long a tap waited in its page, from milliseconds as text; nothing where that makes no sense.

    It is only what the page says. It can date a tap back behind others of the same person, never forward, and what
    decides about the deadline is the arrival alone.
    """
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII):
        return timedelta(0)
    return min(timedelta(milliseconds=int(text)), LONGEST_WAIT)


class Given(NamedTuple):
    """An answer of one cell as it was given: which tap it was, if it said so, and when."""

    nonce: Nonce | None
    at: datetime


def is_overtaken(tap: Given, held: Given | None, before: Iterable[Nonce]) -> bool:
    """Whether a tap that comes only now was overtaken on its way, and must not undo what stands.

    held    the answer that stands; None where there is none
    before  every nonce that has ever changed this cell

    Taps of one page count in the page's own order, whatever the clocks say: a request that a slow network delivers
    after its successor is stale. Between two pages, so two devices, the later tap stands, not the later arrival: a
    phone that was in a tunnel does not undo what was answered on the laptop meanwhile.
    """
    if tap.nonce and any(each.page == tap.nonce.page and each.sequence > tap.nonce.sequence for each in before):
        return True
    if held is None or (tap.nonce and held.nonce and tap.nonce.page == held.nonce.page):
        return False
    return held.at > tap.at


def next_open(complete: Collection[int], count: int, *, after: int = 0) -> int | None:
    """Return the first of the features 1..count that is not complete, looking on from `after` and then from the start.

    None when all are complete, or there is none.
    """
    order = [*range(after + 1, count + 1), *range(1, after + 1)]
    return next((number for number in order if number <= count and number not in complete), None)
