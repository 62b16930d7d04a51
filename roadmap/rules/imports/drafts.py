"""What planning an import works with: what the product has, what a person chose, and a row on its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from roadmap.rules.imports.fields import Field
from roadmap.rules.imports.problems import Kind, Problem

Values = dict[Field, Any]
"""What a row says, by field: text; status code; progress as a share; team, release and objectives by their own names;
efforts in person-days; first and last day and their precision; owner by address. What the row leaves open is absent."""


@dataclass(frozen=True, slots=True)
class KnownFeature:
    """A feature that the product has. `values` holds what would be read from a file that says the same."""

    pk: int
    key: str
    external_key: str
    values: Values
    needs: frozenset[int] = frozenset()
    related: frozenset[int] = frozenset()

    @property
    def title(self) -> str:
        return self.values.get(Field.TITLE, "")


@dataclass(frozen=True, slots=True)
class Known:
    """What the product has: its features, and the names that a file may use. People are known by address."""

    features: Sequence[KnownFeature] = ()
    teams: Sequence[str] = ()
    releases: Sequence[str] = ()
    objectives: Sequence[tuple[str, str]] = ()  # letter, name
    people: Sequence[tuple[str, str]] = ()  # address, name


def by_any_key(features: Sequence[KnownFeature]) -> dict[str, KnownFeature]:
    """Return features by every key that they go by, casefolded.

    A key elsewhere wins over another feature's own key: a product called KEP that holds enhancements has both a 24th
    feature, KEP-24, and one that a file calls KEP-24.
    """
    own = {feature.key.casefold(): feature for feature in features}
    return own | {feature.external_key.casefold(): feature for feature in features if feature.external_key}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about a file. Everything but the columns has a default: a first look needs no decision.

    columns    the field of each column, None for one that stays out
    comma      whether the decimal mark is a comma; None: as the file's numbers say, else no
    day_first  whether 03/04 is the third of April; None: as the file's dates say, else yes
    statuses   folded word of the file -> status; "" leaves it empty
    names      (field, folded name in the file) -> name in the product; "" leaves it empty
    cells      (row number, field) -> what is to stand there instead
    merged     row number -> id of the feature that it updates, or 0: it is a new feature, whatever it looks like
    kept       rows that win over an earlier row with the same key
    accepted   (row number, kind) of warnings that were looked at
    skip_known whether rows of features that exist are skipped rather than updating them
    team       the team that sizes count for where neither row nor feature names one; "" leaves such sizes out
    """

    columns: tuple[Field | None, ...]
    comma: bool | None = None
    day_first: bool | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[tuple[Field, str], str] = field(default_factory=dict)
    cells: Mapping[tuple[int, Field], str] = field(default_factory=dict)
    merged: Mapping[int, int] = field(default_factory=dict)
    kept: frozenset[int] = frozenset()
    accepted: frozenset[tuple[int, Kind]] = frozenset()
    skip_known: bool = False
    team: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A feature that a link points at: one that exists (`pk`), or the one that a row will make (`row`)."""

    pk: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one row that do not exist yet, without repetition, in the order of the file."""

    needs: tuple[Ref, ...] = ()
    related: tuple[Ref, ...] = ()

    def by_field(self) -> Iterator[tuple[Field, tuple[Ref, ...]]]:
        yield Field.NEEDS, self.needs
        yield Field.RELATED, self.related


@dataclass
class Draft:
    """A row on its way to being planned. It gathers what is wrong with it."""

    number: int
    cells: dict[Field, str]
    headings: Mapping[Field, str]
    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    feature: KnownFeature | None = None
    links: Links = Links()

    def note(
        self,
        kind: Kind,
        about: Field | None,
        *,
        limit: int = 0,
        suggestion: str | None = None,
        other: tuple[str, ...] = (),
    ) -> None:
        """Note a problem with one of the row's cells, or with the row as a whole (`about` None)."""
        column, found = (self.headings.get(about, ""), self.cells.get(about, "")) if about else ("", "")
        self.problems.append(Problem(kind, self.number, about, column, found, limit, suggestion, other))

    @property
    def is_refused(self) -> bool:
        return any(problem.is_refusal for problem in self.problems)

    @property
    def ref(self) -> Ref:
        return Ref(pk=self.feature.pk) if self.feature else Ref(row=self.number)
