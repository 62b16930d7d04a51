"""Reads by what a product's features are judged, and the four criteria of a product that has none of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from prioritization.models import Criterion
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Product
from stakeholders.models import Round
from stakeholders.queries.activity import ActivityLine, lines_of_kind

# Right is better in all four, also in effort; the weights are shares of 1.
DEFAULTS: tuple[dict[str, str | float | Promise], ...] = (
    {
        "key": "impact",
        "name": _("Business impact"),
        "question": _("How much would this move our numbers?"),
        "low_anchor": _("none"),
        "high_anchor": _("very large"),
        "weight": 0.35,
    },
    {
        "key": "effort",
        "name": _("Technical effort"),
        "question": _("How light is it to build? Right is lighter."),
        "low_anchor": _("very heavy"),
        "high_anchor": _("very light"),
        "weight": 0.25,
    },
    {
        "key": "ease",
        "name": _("Operational ease"),
        "question": _("How easy to run and support, once live?"),
        "low_anchor": _("very hard"),
        "high_anchor": _("very easy"),
        "weight": 0.15,
    },
    {
        "key": "happiness",
        "name": _("Customer happiness"),
        "question": _("How much happier would customers be?"),
        "low_anchor": _("not at all"),
        "high_anchor": _("very much"),
        "weight": 0.25,
    },
)

SHORT_NAMES: dict[str, Promise] = {
    "impact": _("Impact"),
    "effort": _("Effort"),
    "ease": _("Ease"),
    "happiness": _("Happiness"),
}
"""What the defaults are called where there is no room for two words."""

KEY_LENGTH = 20


def default_criteria() -> list[AskedCriterion]:
    """Return the four default criteria in the reader's language."""
    return [
        AskedCriterion(**{name: str(value) if isinstance(value, Promise) else value for name, value in terms.items()})
        for terms in DEFAULTS
    ]


def criteria_of(product: Product) -> list[AskedCriterion]:
    """Return the criteria that a product's features are judged by, in order; the defaults when it has none of its own.

    Two queries when it has its own, one when not.
    """
    own = Criterion.objects.filter(product=product).prefetch_related("raters")
    return [
        AskedCriterion(
            key=each.key,
            name=each.name,
            question=each.question,
            low_anchor=each.low_anchor,
            high_anchor=each.high_anchor,
            weight=each.weight,
            is_cost=each.is_cost,
            raters=tuple(sorted(department.pk for department in each.raters.all())),
        )
        for each in own
    ] or default_criteria()


def free_key(name: str, taken: Collection[str]) -> str:
    """Return a key for a new criterion that is not among `taken`: "time-to-value", "time-to-value-2".

    It begins with a letter and has at most KEY_LENGTH characters; a name without Latin letters and digits is "criterion".
    """
    base = slugify(name).replace("_", "-").strip("-") or "criterion"
    base = base if base[0].isalpha() else f"c-{base}"
    key, number = base[:KEY_LENGTH].strip("-"), 2
    while key in taken:
        end = f"-{number}"
        key, number = f"{base[: KEY_LENGTH - len(end)].strip('-')}{end}", number + 1
    return key


def fingerprint(criteria: Iterable[AskedCriterion]) -> str:
    """Return what tells criteria from the same ones changed, for a form that is kept open."""
    return sha256(repr([each.as_json() for each in criteria]).encode()).hexdigest()[:16]


def locking_round(product: Product) -> Round | None:
    """Return the open voting round that keeps the criteria as they are, the one that closes last."""
    return Round.objects.open().filter(product=product, kind="voting").order_by("-deadline_at").first()


def criteria_history(product: Product, *, limit: int = 8) -> list[ActivityLine]:
    """Return what was changed in the criteria, the latest first: two queries."""
    return lines_of_kind("criterion", product=product, limit=limit)
