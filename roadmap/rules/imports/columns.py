"""Guessing what the columns of a foreign table mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from roadmap.rules.imports.fields import ALIASES, Field, folded
from roadmap.rules.imports.reading import Table

LIKELY = 88.0
_LOOK = 200


class How(StrEnum):
    """Why a column was taken for a field."""

    NAME = "by name"
    LIKENESS = "by likeness"
    CONTENT = "by content"
    CHOICE = "by choice"
    NOT = "not at all"


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column is taken for, and why; `field` is None for a column that stays out."""

    field: Field | None
    how: How


def guess(table: Table) -> tuple[Guess, ...]:
    """Return a guess for each column of the table; no field is given twice.

    A heading equal to a known name wins over one that is only alike (at least 88 of 100 by edit distance); among equal
    ones the name that stands earlier in the field's list, then the column further left. A table without a title takes
    "Summary" for it, as Jira means it, else the first column that reads like titles.
    """
    offers: list[tuple[float, int, Field, How]] = []
    for index, heading in enumerate(table.header):
        name = folded(heading)
        if not name:
            continue
        for field, aliases in ALIASES.items():
            likeness, is_same = max(_likeness(name, alias, place) for place, alias in enumerate(aliases))
            if likeness >= LIKELY:
                offers.append((likeness, index, field, How.NAME if is_same else How.LIKENESS))
    offers.sort(key=lambda offer: (-offer[0], offer[1]))
    guesses: dict[int, Guess] = {}
    taken: set[Field] = set()
    for _, index, field, how in offers:
        if index not in guesses and field not in taken:
            guesses[index] = Guess(field, how)
            taken.add(field)
    if Field.TITLE not in taken:
        _find_title(table, guesses)
    return tuple(guesses.get(index, Guess(None, How.NOT)) for index in range(len(table.header)))


def is_plain_list(table: Table) -> bool:
    """Return whether the table is one column under no field's name: a list of titles, the first line one of them."""
    return len(table.header) == 1 and guess(table)[0].how not in (How.NAME, How.LIKENESS)


def _likeness(name: str, alias: str, place: int) -> tuple[float, bool]:
    """Return how alike two names are, 0 to 100, and whether they are the same; earlier aliases weigh a little more."""
    from rapidfuzz import fuzz  # 7 MB that only an import needs

    if name == alias:
        return 200.0 - place, True
    if len(name) < 5 or len(alias) < 5:  # one slip in a short word makes another word: "note", "node"
        return 0.0, False
    return fuzz.ratio(name, alias) - place / 100, False


def _find_title(table: Table, guesses: dict[int, Guess]) -> None:
    for index, found in guesses.items():
        if found.field is Field.SUMMARY:
            guesses[index] = Guess(Field.TITLE, How.NAME)
            return
    for index in range(len(table.header)):
        if index not in guesses and _reads_like_titles(list(table.column(index))[:_LOOK]):
            guesses[index] = Guess(Field.TITLE, How.CONTENT)
            return


def _reads_like_titles(cells: Sequence[str]) -> bool:
    """Return whether a column is filled, made of words, of a title's length and hardly ever the same twice."""
    filled = [cell for cell in cells if cell]
    if not filled or len(filled) < 0.8 * len(cells) or len(set(filled)) < 0.9 * len(filled):
        return False
    wordy = sum(sum(c.isalpha() for c in cell) > len(cell) / 2 for cell in filled)
    return wordy >= 0.9 * len(filled) and 6 <= sum(map(len, filled)) / len(filled) <= 200
