"""Planning the two other tables that come with features: releases with their dates, and relations between features."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from roadmap.rules.imports.drafts import KnownFeature, by_any_key
from roadmap.rules.imports.fields import Field, folded
from roadmap.rules.imports.links import find_cycle
from roadmap.rules.imports.problems import Kind, Problem
from roadmap.rules.imports.reading import Row, Table
from roadmap.rules.imports.values import Dated, date_of, is_day_first

RELEASE_COLUMNS: Mapping[Field, tuple[str, ...]] = {
    Field.RELEASE: ("release", "name", "version", "fix version", "title"),
    Field.STARTS: ("starts on", "start", "start date", "starts", "cycle start", "from"),
    Field.ENDS: ("ends on", "end", "end date", "ends", "ships", "release date", "date", "to"),
}
RELATION_COLUMNS: Mapping[Field, tuple[str, ...]] = {
    Field.KEY: ("feature", "feature id", "from", "key", "source", "issue key"),
    Field.RELATED: ("target", "target id", "to", "other", "related"),
    Field.STATUS: ("relation", "kind", "type", "link type"),
}
_NEEDS = ("needs", "needs first", "depends on", "requires", "blocked by", "is blocked by")
_NEEDED_BY = ("needed by", "blocks", "required by")
_RELATED = (
    "",
    "related",
    "related to",
    "relates to",
    "see also",
    "replaces",
    "superseded by",
    "duplicates",
    "duplicate",
)
LONGEST_RELEASE = 60


class MissingColumn(Exception):
    """The table has no column for one of the things that it must say; `names` are the headings that would do."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """A release of the table. `before` holds the days that it has in the product now, None where it is new."""

    name: str
    starts_on: date
    ends_on: date
    before: tuple[date, date] | None

    @property
    def is_same(self) -> bool:
        return self.before == (self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class PlannedRelations:
    """The pairs of feature ids that the table adds: needs as (feature, what it needs), related with the lower first."""

    needs: tuple[tuple[int, int], ...]
    related: tuple[tuple[int, int], ...]
    known: int
    problems: tuple[Problem, ...]


def plan_releases(
    table: Table, known: Mapping[str, tuple[date, date]]
) -> tuple[tuple[PlannedRelease, ...], tuple[Problem, ...]]:
    """Return the releases of a table in its order, and what is wrong with it. Names are compared without case.

    known  name -> first and last day of the releases that the product has
    """
    columns = _columns(table, RELEASE_COLUMNS, needed=RELEASE_COLUMNS)
    day_first = is_day_first(c for f in (Field.STARTS, Field.ENDS) for c in table.column(columns[f])) is not False
    have = {folded(name): (name, days) for name, days in known.items()}
    seen: dict[str, int] = {}
    planned: list[PlannedRelease] = []
    problems: list[Problem] = []
    for row in table.rows:
        name = _cell(row, columns[Field.RELEASE])
        starts, ends = (date_of(_cell(row, columns[f]), day_first=day_first) for f in (Field.STARTS, Field.ENDS))
        fault = _release_fault(name, starts, ends, seen.get(folded(name)))
        seen.setdefault(folded(name), row.number)
        for field, kind, limit, other in fault:
            heading = table.header[columns[field]]
            problems.append(Problem(kind, row.number, field, heading, _cell(row, columns[field]), limit, None, other))
        if not fault and starts and starts.on and ends and ends.until:
            own, before = have.get(folded(name), (name, None))
            planned.append(PlannedRelease(own, starts.on, ends.until, before))
    return tuple(planned), tuple(problems)


def _release_fault(
    name: str, starts: Dated | None, ends: Dated | None, earlier: int | None
) -> list[tuple[Field, Kind, int, tuple[str, ...]]]:
    if not name:
        return [(Field.RELEASE, Kind.NO_NAME, 0, ())]
    if len(name) > LONGEST_RELEASE:
        return [(Field.RELEASE, Kind.TOO_LONG, LONGEST_RELEASE, (str(len(name)),))]
    if earlier is not None:
        return [(Field.RELEASE, Kind.NAME_TWICE, 0, (str(earlier),))]
    first, last = starts and starts.on, ends and ends.until
    if first and last:
        return [(Field.ENDS, Kind.ENDS_BEFORE_START, 0, (f"{first}",))] if last < first else []
    return [(field, Kind.NO_DATE, 0, ()) for field, day in ((Field.STARTS, first), (Field.ENDS, last)) if day is None]


def plan_relations(table: Table, features: Sequence[KnownFeature]) -> PlannedRelations:
    """Return the links of a table that the product lacks. A target that no feature has is a warning; so is an empty one.

    Without a column that says what kind of link it is, every row is "related". Where needs close a circle, the last row
    that takes part in it is refused.
    """
    columns = _columns(table, RELATION_COLUMNS, needed=(Field.KEY, Field.RELATED))
    ids = {key: feature.pk for key, feature in by_any_key(features).items()}
    have_needs = {(feature.pk, other) for feature in features for other in feature.needs}
    have_related = {_pair(feature.pk, other) for feature in features for other in feature.related}
    needs: dict[tuple[int, int], Row] = {}
    related: dict[tuple[int, int], None] = {}
    problems: list[Problem] = []
    known = 0
    for row in table.rows:
        word = folded(_cell(row, columns[Field.STATUS])) if Field.STATUS in columns else ""
        if word not in (*_NEEDS, *_NEEDED_BY, *_RELATED):
            problems.append(_problem(Kind.RELATION_UNKNOWN, row, Field.STATUS, table, columns))
            continue
        missing = [f for f in (Field.KEY, Field.RELATED) if _cell(row, columns[f]).casefold() not in ids]
        problems += [_problem(Kind.LINK_UNKNOWN, row, field, table, columns) for field in missing[:1]]
        if missing:
            continue
        source, target = (ids[_cell(row, columns[field]).casefold()] for field in (Field.KEY, Field.RELATED))
        if source == target:
            kind = Kind.RELATED_TO_ITSELF if word in _RELATED else Kind.NEEDS_ITSELF
            problems.append(_problem(kind, row, Field.RELATED, table, columns))
        elif word in _RELATED:
            known += _pair(source, target) in have_related
            related |= {_pair(source, target): None} if _pair(source, target) not in have_related else {}
        else:
            link = (source, target) if word in _NEEDS else (target, source)
            known += link in have_needs
            if link not in have_needs:
                needs.setdefault(link, row)
    problems += _refuse_circles(needs, features, table, columns)
    return PlannedRelations(tuple(needs), tuple(related), known, tuple(problems))


def _refuse_circles(
    needs: dict[tuple[int, int], Row], features: Sequence[KnownFeature], table: Table, columns: Mapping[Field, int]
) -> list[Problem]:
    """Take out of `needs` the links that would close a circle, latest row first, and say so."""
    graph = {feature.pk: set(feature.needs) for feature in features}
    for source, target in needs:
        graph[source].add(target)
    names = {feature.pk: feature.external_key or feature.key for feature in features}
    problems = []
    while cycle := find_cycle(graph):
        links = [link for link in zip(cycle, [*cycle[1:], cycle[0]], strict=True) if link in needs]
        if not links:
            break  # an old circle, none of this table's making
        link = max(links, key=lambda each: needs[each].number)
        row = needs.pop(link)
        graph[link[0]].discard(link[1])
        start = cycle.index(link[0])
        path = tuple(names[pk] for pk in [*cycle[start:], *cycle[:start], link[0]])
        cell = _cell(row, columns[Field.RELATED])
        heading = table.header[columns[Field.RELATED]]
        problems.append(Problem(Kind.NEEDS_CYCLE, row.number, Field.RELATED, heading, cell, other=path))
    return problems


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _cell(row: Row, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _problem(kind: Kind, row: Row, field: Field, table: Table, columns: Mapping[Field, int]) -> Problem:
    cell = _cell(row, columns[field])
    return Problem(kind, row.number, field, table.header[columns[field]], cell, other=(cell,))


def _columns(table: Table, names: Mapping[Field, Sequence[str]], *, needed: Iterable[Field]) -> dict[Field, int]:
    headings = [folded(heading) for heading in table.header]
    found = {f: headings.index(name) for f, options in names.items() for name in reversed(options) if name in headings}
    for field in needed:
        if field not in found:
            raise MissingColumn(names[field])
    return found
