"""A ballot's order and length, and what a person typed on it: values in, values out."""

from collections.abc import Collection, Iterable
from hashlib import sha256

SECONDS_A_CELL = 2.5
"""What one answer takes, measured on phones; shown before anybody starts."""

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


def next_open(complete: Collection[int], count: int, *, after: int = 0) -> int | None:
    """Return the first of the features 1..count that is not complete, looking on from `after` and then from the start.

    None when all are complete, or there is none.
    """
    order = [*range(after + 1, count + 1), *range(1, after + 1)]
    return next((number for number in order if number <= count and number not in complete), None)
