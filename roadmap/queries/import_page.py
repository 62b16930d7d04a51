"""The preview of an import, as a template can print it: columns, questions, words, and one page of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext

from roadmap.import_wording import FIELD_NAMES, of_problem
from roadmap.models import Feature
from roadmap.rules.imports.columns import guess
from roadmap.rules.imports.drafts import Choices, Known
from roadmap.rules.imports.fields import COLUMNS, DATES, EFFORTS, LINKS, Field, folded
from roadmap.rules.imports.planning import Plan, PlannedRow, Result
from roadmap.rules.imports.problems import Kind, Problem
from roadmap.rules.imports.reading import Table
from roadmap.rules.imports.values import status_of
from stakeholders import wording

ROWS_A_PAGE = 50
_SHOWN_BESIDE = {Field.KEY, Field.EFFORT, Field.OBJECTIVE, Field.TEAM, Field.STATUS, Field.RELEASE}
SAMPLES = 3
MOST_WORDS = 40
MOST_TYPED = 3  # cells of a row that can be typed anew at once: a form has at most 1,000 fields
_SHOWN: Mapping[str, tuple[Promise, Callable[[PlannedRow], bool]]] = {
    "all": (lazy("All"), lambda row: True),
    "out": (lazy("Stay out"), lambda row: row.result is Result.REFUSED),
    "look": (lazy("Look again"), lambda row: bool(row.problems) and row.result is not Result.REFUSED),
    "new": (lazy("New"), lambda row: row.result is Result.NEW),
    "update": (lazy("Update"), lambda row: row.result is Result.CHANGED),
    "same": (lazy("As before"), lambda row: row.result in (Result.UNCHANGED, Result.SKIPPED)),
}
_TYPED = {Kind.NO_TITLE, Kind.TOO_LONG, Kind.NOT_A_NUMBER, Kind.NUMBER_OUT_OF_RANGE, Kind.NOT_A_SHARE,
          Kind.EFFORT_ORDER, Kind.NOT_A_DATE, Kind.ENDS_BEFORE_START, Kind.NEEDS_ITSELF, Kind.NEEDS_CYCLE, Kind.UNPRINTABLE,
          Kind.RELEASE_UNKNOWN}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: what it is taken for, and a word about what is in it ("warn" where something is wrong)."""

    index: int
    heading: str
    field: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the file for a status, how many rows have it, and what it is taken for; "" where nobody knows."""

    name: str
    key: str
    count: int
    status: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file leaves open, with the cells that do."""

    name: str
    text: str
    samples: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button beside a problem: what it sends, and what it says."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One problem of a row: its sentence, the buttons that mend it, and the cell that can be typed anew."""

    sentence: str
    is_refusal: bool
    presses: tuple[Press, ...]
    cell: str
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the preview. `marks` holds "bad" or "warn" for the fields that something is wrong with."""

    number: int
    cells: Mapping[str, str]
    marks: Mapping[str, str]
    objectives: tuple[Any, ...]
    result: str
    tone: str
    updates: str
    changes: tuple[tuple[str, str, str], ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Preview:
    """Everything that the page of columns and rows shows."""

    columns: tuple[Column, ...]
    matched: int
    fields: tuple[tuple[str, str], ...]
    words: tuple[Word, ...]
    questions: tuple[Question, ...]
    shown: str
    filters: tuple[tuple[str, str, int], ...]
    page: Page[PlannedRow]
    lines: tuple[Line, ...]
    shows: frozenset[str]
    width: int
    writes: int
    refused: int
    new_teams: tuple[str, ...]
    has_title: bool
    asks_team: bool
    team: str
    teams: tuple[str, ...]


def preview(
    table: Table, plan: Plan, choices: Choices, known: Known, *, objectives: Sequence[Any], shown: str, page: Any
) -> Preview:
    """Return the page. `objectives` are the product's, for their tags; no query is made."""
    shown = shown if shown in _SHOWN else "all"
    chosen = [row for row in plan.rows if _SHOWN[shown][1](row)]
    rows = Paginator(chosen, ROWS_A_PAGE).get_page(page)
    tags = {objective.name: objective for objective in objectives}
    same_names = Counter((p.field, folded(p.found)) for p in plan.problems)
    return Preview(
        columns=_columns(table, plan),
        matched=sum(field is not None for field in plan.columns),
        fields=tuple((str(field), str(FIELD_NAMES[field])) for field in COLUMNS),
        words=_words(table, choices),
        questions=_questions(table, plan),
        shown=shown,
        filters=tuple((key, str(label), sum(map(test, plan.rows))) for key, (label, test) in _SHOWN.items()),
        page=rows,
        lines=tuple(_line(row, tags, same_names) for row in rows),
        shows=frozenset(str(field) for field in plan.columns if field),
        width=2 + len(_SHOWN_BESIDE & set(plan.columns)),
        writes=plan.writes,
        refused=plan.counts.get(Result.REFUSED, 0),
        new_teams=plan.new_teams,
        has_title=Field.TITLE in plan.columns,
        asks_team=bool(choices.team) or any(p.kind is Kind.EFFORT_NO_TEAM for p in plan.problems),
        team=choices.team,
        teams=tuple(known.teams),
    )


def _columns(table: Table, plan: Plan) -> tuple[Column, ...]:
    wrong: Counter[str] = Counter(problem.column for problem in plan.problems if problem.column)
    found = []
    for index, heading in enumerate(table.header):
        cells = list(table.column(index))
        filled = [cell for cell in cells if cell]
        field = plan.columns[index]
        if field is None:
            note, tone = ", ".join(_short(cell) for cell in dict.fromkeys(filled[:SAMPLES])), ""
        else:
            note, tone = _note(heading, cells, filled, wrong), "warn" if wrong[heading] else ""
        found.append(Column(index, heading, str(field or ""), note, tone))
    return tuple(found)


def _note(heading: str, cells: Sequence[str], filled: Sequence[str], wrong: Mapping[str, int]) -> str:
    empty = len(cells) - len(filled)
    parts = [
        _("all %(count)d filled") % {"count": len(cells)} if not empty else _("%(count)d empty") % {"count": empty}
    ]
    if wrong[heading]:
        parts.append(_("%(count)d to look at") % {"count": wrong[heading]})
    return " · ".join(parts)


def _words(table: Table, choices: Choices) -> tuple[Word, ...]:
    if Field.STATUS not in choices.columns:
        return ()
    counts = Counter(cell for cell in table.column(choices.columns.index(Field.STATUS)) if cell)
    by_key: dict[str, Word] = {}
    for name, count in counts.most_common(MOST_WORDS):
        key = folded(name)
        if key in by_key:
            count += by_key[key].count
            name = by_key[key].name
        by_key[key] = Word(name, key, count, choices.statuses.get(key, status_of(name) or ""))
    return tuple(by_key.values())


def _questions(table: Table, plan: Plan) -> tuple[Question, ...]:
    found = []
    if plan.asks_comma:
        samples = _samples(table, plan, EFFORTS, {",", "."})
        options = (("no", _("thousands have commas")), ("yes", _("decimals have commas")))
        found.append(Question("comma", _("How are numbers written?"), samples, options, _yes(plan.comma)))
    if plan.asks_day_first:
        samples = _samples(table, plan, DATES, {"/", "-"})
        options = (("yes", _("day, then month")), ("no", _("month, then day")))
        found.append(Question("day_first", _("How are dates written?"), samples, options, _yes(plan.day_first)))
    return tuple(found)


def _samples(table: Table, plan: Plan, fields: Sequence[Field], marks: set[str]) -> tuple[str, ...]:
    cells = (cell for i, f in enumerate(plan.columns) if f in fields for cell in table.column(i))
    return tuple(dict.fromkeys(cell for cell in cells if marks & set(cell)))[:SAMPLES]


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _line(row: PlannedRow, tags: Mapping[str, Any], same_names: Mapping[Any, int]) -> Line:
    marks = {str(p.field): "bad" if p.is_refusal else "warn" for p in reversed(row.problems) if p.field}
    marks |= {str(p.field): "bad" for p in row.problems if p.field and p.is_refusal}
    known = row.feature.values if row.feature else {}
    names: tuple[str, ...] = row.values.get(Field.OBJECTIVE, ())
    if not names and row.cells.get(Field.OBJECTIVE):
        names = known.get(Field.OBJECTIVE, ())
    label, tone = _RESULTS[row.result]
    return Line(
        number=row.number,
        cells={str(field): text for field, text in row.cells.items()},
        marks=marks,
        objectives=tuple(tags[name] for name in names if name in tags),
        result=str(label),
        tone=tone,
        updates=row.feature.key if row.feature and row.result is Result.CHANGED else "",
        changes=tuple(
            (str(FIELD_NAMES[c.field]), _told(c.field, c.before), _told(c.field, c.after)) for c in row.changes
        ),
        remarks=tuple(
            _remark(problem, row, same_names, may_type=place < MOST_TYPED) for place, problem in enumerate(row.problems)
        ),
    )


_RESULTS = {
    Result.NEW: (lazy("+ new"), "ok"),
    Result.CHANGED: (lazy("→ updates"), "accent"),
    Result.UNCHANGED: (lazy("as before"), "quiet"),
    Result.SKIPPED: (lazy("skipped"), "quiet"),
    Result.REFUSED: (lazy("× stays out"), "bad"),
}


def _remark(problem: Problem, row: PlannedRow, same_names: Mapping[Any, int], *, may_type: bool) -> Remark:
    typed = may_type and problem.kind in _TYPED and problem.field is not None and problem.field in row.cells
    return Remark(
        sentence=_likely_twin(problem) if problem.kind is Kind.LIKELY_DUPLICATE else of_problem(problem),
        is_refusal=problem.is_refusal,
        presses=tuple(_presses(problem, same_names[problem.field, folded(problem.found)])),
        cell=f"{problem.row}:{problem.field}" if typed else "",
        text=problem.found if typed else "",
        label=str(FIELD_NAMES[problem.field]) if problem.field else "",
    )


def _likely_twin(problem: Problem) -> str:
    key, title, _pk = problem.other
    return _("It looks like %(key)s “%(title)s”. Update that one, or keep both?") % {"key": key, "title": title}


def _presses(problem: Problem, rows: int) -> list[Press]:
    row, kind, field = problem.row, problem.kind, problem.field
    if kind in (Kind.TEAM_ALIKE, Kind.RELEASE_UNKNOWN, Kind.OBJECTIVE_UNKNOWN) and problem.suggestion:
        words = {"name": problem.suggestion, "count": rows}
        use = ngettext("Use %(name)s", "Use %(name)s, %(count)d rows", rows) % words
        keep = _("Keep “%(name)s”") % {"name": problem.found} if kind is Kind.TEAM_ALIKE else _("Leave it")
        return [Press(f"use:{row}:{kind}", use), Press(f"accept:{row}:{kind}", keep)]
    if kind is Kind.SIZE_OUTLIER:
        use = _("Use %(days)s") % {"days": wording.days(float(problem.suggestion or 0))}
        keep = _("Keep %(days)s") % {"days": wording.days(problem.limit)}
        return [Press(f"use:{row}:{kind}", use), Press(f"accept:{row}:{kind}", keep)]
    if kind is Kind.LIKELY_DUPLICATE:
        update = _("Update %(key)s") % {"key": problem.other[0]}
        return [Press(f"merge:{row}:", update), Press(f"new:{row}:", _("Keep both"))]
    if kind is Kind.KEY_TWICE:
        return [Press(f"keep:{row}:", _("Keep this one"))]
    if kind is Kind.TOO_LONG:
        return [Press(f"use:{row}:{kind}", _("Cut it to %(count)d") % {"count": problem.limit})]
    if problem.suggestion == "" or (kind is Kind.NOT_A_DATE or field in LINKS):
        return [Press(f"empty:{row}:{field}", pgettext("a cell", "Leave empty"))] if problem.is_refusal else []
    return []


def _told(field: Field, value: Any) -> str:
    if value in (None, "", ()):
        return wording.UNKNOWN
    if field is Field.STATUS:
        return str(Feature.Status(value).label)
    if field is Field.PRECISION:
        return str(Feature.Precision(value).label)
    if field is Field.PROGRESS:
        return wording.share(value)
    if field in EFFORTS:
        return wording.days(value)
    if field in DATES:
        return wording.day_and_year(value)
    if field in LINKS:
        return ngettext("%(count)d more", "%(count)d more", len(value)) % {"count": len(value)}
    return _short(", ".join(value) if isinstance(value, tuple) else str(value), 80)


def _short(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def refused_rows(table: Table, plan: Plan) -> tuple[list[str], list[list[str]]]:
    """Return heading and rows of what stays out, each with the reason in front, to mend in a spreadsheet."""
    by_number = {row.number: row for row in table.rows}
    rows = []
    for row in plan.rows:
        if row.result is Result.REFUSED:
            reasons = " ".join(of_problem(problem) for problem in row.problems if problem.is_refusal)
            cells = by_number[row.number].cells
            rows.append([str(row.number), reasons, *cells, *[""] * (len(table.header) - len(cells))])
    return [_("Row"), _("Why it stays out"), *table.header], rows


def guessed(table: Table) -> Choices:
    """Return the choices of a first look: everything as guessed."""
    return Choices(tuple(each.field for each in guess(table)))
