"""Planning an import: each row of a table against what the product has, and what would come of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from roadmap.rules.imports.drafts import Choices, Draft, Known, KnownFeature, Links, Values
from roadmap.rules.imports.fields import DATES, EFFORTS, Field, folded
from roadmap.rules.imports.links import resolve
from roadmap.rules.imports.matching import match, note_twins
from roadmap.rules.imports.problems import Kind, Problem
from roadmap.rules.imports.reading import Row, Table
from roadmap.rules.imports.rows import read_row
from roadmap.rules.imports.values import is_day_first, is_decimal_comma

_FEWEST_SIZES = 5
_OUTLIER = 10
_HOURS_A_DAY = 8


class Result(StrEnum):
    """What importing does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an existing feature that the file would change. Either value may be None: nothing there."""

    field: Field
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What would come of one row. `values` holds only what the file says and the feature does not say already."""

    number: int
    cells: Mapping[Field, str]
    result: Result
    feature: KnownFeature | None
    values: Values
    changes: tuple[Change, ...]
    links: Links
    problems: tuple[Problem, ...]

    @property
    def is_in(self) -> bool:
        """Whether importing writes something for this row."""
        return self.result in (Result.NEW, Result.CHANGED)


@dataclass(frozen=True)
class Plan:
    """What an import would do. Rows in the order of the file; `new_teams` in the order of their first row."""

    rows: tuple[PlannedRow, ...]
    columns: tuple[Field | None, ...]
    new_teams: tuple[str, ...]
    comma: bool
    day_first: bool
    asks_comma: bool
    asks_day_first: bool

    @cached_property
    def counts(self) -> Mapping[Result, int]:
        return Counter(row.result for row in self.rows)

    @property
    def writes(self) -> int:
        """How many features importing would create or change: the number on the button."""
        return sum(row.is_in for row in self.rows)

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.rows for problem in row.problems]

    @property
    def refusals(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_refusal]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.is_refusal]


def plan(table: Table, choices: Choices, known: Known) -> Plan:
    """Return what importing `table` under `choices` into a product with `known` would do. Pure: nothing is written.

    A row is the feature whose key elsewhere, or whose own key, is the row's key; without a key, the one feature with
    the same title. An empty cell says nothing: what the product has stays. Links are only ever added.
    """
    seen_comma = is_decimal_comma(_cells(table, choices, EFFORTS))
    seen_day_first = is_day_first(_cells(table, choices, DATES))
    comma = choices.comma if choices.comma is not None else bool(seen_comma)
    day_first = choices.day_first if choices.day_first is not None else seen_day_first is not False
    drafts = [_draft(row, table, choices) for row in table.rows]
    for draft in drafts:
        draft.values = read_row(draft, choices, known, comma=comma, day_first=day_first)
    match(drafts, choices, known)
    _mark_outlier(drafts)
    note_twins(drafts, choices, known)
    resolve(drafts, known.features)
    rows = tuple(_settled(draft, choices) for draft in drafts)
    return Plan(
        rows=rows,
        columns=choices.columns,
        new_teams=_new_teams(rows, known),
        comma=comma,
        day_first=day_first,
        asks_comma=seen_comma is None,
        asks_day_first=seen_day_first is None,
    )


def _cells(table: Table, choices: Choices, fields: Sequence[Field]) -> Iterable[str]:
    for index, field in enumerate(choices.columns):
        if field in fields:
            yield from table.column(index)


def _draft(row: Row, table: Table, choices: Choices) -> Draft:
    cells: dict[Field, str] = {}
    headings: dict[Field, str] = {}
    for index, field in enumerate(choices.columns):
        if field is not None:
            cells[field] = row.cells[index] if index < len(row.cells) else ""
            headings[field] = table.header[index]
            if (mended := choices.cells.get((row.number, field))) is not None:
                cells[field] = mended.strip()
    draft = Draft(row.number, cells, headings)
    if len(row.cells) > len(table.header):
        draft.note(Kind.TOO_MANY_CELLS, None, limit=len(table.header), other=(str(len(row.cells)),))
    return draft


def _mark_outlier(drafts: Sequence[Draft]) -> None:
    """Warn where one size is ten times the next largest of the file: it may be in hours."""
    sizes = sorted(
        ((d.values[Field.EFFORT], -i) for i, d in enumerate(drafts) if d.values.get(Field.EFFORT)), reverse=True
    )
    if len(sizes) < _FEWEST_SIZES:
        return
    (largest, place), (second, _) = sizes[0], sizes[1]
    if largest >= _OUTLIER * second:
        drafts[-place].note(
            Kind.SIZE_OUTLIER, Field.EFFORT, limit=round(largest), suggestion=f"{largest / _HOURS_A_DAY:.0f}"
        )


def _settled(draft: Draft, choices: Choices) -> PlannedRow:
    before = draft.feature.values if draft.feature else {}
    changes = [
        Change(name, before.get(name), value) for name, value in draft.values.items() if before.get(name) != value
    ]
    values = {change.field: change.after for change in changes}
    changes += [Change(name, None, refs) for name, refs in draft.links.by_field() if refs]
    problems = tuple(p for p in draft.problems if p.is_refusal or (draft.number, p.kind) not in choices.accepted)
    if draft.is_refused:
        result = Result.REFUSED
    elif draft.feature is None:
        result = Result.NEW
    elif choices.skip_known:
        return PlannedRow(draft.number, draft.cells, Result.SKIPPED, draft.feature, {}, (), Links(), ())
    else:
        result = Result.CHANGED if changes else Result.UNCHANGED
    told = tuple(changes) if result is Result.CHANGED else ()
    return PlannedRow(draft.number, draft.cells, result, draft.feature, values, told, draft.links, problems)


def _new_teams(rows: Iterable[PlannedRow], known: Known) -> tuple[str, ...]:
    have = {folded(name) for name in known.teams}
    found: dict[str, str] = {}
    for row in rows:
        name = row.values.get(Field.TEAM)
        if row.is_in and name and folded(name) not in have:
            found.setdefault(folded(name), name)
    return tuple(found.values())
