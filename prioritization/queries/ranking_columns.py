"""Which columns the ranking can show, and which of them a person chose."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from prioritization.models import RankingColumns
from stakeholders.models import Seat


class Column(StrEnum):
    """A column beside rank, title and score, which always stand there."""

    RANGE = "range"
    CRITERIA = "criteria"
    SPLIT = "split"
    CHANCE = "chance"
    OBJECTIVE = "objective"
    TEAM = "team"
    RELEASE = "release"
    SIZE = "size"
    VOTES = "votes"
    EFFECTIVE = "effective"
    VALUE = "value"


LABELS: dict[Column, Promise] = {
    Column.RANGE: _("Plausible ranks"),
    Column.CRITERIA: _("Criteria"),
    Column.SPLIT: _("Split"),
    Column.CHANCE: _("Chance to get in"),
    Column.OBJECTIVE: _("Objective"),
    Column.TEAM: _("Team"),
    Column.RELEASE: _("Release"),
    Column.SIZE: _("Size"),
    Column.VOTES: _("Votes"),
    Column.EFFECTIVE: _("Effective voters"),
    Column.VALUE: _("Worth of one more vote"),
}
USUAL = frozenset({Column.RANGE, Column.CRITERIA, Column.SPLIT, Column.OBJECTIVE, Column.SIZE, Column.VOTES})


def columns_of(seat: Seat) -> frozenset[Column]:
    """Return the columns that this person chose, the usual ones while they have not. One query."""
    chosen = RankingColumns.objects.filter(seat=seat).values_list("columns", flat=True).first()
    return USUAL if chosen is None else frozenset(Column(key) for key in chosen if key in set(Column))
