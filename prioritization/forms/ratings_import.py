"""What one decides about a sheet of ratings: its columns, its scale, its title and when it was filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from prioritization.queries.rating_sheets import missing_columns
from prioritization.rules.rating_sheets import FURTHEST, OWN, Column, Scale, guess, guess_scale
from roadmap.models import Product
from roadmap.rules.imports.reading import Table
from stakeholders.forms.days import DayField

COLUMN_NAMES = {
    Column.FEATURE: lazy("Feature: key or title"),
    Column.PERSON: lazy("Person: address or name"),
    Column.DEPARTMENT: lazy("Department"),
    Column.WEIGHT: lazy("Voting weight"),
    Column.CRITERION: lazy("Which criterion"),
    Column.VALUE: lazy("Rating"),
}
NOON = time(12)


class SheetForm(forms.Form):
    """Columns are read from "column-0", "column-1", …; what is not sent stands as guessed."""

    title = forms.CharField(
        label=lazy("Title of the round"),
        max_length=160,
        error_messages={"required": lazy("A round needs a title.")},
    )
    given_on = DayField(
        label=lazy("When the ratings were given"),
        help_text=lazy("Whatever the same people said later stays what counts."),
        error_messages={"required": lazy("Say on which day."), "invalid": lazy("Write a day such as 2026-03-31.")},
    )
    low = forms.FloatField(
        min_value=-FURTHEST,
        max_value=FURTHEST,
        label=lazy("Lowest rating"),
        error_messages={"required": lazy("Write the scale’s lowest number.")},
    )
    high = forms.FloatField(
        min_value=-FURTHEST,
        max_value=FURTHEST,
        label=lazy("Highest rating"),
        error_messages={"required": lazy("Write the scale’s highest number.")},
    )

    def __init__(self, data: QueryDict, *, table: Table, product: Product, today: date, name: str) -> None:
        self.table, self.product = table, product
        guessed = guess(table)
        self.columns = tuple(
            _column(data.get(f"column-{i}", guessed[i]), heading) for i, heading in enumerate(table.header)
        )
        scale = guess_scale(table, self.columns)
        sent = data.copy()
        title = name.rpartition(".")[0] or name or _("Imported ratings")
        for field, value in (
            ("title", title),
            ("given_on", today.isoformat()),
            ("low", f"{scale.low:g}"),
            ("high", f"{scale.high:g}"),
        ):
            sent.setdefault(field, value)
        super().__init__(sent)

    def clean(self) -> None:
        low, high = self.cleaned_data.get("low"), self.cleaned_data.get("high")
        if low is not None and high is not None and low >= high:
            raise ValidationError({"high": _("The highest rating must be above the lowest.")})

    @property
    def missing(self) -> list[str]:
        return missing_columns(self.columns)

    @property
    def scale(self) -> Scale:
        if self.is_valid():
            return Scale(self.cleaned_data["low"], self.cleaned_data["high"])
        return guess_scale(self.table, self.columns)

    def given_at(self, now: datetime) -> datetime:
        """Return the noon of the day, where the product is; today is now."""
        noon = datetime.combine(self.cleaned_data["given_on"], NOON, ZoneInfo(self.product.time_zone))
        return now if noon.date() == now.astimezone(noon.tzinfo).date() else noon

    @property
    def costs(self) -> list[str]:
        return list(self.data.getlist("cost")) if isinstance(self.data, QueryDict) else []

    @property
    def choosers(self) -> list[tuple[str, str, str, list[tuple[str, Any]], str]]:
        """For each column: name of its field, heading, what it is taken for, what it could be, and what is in it."""
        return [
            (
                f"column-{i}",
                heading,
                self.columns[i],
                [*((str(key), label) for key, label in COLUMN_NAMES.items()), (OWN + heading, _("A criterion: %(name)s") % {"name": heading})],
                ", ".join(dict.fromkeys(cell for cell in list(self.table.column(i))[:40] if cell))[:60],
            )
            for i, heading in enumerate(self.table.header)
        ]  # fmt: skip


def _column(sent: str, heading: str) -> str:
    return sent if sent in set(Column) or sent == OWN + heading else ""


def columns_named(table: Table, named: Sequence[str]) -> tuple[str, ...]:
    """Return the guessed columns with some said by name, "feature=Requirement": for the command. Raises ValueError."""
    columns = list(guess(table))
    for text in named:
        name, _sign, heading = text.partition("=")
        places = [i for i, each in enumerate(table.header) if each.casefold() == heading.casefold()]
        wanted = OWN + table.header[places[0]] if places and name == "criterion-of-its-own" else name
        if not places or (wanted and wanted not in set(Column) and not wanted.startswith(OWN)):
            raise ValueError(text)
        columns = ["" if each == wanted else each for each in columns]
        columns[places[0]] = wanted
    return tuple(columns)
