"""Which of several answers to the same question stands, when more than one person may give it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Protocol, TypeVar


class Voice(IntEnum):
    """Who gives an answer for the person asked, the weakest first.

    ENTERED   a manager typed in what the person said
    DELEGATE  somebody whom the person named
    OWN       the person
    """

    ENTERED = 0
    DELEGATE = 1
    OWN = 2


class Given(Protocol):
    """An answer: of which seat it is, who gave it instead (None: the person), and its place in the order of arrival."""

    seat_id: int
    entered_by_id: int | None
    pk: int


G = TypeVar("G", bound=Given)


def voice_of(entered_by: int | None, *, delegate: int | None) -> Voice:
    """Return whose voice an answer is: `entered_by` and `delegate` are seats, None where there is none."""
    if entered_by is None:
        return Voice.OWN
    return Voice.DELEGATE if entered_by == delegate else Voice.ENTERED


def standing(answers: Iterable[G]) -> dict[int, G]:
    """Return the answer that stands of each seat that has one: its own latest, else the latest of who stood in.

    A person's own answer stands over a delegate's whenever it comes, before it or after (METHODS l), so the result does
    not depend on the order in which the rows are handed in. Of one voice the later row stands.
    """
    found: dict[int, G] = {}
    for each in answers:
        held = found.get(each.seat_id)
        if held is None or _order(each) > _order(held):
            found[each.seat_id] = each
    return found


def _order(answer: Given) -> tuple[bool, int]:
    return answer.entered_by_id is None, answer.pk
