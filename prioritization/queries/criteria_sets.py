"""Sets of criteria to begin with. A set only fills the form in: it is the product's own once it is saved.

Criteria that two sets share have the same key, so that votes stay where the question stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from prioritization.models import Tally
from prioritization.queries.criteria import default_criteria
from prioritization.rules.criteria import AskedCriterion
from prioritization.rules.scales import shares
from roadmap.models import Product


def _value() -> AskedCriterion:
    return AskedCriterion("impact", _("Value"), _("How much is it worth to us?"), _("none"), _("very much"), 0.5)


def _effort(weight: float) -> AskedCriterion:
    question = _("How light is it to build? Right is lighter.")
    return AskedCriterion("effort", _("Technical effort"), question, _("very heavy"), _("very light"), weight)


def _value_and_effort() -> list[AskedCriterion]:
    return [_value(), _effort(0.5)]


def _reach() -> list[AskedCriterion]:
    return [
        AskedCriterion(
            "reach", _("Reach"), _("How many customers would notice it?"), _("a few"), _("nearly all"), 0.25
        ),
        AskedCriterion(
            "impact", _("Impact"), _("How much would it do for each?"), _("hardly any"), _("very much"), 0.25
        ),
        AskedCriterion("confidence", _("Confidence"), _("How sure are we of that?"), _("a guess"), _("measured"), 0.25),
        _effort(0.25),
    ]


def _urgency() -> list[AskedCriterion]:
    return [
        _value(),
        AskedCriterion("urgency", _("Urgency"), _("What do we lose by waiting?"), _("nothing"), _("nearly all"), 0.25),
        AskedCriterion("risk", _("Risk taken away"), _("What does it make safer?"), _("nothing"), _("very much"), 0.25),
        _effort(0.5),
    ]


SETS: Mapping[str, tuple[Any, Callable[[], list[AskedCriterion]]]] = {
    "four": (lazy("Four questions (the usual ones)"), default_criteria),
    "value-effort": (lazy("Value and effort"), _value_and_effort),
    "reach": (lazy("Reach, impact, confidence, effort"), _reach),
    "urgency": (lazy("Value, urgency, risk, effort"), _urgency),
}
"""Name in the address -> words, and the criteria in the reader's language."""


@dataclass(frozen=True)
class Difference:
    """What saving would do to one criterion. Shares are in [0, 1], None where it does not stand.

    votes  how many are given on it by now; those of a criterion that goes are kept, and count again when it comes back
    terms  whether its words, its scale or who may rate it change
    """

    name: str
    before: float | None
    after: float | None
    votes: int
    terms: bool = False


def differences(product: Product, before: list[AskedCriterion], after: list[AskedCriterion]) -> list[Difference]:
    """Return what would become of each criterion, those that stay first and those that go last; one query."""
    votes: dict[str, int] = {}
    for key, count in Tally.objects.filter(feature__product=product, value__isnull=False).values_list(
        "criterion", "votes"
    ):
        votes[key] = votes.get(key, 0) + count
    old = dict(zip((each.key for each in before), shares([each.weight for each in before]), strict=True))
    terms = {each.key: {**each.as_json(), "weight": 0} for each in before}
    new = dict(zip((each.key for each in after), shares([each.weight for each in after]), strict=True))
    found = [
        Difference(
            each.name, old.get(each.key), new[each.key], votes.get(each.key, 0),
            each.key in terms and terms[each.key] != {**each.as_json(), "weight": 0},
        )
        for each in after
    ]  # fmt: skip
    gone = [
        Difference(each.name, old[each.key], None, votes.get(each.key, 0)) for each in before if each.key not in new
    ]
    return found + gone
