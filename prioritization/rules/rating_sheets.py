"""Reading a sheet of ratings: what its columns are, what each row says, and what is wrong with it.

Two shapes are read. In a long sheet a row is one rating: feature, person, criterion, value. In a wide one a row is what one
person gave one feature, with a column a criterion. Values in, values out: who and what the names mean is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from math import floor

from roadmap.rules.imports.fields import folded
from roadmap.rules.imports.reading import Row, Table
from stakeholders.rules.weights import HEAVIEST

OWN = "criterion:"
"""Before a column's heading: the column is a criterion of that name."""
NOWHERE = "imported.invalid"
"""The domain of people whom a file knows by name alone: it takes no mail (RFC 2606)."""
LOWEST, HIGHEST = 1, 5
FURTHEST = 1e9
NO_OPINION = frozenset({"no opinion", "don t know", "dont know", "n a", "na", "none", "not sure", "unsure"})
DASHES = frozenset({"-", "–", "—", "?"})
_NUMERIC = 0.8
_ENOUGH = 50


class Column(StrEnum):
    """What a column can be, beside a criterion of its own ("criterion:Novelty") and nothing ("")."""

    FEATURE = "feature"
    PERSON = "person"
    DEPARTMENT = "department"
    WEIGHT = "weight"
    CRITERION = "criterion"
    VALUE = "value"


ALIASES: Mapping[Column, tuple[str, ...]] = {
    Column.FEATURE: ("feature", "feature id", "feature key", "requirement id", "requirement", "key", "issue key", "item", "title", "id"),
    Column.PERSON: ("person", "rater", "voter", "stakeholder", "e mail", "email", "user", "name", "who", "participant"),
    Column.DEPARTMENT: ("department", "dept", "group", "team", "role", "unit"),
    Column.WEIGHT: ("weight", "voting weight", "person weight"),
    Column.CRITERION: ("criterion", "criteria", "question", "dimension", "scale"),
    Column.VALUE: ("rating", "value", "score", "answer", "points", "vote"),
}  # fmt: skip


class Kind(StrEnum):
    """What can be wrong with a row."""

    NO_FEATURE = "no feature"
    UNKNOWN_FEATURE = "unknown feature"
    NO_PERSON = "no person"
    NO_CRITERION = "no criterion"
    NOT_A_RATING = "not a rating"
    OUT_OF_SCALE = "out of scale"
    NOT_WHOLE = "not whole"
    RATED_TWICE = "rated twice"
    NOT_A_WEIGHT = "not a weight"
    TWO_WEIGHTS = "two weights"
    TWO_DEPARTMENTS = "two departments"
    TOO_MANY_CELLS = "too many cells"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: in which row and under which heading, what was found, and what it collides with."""

    kind: Kind
    row: int
    heading: str = ""
    found: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of the sheet's scale; 1 to 5 is read as it is, any other is stretched onto it and rounded, halves up."""

    low: float = LOWEST
    high: float = HIGHEST

    @property
    def is_own(self) -> bool:
        return (self.low, self.high) == (LOWEST, HIGHEST)

    def rating(self, value: float) -> int:
        return floor(LOWEST + (HIGHEST - LOWEST) * (value - self.low) / (self.high - self.low) + 0.5)


@dataclass(frozen=True, slots=True)
class Cell:
    """One rating of the sheet. `feature` is its position among the known ones; `value` None is "no opinion"."""

    row: int
    feature: int
    person: str
    criterion: str
    value: int | None


@dataclass(frozen=True)
class Sheet:
    """What a sheet says. Persons, departments and criteria are as the file writes them, by their folded name."""

    cells: list[Cell] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    criteria: dict[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """How many rows stay out."""
        return len({fault.row for fault in self.faults})


def guess(table: Table) -> tuple[str, ...]:
    """Return what each column is taken for: by its name, and without a column of criteria every column of numbers is one.

    No column but a criterion is given twice; the earlier name in the list wins, then the column further left.
    """
    names = [folded(heading) for heading in table.header]
    found: dict[int, str] = {}
    for column, aliases in ALIASES.items():
        places = [names.index(alias) for alias in aliases if alias in names and names.index(alias) not in found]
        if places:
            found[places[0]] = column
    if Column.CRITERION not in found.values():
        found = {at: column for at, column in found.items() if column is not Column.VALUE}
        for at, heading in enumerate(table.header):
            if at not in found and _is_numeric(list(table.column(at))[:_ENOUGH]):
                found[at] = OWN + heading
    return tuple(found.get(at, "") for at in range(len(table.header)))


def guess_scale(table: Table, columns: Sequence[str]) -> Scale:
    """Return the scale that the sheet seems to use: 1–5 when all fit, else 1–9, 1–10, 0–10 or 0–100."""
    rating = [at for at, column in enumerate(columns) if column == Column.VALUE or column.startswith(OWN)]
    values = [value for at in rating for cell in table.column(at) if (value := number(cell)) is not None]
    low, high = min(values, default=1.0), max(values, default=5.0)
    for scale in (Scale(1, 5), Scale(1, 9), Scale(1, 10), Scale(0, 10), Scale(0, 100)):
        if scale.low <= low and high <= scale.high:
            return scale
    return Scale(low, high if high > low else low + 1)


def number(text: str) -> float | None:
    """Return a cell's number, with a point or a comma; None for anything else, and for what no scale reaches."""
    plain = text.strip().replace(",", ".")
    if not plain or not plain.replace(".", "", 1).removeprefix("-").isdigit() or not plain.isascii():
        return None
    found = float(plain)
    return found if abs(found) <= FURTHEST else None


def _is_numeric(cells: Sequence[str]) -> bool:
    """Whether a column is of ratings: numbers, or words for "no opinion", in four of five filled cells."""
    filled = [cell for cell in cells if cell]
    numbers = sum(number(cell) is not None for cell in filled)
    return numbers > 0 and numbers + sum(map(_is_no_opinion, filled)) >= _NUMERIC * len(filled)


def _is_no_opinion(text: str) -> bool:
    return text in DASHES or folded(text) in NO_OPINION


def read_sheet(table: Table, columns: Sequence[str], features: Mapping[str, int], scale: Scale) -> Sheet:
    """Return what the sheet says, row by row.

    columns   what each column is: a Column, "criterion:heading", or "" for one that stays out
    features  casefolded key or title -> which feature it is

    A row with anything wrong stays out as a whole. An empty cell says nothing; "no opinion" and the like is an answer without value. The same rating twice counts once,
    two different ones of one person on one cell are refused; so is a person with two weights or two departments.
    """
    sheet = Sheet()
    given: dict[tuple[int, str, str], tuple[int, int | None]] = {}
    places = {column: at for at, column in enumerate(columns) if column in set(Column)}
    own = [(at, column.removeprefix(OWN)) for at, column in enumerate(columns) if column.startswith(OWN)]
    for row in table.rows:
        fault = _row_fault(row, table, places, features)
        if fault:
            sheet.faults.append(fault)
            continue
        feature = features[_cell(row, places[Column.FEATURE]).casefold()]
        person = _cell(row, places[Column.PERSON])
        if faults := list(_about_person(row, table, places, sheet, person)):
            sheet.faults.extend(faults)
            continue
        for heading, criterion, text in _ratings(row, places, own, table):
            _take(sheet, given, row, feature, person, heading, criterion, text, scale)
    wrong = {fault.row for fault in sheet.faults}
    return replace(sheet, cells=[cell for cell in sheet.cells if cell.row not in wrong])


def _ratings(
    row: Row, places: Mapping[str, int], own: Sequence[tuple[int, str]], table: Table
) -> Iterator[tuple[str, str, str]]:
    """Yield (heading, criterion, text) of each rating in a row."""
    if Column.CRITERION in places and Column.VALUE in places:
        yield table.header[places[Column.VALUE]], _cell(row, places[Column.CRITERION]), _cell(row, places[Column.VALUE])
    for at, criterion in own:
        yield criterion, criterion, _cell(row, at)


def _row_fault(row: Row, table: Table, places: Mapping[str, int], features: Mapping[str, int]) -> Fault | None:
    if len(row.cells) > len(table.header):
        return Fault(Kind.TOO_MANY_CELLS, row.number, found=str(len(row.cells)), other=str(len(table.header)))
    key, who = _cell(row, places[Column.FEATURE]), _cell(row, places[Column.PERSON])
    if not key:
        return Fault(Kind.NO_FEATURE, row.number, table.header[places[Column.FEATURE]])
    if key.casefold() not in features:
        return Fault(Kind.UNKNOWN_FEATURE, row.number, table.header[places[Column.FEATURE]], key)
    if not who:
        return Fault(Kind.NO_PERSON, row.number, table.header[places[Column.PERSON]])
    if Column.CRITERION in places and not _cell(row, places[Column.CRITERION]):
        return Fault(Kind.NO_CRITERION, row.number, table.header[places[Column.CRITERION]])
    return None


def _about_person(row: Row, table: Table, places: Mapping[str, int], sheet: Sheet, person: str) -> Iterator[Fault]:
    """Note who the person is; yield what contradicts an earlier row."""
    key = person.casefold()
    sheet.people.setdefault(key, person)
    if Column.DEPARTMENT in places and (department := _cell(row, places[Column.DEPARTMENT])):
        before = sheet.departments.setdefault(key, department)
        if folded(before) != folded(department):
            yield Fault(Kind.TWO_DEPARTMENTS, row.number, table.header[places[Column.DEPARTMENT]], department, before)
    if Column.WEIGHT in places and (text := _cell(row, places[Column.WEIGHT])):
        weight = number(text)
        if weight is None or not 0 <= weight <= HEAVIEST:
            yield Fault(Kind.NOT_A_WEIGHT, row.number, table.header[places[Column.WEIGHT]], text)
        elif sheet.weights.setdefault(key, weight) != weight:
            yield Fault(
                Kind.TWO_WEIGHTS, row.number, table.header[places[Column.WEIGHT]], text, f"{sheet.weights[key]:g}"
            )


def _take(
    sheet: Sheet,
    given: dict[tuple[int, str, str], tuple[int, int | None]],
    row: Row,
    feature: int,
    person: str,
    heading: str,
    criterion: str,
    text: str,
    scale: Scale,
) -> None:
    if not text:
        return
    name = folded(criterion)
    value: int | None = None
    if not _is_no_opinion(text):
        found = number(text)
        if found is None:
            sheet.faults.append(Fault(Kind.NOT_A_RATING, row.number, heading, text))
            return
        if not scale.low <= found <= scale.high:
            sheet.faults.append(Fault(Kind.OUT_OF_SCALE, row.number, heading, text))
            return
        if scale.is_own and found != int(found):
            sheet.faults.append(Fault(Kind.NOT_WHOLE, row.number, heading, text))
            return
        value = scale.rating(found)
    before = given.setdefault((feature, person.casefold(), name), (row.number, value))
    if before != (row.number, value):
        if before[1] != value:
            sheet.faults.append(Fault(Kind.RATED_TWICE, row.number, heading, text, str(before[0])))
        return
    sheet.criteria.setdefault(name, criterion)
    sheet.cells.append(Cell(row.number, feature, person.casefold(), name, value))


def made_address(name: str, product: str) -> str:
    """Return the address of somebody whom a file knows by name alone: one a name and product, whatever the script.

    product  its slug; in front stands what of the name an address can show
    """
    shown = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.casefold()).strip("-")[:40].strip("-")
    told_apart = sha256(name.casefold().encode()).hexdigest()[:16]
    return f"{shown or 'person'}-{told_apart}.{product}@{NOWHERE}"


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""
