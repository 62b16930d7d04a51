"""Reads how a product's votes are read, and who changed that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from prioritization.models import ScoringTerms
from roadmap.models import Product
from stakeholders import wording
from stakeholders.queries.activity import ActivityLine, lines_of_kind

SHOWN = 12


@dataclass(frozen=True)
class TermsChange:
    """One setting that somebody changed, in words."""

    line: ActivityLine
    what: str
    before: str
    after: str


def terms_of(product: Product) -> ScoringTerms:
    """Return the product's scoring terms; the usual ones, unsaved, where it has none of its own. One query."""
    return ScoringTerms.objects.filter(product=product).first() or ScoringTerms(product=product)


def terms_history(product: Product) -> list[TermsChange]:
    """Return who changed which setting and when, the latest first: two queries."""
    return [
        TermsChange(line, _NAMES[what](), _value(what, before), _value(what, after))
        for line in lines_of_kind("scoringterms", product=product, limit=SHOWN)
        for what, before, after in line.changes
        if what in _NAMES
    ]


_NAMES = {
    "takes_out_style": lambda: _("evening out how strictly people rate"),
    "largest_share": lambda: _("the most that one person may weigh"),
}


def _value(what: str, value: Any) -> str:
    if what == "takes_out_style":
        return _("on") if value else _("off")
    return wording.share(value)
