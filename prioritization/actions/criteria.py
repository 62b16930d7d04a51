"""Changes by what a product's features are judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from prioritization.actions.scores import request_scores
from prioritization.models import Criterion
from prioritization.queries.criteria import criteria_of, fingerprint, locking_round
from prioritization.rules.criteria import AskedCriterion
from roadmap.models import Product
from stakeholders.activity import record
from stakeholders.models import Round, Seat, Verb

TERMS = ("name", "question", "low_anchor", "high_anchor", "weight", "is_cost")


class CriteriaLocked(Exception):
    """A voting round is open, whose people were asked by the criteria as they are."""

    def __init__(self, round: Round) -> None:
        super().__init__(round.title)
        self.round = round


class CriteriaMoved(Exception):
    """Somebody else changed the criteria after the form was opened."""


@transaction.atomic
def change_criteria(
    product: Product, *, criteria: Sequence[AskedCriterion], seen: str, by: Seat | None, now: datetime
) -> None:
    """Make these, in this order, the product's own criteria; log what is new, other or gone, and ask for new scores.

    seen  `fingerprint` of the criteria that the form was opened with

    A criterion is known by its key: renamed it keeps its votes; one that is gone keeps them for a return. The same as
    before changes nothing. Raises CriteriaLocked while a voting round is open, CriteriaMoved when `seen` is not what
    stands now, ValueError when no weight is above 0 or a key stands twice.
    """
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if round := locking_round(product):
        raise CriteriaLocked(round)
    before = {each.key: each for each in criteria_of(product)}
    if fingerprint(before.values()) != seen:
        raise CriteriaMoved
    after = {each.key: each for each in criteria}
    if len(after) < len(criteria) or not any(each.weight > 0 for each in criteria):
        raise ValueError("Criteria need keys of their own, and one a weight above 0.")
    if list(before.values()) == list(criteria):
        return
    for key in before.keys() - after.keys():
        _forget(product, before[key], by=by, now=now)
    for position, each in enumerate(criteria):
        row = _write(product, each, position)
        if each.key not in before:
            record(by, Verb.CREATED, row, at=now, label=each.name)
        elif changes := _changes(before[each.key], each):
            record(by, Verb.CHANGED, row, at=now, label=each.name, changes=changes)
    request_scores(product.pk, now=now)


def _write(product: Product, criterion: AskedCriterion, position: int) -> Criterion:
    terms = {name: getattr(criterion, name) for name in TERMS}
    row, _made = Criterion.objects.update_or_create(
        product=product, key=criterion.key, defaults={**terms, "position": position}
    )
    row.raters.set(criterion.raters)
    return row


def _forget(product: Product, criterion: AskedCriterion, *, by: Seat | None, now: datetime) -> None:
    row = Criterion.objects.filter(product=product, key=criterion.key).first()
    record(by, Verb.DELETED, row or Criterion(product=product, key=criterion.key), at=now, label=criterion.name)
    if row:
        row.delete()


def _changes(before: AskedCriterion, after: AskedCriterion) -> dict[str, Any]:
    old, new = before.as_json(), after.as_json()
    return {name: [old[name], new[name]] for name in (*TERMS, "raters") if old[name] != new[name]}
