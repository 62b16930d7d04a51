"""Reading one row: each cell to a value of the product, or to a problem that says what is wrong with it."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping

from roadmap.rules.imports.drafts import Choices, Draft, Known, Values
from roadmap.rules.imports.fields import DATES, EFFORTS, Field, folded
from roadmap.rules.imports.problems import Kind
from roadmap.rules.imports.values import Dated, date_of, names_in, nearest, number_of, share_of, status_of

LONGEST: Mapping[Field, int] = {
    Field.TITLE: 200,
    Field.SUMMARY: 600,
    Field.DESCRIPTION: 20_000,
    Field.KEY: 80,
    Field.TEAM: 80,
}
MOST_DAYS = 100_000
_PRECISIONS = ("day", "month", "quarter", "later")


def read_row(draft: Draft, choices: Choices, known: Known, *, comma: bool, day_first: bool) -> Values:
    """Return what the draft's cells say, and note on the draft what they say wrongly."""
    readers: Mapping[Field, Callable[[str], object]] = {
        Field.TITLE: _line,
        Field.KEY: _line,
        Field.SUMMARY: _line,
        Field.DESCRIPTION: str,
        Field.STATUS: lambda text: _status(draft, text, choices),
        Field.PROGRESS: lambda text: _progress(draft, text, comma=comma),
        Field.TEAM: lambda text: _team(draft, text, choices, known),
        Field.RELEASE: lambda text: _release(draft, text, choices, known),
        Field.OBJECTIVE: lambda text: _objectives(draft, text, choices, known),
        Field.OWNER: lambda text: _owner(draft, text, choices, known),
    }
    values: Values = {}
    for name, text in draft.cells.items():
        if text and name in readers and _fits(draft, name, text):
            value = readers[name](text)
            if value is not None and value != ():
                values[name] = value
    if not draft.cells.get(Field.TITLE):
        draft.note(Kind.NO_TITLE, Field.TITLE)
    values.update(_efforts(draft, comma=comma))
    values.update(_dates(draft, day_first=day_first))
    return values


def _line(text: str) -> str:
    return " ".join(text.split())


def _fits(draft: Draft, name: Field, text: str) -> bool:
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        draft.note(Kind.UNPRINTABLE, name)
        return False
    if len(text) > LONGEST.get(name, len(text)):
        cut = text[: LONGEST[name] - 1].rstrip() + "…"
        draft.note(Kind.TOO_LONG, name, limit=LONGEST[name], suggestion=cut, other=(str(len(text)),))
        return False
    return True


def _status(draft: Draft, text: str, choices: Choices) -> str | None:
    chosen = choices.statuses.get(folded(text))
    if chosen is not None:
        return chosen or None
    if (found := status_of(text)) is None:
        draft.note(Kind.STATUS_UNKNOWN, Field.STATUS, suggestion="")
    return found


def _progress(draft: Draft, text: str, *, comma: bool) -> float | None:
    share = share_of(text, comma=comma)
    if share is None:
        draft.note(Kind.NOT_A_SHARE, Field.PROGRESS, suggestion="")
        return None
    return float(share)


def _efforts(draft: Draft, *, comma: bool) -> Values:
    """Return the sizes that the row gives; all of them are left out when their order cannot be."""
    days: Values = {}
    for name in EFFORTS:
        if text := draft.cells.get(name):
            number = number_of(text, comma=comma)
            if number is None:
                draft.note(Kind.NOT_A_NUMBER, name, suggestion="")
            elif not 0 <= number <= MOST_DAYS:
                draft.note(Kind.NUMBER_OUT_OF_RANGE, name, limit=MOST_DAYS, suggestion="")
            else:
                days[name] = float(number)
    given = [days[name] for name in EFFORTS if name in days]
    if given != sorted(given):
        name = Field.EFFORT if Field.EFFORT in days else Field.EFFORT_LOW
        draft.note(Kind.EFFORT_ORDER, name, other=tuple(f"{number:g}" for number in given))
        return {}
    return days


def _dates(draft: Draft, *, day_first: bool) -> Values:
    """Return first and last day, and the coarser of the precisions in which they were written. "Later" has no days."""
    found: dict[Field, Dated] = {}
    for name in DATES:
        if text := draft.cells.get(name):
            dated = date_of(text, day_first=day_first)
            if dated is None:
                draft.note(Kind.NOT_A_DATE, name, suggestion="")
            else:
                found[name] = dated
    if not found:
        return {}
    precision = max((dated.precision for dated in found.values()), key=_PRECISIONS.index)
    if precision == "later":
        return {Field.STARTS: None, Field.ENDS: None, Field.PRECISION: precision}
    values: Values = {Field.PRECISION: precision}
    if Field.STARTS in found:
        values[Field.STARTS] = found[Field.STARTS].on
    if Field.ENDS in found:
        values[Field.ENDS] = found[Field.ENDS].until
    return values


def _team(draft: Draft, text: str, choices: Choices, known: Known) -> str | None:
    """Return the team's own name. One that is not known will be made: it is asked about only when it is like another."""
    name = _line(text)
    own = _by_folded(known.teams)
    chosen = choices.names.get((Field.TEAM, folded(name)))
    if chosen is not None:
        return own.get(folded(chosen))
    if folded(name) not in own and (meant := nearest(name, known.teams)):
        draft.note(Kind.TEAM_ALIKE, Field.TEAM, suggestion=meant)
    return own.get(folded(name), name)


def _release(draft: Draft, text: str, choices: Choices, known: Known) -> str | None:
    own = _by_folded(known.releases)
    chosen = choices.names.get((Field.RELEASE, folded(text)))
    if chosen is not None:
        return own.get(folded(chosen))
    found = own.get(folded(text))
    if found is None:
        draft.note(Kind.RELEASE_UNKNOWN, Field.RELEASE, suggestion=nearest(text, known.releases))
    return found


def _objectives(draft: Draft, text: str, choices: Choices, known: Known) -> tuple[str, ...]:
    """Return the names of the objectives in a cell, each given by letter or name; the whole cell is tried first."""
    own = {folded(letter): name for letter, name in known.objectives} | _by_folded(name for _, name in known.objectives)
    chosen = {word: name for (field, word), name in choices.names.items() if field is Field.OBJECTIVE}
    found: set[str] = set()
    for part in (text,) if folded(text) in own | chosen else names_in(text):
        if folded(part) in chosen:
            found |= {own[word] for word in [folded(chosen[folded(part)])] if word in own}
        elif folded(part) in own:
            found.add(own[folded(part)])
        else:
            meant = nearest(part, own.values())
            draft.note(Kind.OBJECTIVE_UNKNOWN, Field.OBJECTIVE, suggestion=meant, other=(part,))
    return tuple(sorted(found))


def _owner(draft: Draft, text: str, choices: Choices, known: Known) -> str | None:
    """Return the address of a person here, given as address, "Name <address>" or a full name that only one has."""
    if "@" in text:
        address = text.rpartition("<")[2].rstrip("> ").casefold()
        same = [own for own, _ in known.people if own.casefold() == address]
    else:
        same = [own for own, name in known.people if folded(name) == folded(text)]
    if len(same) == 1:
        return same[0]
    draft.note(Kind.OWNER_UNKNOWN, Field.OWNER)
    return None


def _by_folded(names: Iterable[str]) -> dict[str, str]:
    return {folded(name): name for name in names}
