"""Reads what a sheet of ratings means for a product: which features, people and criteria it names, what would come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from prioritization.models import Criterion, Rating
from prioritization.queries.criteria import SHORT_NAMES, criteria_of, free_key
from prioritization.rules import rating_sheets as rules
from prioritization.rules.rating_sheets import Cell, Column, Fault, Kind, Scale
from roadmap.models import Feature, Product
from roadmap.rules.imports.fields import folded
from roadmap.rules.imports.reading import Table
from stakeholders import wording
from stakeholders.models import Activity, Round, Seat, Verb
from stakeholders.rules.weights import HEAVIEST

SHOWN_FAULTS, SHOWN_ROWS = 30, 12


@dataclass(frozen=True)
class PlannedCriterion:
    """A criterion of the file. New ones take the place of the defaults (`replaces`), or come in with a weight of 0."""

    key: str
    name: str
    folded: str
    ratings: int
    is_new: bool
    is_cost: bool
    weight: float
    replaces: bool


@dataclass(frozen=True)
class PlannedSheet:
    """What would be written. Cells name features by id; `seats` are the people who have one, by casefolded name."""

    cells: list[Cell]
    faults: list[Fault]
    criteria: list[PlannedCriterion]
    people: dict[str, str]
    departments: dict[str, str]
    weights: dict[str, float]
    seats: dict[str, int]
    rows: int
    refused: int

    @property
    def features(self) -> int:
        return len({cell.feature for cell in self.cells})

    @property
    def voters(self) -> int:
        return len({cell.person for cell in self.cells})

    @property
    def known(self) -> int:
        """How many of the voters have a seat."""
        return len({cell.person for cell in self.cells} & set(self.seats))

    @property
    def no_opinion(self) -> int:
        return sum(cell.value is None for cell in self.cells)


def missing_columns(columns: Sequence[str]) -> list[str]:
    """Return what no column is taken for, of what a sheet must have, in words; empty when all is there."""
    missing = []
    if Column.FEATURE not in columns:
        missing.append(_("which feature"))
    if Column.PERSON not in columns:
        missing.append(_("who rated"))
    is_long = Column.CRITERION in columns and Column.VALUE in columns
    if not is_long and not any(column.startswith(rules.OWN) for column in columns):
        missing.append(_("the ratings: a column for each criterion, or one with the criterion and one with the rating"))
    return missing


def plan(product: Product, table: Table, columns: Sequence[str], scale: Scale) -> PlannedSheet:
    """Return what a sheet would bring into a product; `missing_columns` is empty. Five queries, however many rows."""
    features = Feature.objects.filter(product=product).values_list("pk", "number", "external_key", "title")
    by_name: dict[str, int] = {}
    for pk, number, _external, title in features:
        by_name.setdefault(title.casefold(), pk)
        by_name[f"{product.key}-{number}".casefold()] = pk
    by_name |= {external.casefold(): pk for pk, _number, external, _title in features if external}
    sheet = rules.read_sheet(table, columns, by_name, scale)
    return PlannedSheet(
        cells=sheet.cells,
        faults=sheet.faults,
        criteria=_criteria(product, sheet),
        people=sheet.people,
        departments=sheet.departments,
        weights=sheet.weights,
        seats=_seats(product, sheet),
        rows=len(table.rows),
        refused=sheet.refused,
    )


def _seats(product: Product, sheet: rules.Sheet) -> dict[str, int]:
    """Return the seats of the file's people, by casefolded address or name.

    A name that two people share is nobody's, unless an earlier import brought one of them by this name alone.
    """
    rows = list(Seat.objects.filter(product=product).values_list("pk", "user__email", "user__name"))
    names = Counter(name.casefold() for _pk, _email, name in rows if name)
    brought = {name.casefold(): pk for pk, email, name in rows if email.endswith(f"@{rules.NOWHERE}")}
    found = {name.casefold(): pk for pk, _email, name in rows if name and names[name.casefold()] == 1}
    found |= brought | {email.casefold(): pk for pk, email, _name in rows}
    return {key: found[key] for key in sheet.people if key in found}


def _criteria(product: Product, sheet: rules.Sheet) -> list[PlannedCriterion]:
    held = criteria_of(product)
    known = {folded(each.name): each for each in held} | {folded(each.key): each for each in held}
    known |= {folded(str(SHORT_NAMES[each.key])): each for each in held if each.key in SHORT_NAMES}
    counts = Counter(cell.criterion for cell in sheet.cells)
    new = [name for name in sheet.criteria if name not in known]
    replaces = (
        len(new) == len(sheet.criteria)
        and not Criterion.objects.filter(product=product).exists()
        and not Rating.objects.filter(feature__product=product).exists()
    )
    taken = set() if replaces else {each.key for each in held}
    planned = []
    for name, title in sheet.criteria.items():
        if asked := known.get(name):
            planned.append(
                PlannedCriterion(asked.key, asked.name, name, counts[name], False, asked.is_cost, asked.weight, False)
            )
            continue
        key = free_key(title, taken)
        taken.add(key)
        weight = 1.0 if replaces else 0.0
        planned.append(PlannedCriterion(key, title[:60], name, counts[name], True, False, weight, replaces))
    return planned


@dataclass(frozen=True)
class FaultGroup:
    """Rows that are wrong in the same way, told once: the sentence, the heading, and the first of the rows."""

    sentence: str
    heading: str
    rows: list[int]

    @property
    def shown(self) -> list[int]:
        return self.rows[:SHOWN_ROWS]


def fault_groups(faults: Sequence[Fault], scale: Scale) -> list[FaultGroup]:
    """Return the faults by what is wrong, in the order of the file."""
    groups: dict[tuple[str, str], list[int]] = {}
    for fault in faults:
        groups.setdefault((of_fault(fault, scale), fault.heading), []).append(fault.row)
    return [FaultGroup(sentence, heading, rows) for (sentence, heading), rows in groups.items()]


def of_fault(fault: Fault, scale: Scale) -> str:
    """Return one fault in a sentence: what was found, what was expected, what to do."""
    words = {
        "found": fault.found,
        "other": fault.other,
        "heading": fault.heading,
        "low": f"{scale.low:g}",
        "high": f"{scale.high:g}",
        "heaviest": wording.decimal(HEAVIEST),
    }
    return {
        Kind.NO_FEATURE: _("It does not say which feature was rated. Write its key or title."),
        Kind.UNKNOWN_FEATURE: _(
            "No feature has the key or title “%(found)s”. Correct it, or import the feature first."
        ),
        Kind.NO_PERSON: _("It does not say who rated. Write an address or a name."),
        Kind.NO_CRITERION: _("It does not say what was rated. Write the criterion’s name."),
        Kind.NOT_A_RATING: _(
            "“%(found)s” is not a rating. Write a number from %(low)s to %(high)s, or leave it empty."
        ),
        Kind.OUT_OF_SCALE: _("%(found)s is not between %(low)s and %(high)s. Correct it, or the ends of the scale."),
        Kind.NOT_WHOLE: _("%(found)s is not whole. A rating is 1, 2, 3, 4 or 5."),
        Kind.RATED_TWICE: _("This person rated the same in row %(other)s, with another value. Keep one of them."),
        Kind.NOT_A_WEIGHT: _("“%(found)s” is not a weight. Write a number from 0 to %(heaviest)s."),
        Kind.TWO_WEIGHTS: _("This person weighs %(other)s further up and %(found)s here. Write the same in all rows."),
        Kind.TWO_DEPARTMENTS: _("This person is of “%(other)s” further up and of “%(found)s” here. Keep one."),
        Kind.TOO_MANY_CELLS: _("This row has %(found)s cells and the heading has %(other)s."),
    }[fault.kind] % words


def was_imported(round: Round) -> bool:
    """Whether a round came in from a file rather than being held here. One query."""
    return Activity.objects.about("round", round.pk).filter(verb=Verb.IMPORTED).exists()
