"""What a manager types of a person's answers."""

from __future__ import annotations

from collections.abc import Mapping

from prioritization.actions.ballots import Answers
from prioritization.queries.behalf import EntrySheet
from prioritization.rules.ballots import NO_OPINION, read_answer

REST = "rest"


def read_sheet(data: Mapping[str, str], sheet: EntrySheet) -> dict[int, Answers]:
    """Return feature id -> criterion -> answer, of what can be entered and was; a cell left open is not in it.

    With `rest` ticked, every cell that is left open says "no opinion". Raises NotAnAnswer for anything but 1 to 5 and
    "no opinion". Fields of cells that the person has answered are refused where they are saved, not passed over here:
    a page may have been open for long.
    """
    found: dict[int, Answers] = {}
    for row in sheet.rows:
        answers: dict[str, int | None] = {}
        for cell in row.cells:
            text = data.get(cell.name, "")
            if not text and REST in data and not cell.taken:
                text = NO_OPINION
            if text:
                answers[cell.criterion.key] = read_answer(text)
        if answers:
            found[row.feature.pk] = answers
    return found
