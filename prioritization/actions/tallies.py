"""Keeps the tallies current: what scoring needs of the ratings, feature by feature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from prioritization.actions.scores import request_scores
from prioritization.models import Tally
from prioritization.queries.ratings import Vote, standing_votes
from roadmap.models import Feature

Cell = tuple[int, str, int | None, int | None]


class Sums(NamedTuple):
    """What one tally row holds of the people who gave a feature the same value on the same criterion."""

    votes: int = 0
    counted: int = 0
    weight_sum: float = 0.0
    weight_square_sum: float = 0.0

    def plus(self, weight: float) -> Sums:
        return Sums(
            self.votes + 1, self.counted + (weight > 0), self.weight_sum + weight, self.weight_square_sum + weight**2
        )


@transaction.atomic
def recount(product_id: int, feature_ids: Collection[int], *, now: datetime) -> None:
    """Count these features' ratings anew, write what differs, and ask for new scores if anything does.

    Called by whatever saves a rating, in its transaction and after the save: tallies and ratings change together or not
    at all. Two people who rate the same feature at once wait for each other here, because either would otherwise count
    without the other's rating; the lock lets rows refer to the feature meanwhile. Repeating it changes nothing.
    """
    locked = Feature.objects.filter(product_id=product_id, pk__in=feature_ids).order_by("pk")
    ids = [feature.pk for feature in locked.select_for_update(no_key=True).only("pk")]
    fresh = count_votes(standing_votes(ids))
    changed, gone = [], []
    for tally in Tally.objects.filter(feature_id__in=ids):
        sums = fresh.pop((tally.feature_id, tally.criterion, tally.department_id, tally.value), None)
        if sums is None:
            gone.append(tally.pk)
        elif sums != (tally.votes, tally.counted, tally.weight_sum, tally.weight_square_sum):
            tally.votes, tally.counted, tally.weight_sum, tally.weight_square_sum = sums
            changed.append(tally)
    if not (fresh or changed or gone):
        return
    Tally.objects.filter(pk__in=gone).delete()
    Tally.objects.bulk_update(changed, Sums._fields)
    Tally.objects.bulk_create(
        Tally(feature_id=feature, criterion=criterion, department_id=department, value=value, **sums._asdict())
        for (feature, criterion, department, value), sums in fresh.items()
    )
    request_scores(product_id, now=now)


def recount_product(product_id: int, *, now: datetime) -> None:
    """Count every rated feature of a product anew: after a round was withdrawn, or ratings came in by another door."""
    rated = Feature.objects.filter(product_id=product_id, ratings__isnull=False).distinct()
    recount(product_id, list(rated.values_list("pk", flat=True)), now=now)


def count_votes(votes: Iterable[Vote]) -> dict[Cell, Sums]:
    """Return the sums of each (feature, criterion, department, value), and of the people behind them.

    Under the criterion `Tally.PEOPLE` everyone counts once who gave the feature a value on at least one criterion.
    Weights are summed in the order of their size, so that the order in which people voted changes no bit.
    """
    weights: dict[Cell, list[float]] = defaultdict(list)
    people = {}
    for vote in votes:
        weights[vote.feature_id, vote.criterion, vote.department_id, vote.value].append(vote.weight)
        if vote.value is not None:
            people[vote.feature_id, vote.seat_id] = (vote.department_id, vote.weight)
    for (feature_id, _seat), (department_id, weight) in people.items():
        weights[feature_id, Tally.PEOPLE, department_id, None].append(weight)
    counted = {}
    for cell, each in weights.items():
        sums = Sums()
        for weight in sorted(each):
            sums = sums.plus(weight)
        counted[cell] = sums
    return counted
