"""What a person decided about a file: read from the form of the preview, carried in it, and changed by one press."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from roadmap.models import Feature
from roadmap.rules.imports.columns import Guess, guess
from roadmap.rules.imports.drafts import Choices
from roadmap.rules.imports.fields import COLUMNS, Field, folded
from roadmap.rules.imports.planning import Plan
from roadmap.rules.imports.problems import Kind, Problem
from roadmap.rules.imports.reading import Table
from roadmap.rules.imports.rows import LONGEST
from stakeholders.forms.rows import number_in

_NAMED = {Kind.TEAM_ALIKE, Kind.RELEASE_UNKNOWN, Kind.OBJECTIVE_UNKNOWN}


def choices_in(data: QueryDict, table: Table) -> Choices:
    """Return the choices that a form of the preview holds; what it does not say is as guessed.

    Earlier decisions travel as JSON in `decided`; the controls on the page come on top. Nothing in them is trusted:
    unknown fields, rows and statuses are dropped.
    """
    guesses = guess(table)
    choices = _decided(data.get("decided", ""), table, Choices(tuple(each.field for each in guesses)))
    columns = _columns(data, guesses, choices.columns)
    sent = {name: str(text) for name, text in data.dict().items()}
    statuses = dict(choices.statuses)
    cells = dict(choices.cells)
    for name, text in sent.items():
        if name.startswith("status:") and text in ("", *Feature.Status.values):
            statuses[name.removeprefix("status:")] = text
        if (cell := _cell(name)) and text != sent.get(f"was:{cell[0]}:{cell[1]}"):
            cells[cell] = text
    return replace(
        choices,
        columns=columns,
        statuses=statuses,
        cells=cells,
        comma=_yes_or_no(data.get("comma"), choices.comma),
        day_first=_yes_or_no(data.get("day_first"), choices.day_first),
        team=_team(sent["team"]) if "team" in sent else choices.team,
        skip_known=sent["existing"] == "skip" if "existing" in sent else choices.skip_known,
    )


def as_json(choices: Choices) -> str:
    """Return the choices as the form carries them on."""
    return json.dumps(
        {
            "columns": [str(column) if column else "" for column in choices.columns],
            "comma": choices.comma,
            "day_first": choices.day_first,
            "statuses": dict(choices.statuses),
            "names": [[field, word, name] for (field, word), name in choices.names.items()],
            "cells": [[row, field, text] for (row, field), text in choices.cells.items()],
            "merged": [[row, pk] for row, pk in choices.merged.items()],
            "kept": sorted(choices.kept),
            "accepted": sorted([row, kind] for row, kind in choices.accepted),
            "skip_known": choices.skip_known,
            "team": choices.team,
        }
    )


def mended(choices: Choices, press: str, plan: Plan) -> Choices:
    """Return the choices after one press on a button beside a problem; unchanged where the press means nothing.

    press  "use:4:team alike" takes what was suggested, for every row with that name; "empty:4:effort" leaves a cell
           empty; "keep:8" keeps the later of two rows; "merge:5" and "new:5" decide about a likely duplicate;
           "accept:12:size outlier" has looked at a warning
    """
    act, _sign, rest = press.partition(":")
    row_text, _sign, about = rest.partition(":")
    row = number_in(row_text)
    if row is None:
        return choices
    problems = [problem for problem in plan.problems if problem.row == row]
    if act == "empty" and about in COLUMNS:
        return replace(choices, cells={**choices.cells, (row, Field(about)): ""})
    if act == "keep":
        return replace(choices, kept=choices.kept | {row})
    if act == "new":
        return replace(choices, merged={**choices.merged, row: 0})
    if act == "accept" and about in Kind._value2member_map_:
        return replace(choices, accepted=choices.accepted | {(row, Kind(about))})
    if act == "merge":
        twin = next((p for p in problems if p.kind is Kind.LIKELY_DUPLICATE), None)
        return replace(choices, merged={**choices.merged, row: int(twin.other[2])}) if twin else choices
    if act == "use":
        problem = next((p for p in problems if p.kind == about and p.suggestion), None)
        return _suggested(choices, problem) if problem else choices
    return choices


def _suggested(choices: Choices, problem: Problem) -> Choices:
    field, text = problem.field, problem.suggestion or ""
    if field is None:
        return choices
    if problem.kind in _NAMED:
        word = problem.other[0] if problem.kind is Kind.OBJECTIVE_UNKNOWN else problem.found
        return replace(choices, names={**choices.names, (field, folded(word)): text})
    return replace(choices, cells={**choices.cells, (problem.row, field): text})


def _columns(data: QueryDict, guesses: Sequence[Guess], before: Sequence[Field | None]) -> tuple[Field | None, ...]:
    """Return the columns as chosen; a field that two columns want goes to the one that was changed last on the page."""
    columns: list[Field | None] = list(before)
    for index in range(len(guesses)):
        chosen = data.get(f"column-{index}")
        if chosen is None or (chosen or None) == before[index]:
            continue
        field = Field(chosen) if chosen in COLUMNS else None
        columns = [None if field and each is field else each for each in columns]
        columns[index] = field
    return tuple(columns)


def _cell(name: str) -> tuple[int, Field] | None:
    kind, _sign, rest = name.partition(":")
    row_text, _sign, field = rest.partition(":")
    row = number_in(row_text)
    if kind != "cell" or field not in COLUMNS or row is None:
        return None
    return row, Field(field)


def _yes_or_no(text: str | None, before: bool | None) -> bool | None:
    return {"yes": True, "no": False}.get(text or "", before)


def _decided(text: str, table: Table, fresh: Choices) -> Choices:
    try:
        kept = json.loads(text)
    except ValueError:
        return fresh
    if not isinstance(kept, dict):
        return fresh
    columns = [Field(name) if name in COLUMNS else None for name in _list(kept.get("columns"), str)]
    said = kept.get("statuses")
    statuses = said.items() if isinstance(said, dict) else ()
    return Choices(
        columns=tuple(columns) if len(columns) == len(table.header) else fresh.columns,
        comma=kept.get("comma") if isinstance(kept.get("comma"), bool) else None,
        day_first=kept.get("day_first") if isinstance(kept.get("day_first"), bool) else None,
        statuses={str(word): status for word, status in statuses if status in ("", *Feature.Status.values)},
        names={(Field(f), w): n for f, w, n in _rows(kept.get("names"), _is_field, _is_text, _is_text)},
        cells={(r, Field(f)): t for r, f, t in _rows(kept.get("cells"), _is_number, _is_field, _is_text)},
        merged=dict(_rows(kept.get("merged"), _is_number, _is_number)),
        kept=frozenset(_list(kept.get("kept"), int)),
        accepted=frozenset((r, Kind(k)) for r, k in _rows(kept.get("accepted"), _is_number, _is_kind)),
        skip_known=kept.get("skip_known") is True,
        team=_team(kept.get("team")),
    )


def _team(text: Any) -> str:
    """Return a team's name as typed, on one line and no longer than a name may be; nothing for what is no text."""
    line = "".join(c for c in text if c.isprintable() or c.isspace()) if isinstance(text, str) else ""
    return " ".join(line.split())[: LONGEST[Field.TEAM]]


def _list(value: Any, kind: type) -> list[Any]:
    return [each for each in value if isinstance(each, kind)] if isinstance(value, list) else []


def _rows(value: Any, *tests: Callable[[Any], bool]) -> list[list[Any]]:
    """Return the entries of a list that are lists of the right shape."""
    return [
        row
        for row in _list(value, list)
        if len(row) == len(tests) and all(test(each) for test, each in zip(tests, row, strict=True))
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_field(value: Any) -> bool:
    return isinstance(value, str) and value in COLUMNS


def _is_kind(value: Any) -> bool:
    return isinstance(value, str) and value in Kind._value2member_map_
