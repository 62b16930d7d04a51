"""Keeps the tallies current: what scoring needs of the ratings, feature by feature."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from prioritization.actions.scores import request_scores
from prioritization.models import CountRequest, Rating, RatingStamp, Tally, VotingRound
from prioritization.queries.ratings import Vote, standing_votes
from prioritization.rules.secrecy import comes_out
from roadmap.models import Feature
from stakeholders.statements import Statement

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

    Called by whatever saves many ratings, in its transaction and after the save, by whatever closes a round, and for those
    who vote by a worker (`count_request_statements`). Two people who rate the same feature at once wait for each other here, because
    either would otherwise count without the other's rating; the lock lets rows refer to the feature meanwhile. Repeating
    it changes nothing.

    Answers of an open anonymous round are counted when their batch comes out, which is here.
    """
    if _count(product_id, feature_ids, now=now):
        request_scores(product_id, now=now)


def _count(product_id: int, feature_ids: Collection[int], *, now: datetime) -> bool:
    """Count these features' ratings anew and write what differs; return whether anything does. See `recount`."""
    locked = Feature.objects.filter(product_id=product_id, pk__in=feature_ids).order_by("pk")
    ids = [feature.pk for feature in locked.select_for_update(no_key=True).only("pk")]
    _let_out(ids, now=now)
    _stamp(product_id, ids)
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
        return False
    Tally.objects.filter(pk__in=gone).delete()
    Tally.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=Sums._fields)
    Tally.objects.bulk_create(
        Tally(feature_id=feature, criterion=criterion, department_id=department, value=value, **sums._asdict())
        for (feature, criterion, department, value), sums in fresh.items()
    )
    return True


def _stamp(product_id: int, feature_ids: Collection[int]) -> None:
    """Say that these features' ratings may be others than before; the caller holds the features."""
    RatingStamp.objects.bulk_create(
        [RatingStamp(product_id=product_id, feature_id=pk, stamp=secrets.randbits(62)) for pk in feature_ids],
        update_conflicts=True,
        unique_fields=["feature"],
        update_fields=["stamp"],
    )


def _let_out(feature_ids: Collection[int], *, now: datetime) -> None:
    """Let the batches that are complete out, of open anonymous rounds about these features; see `rules.secrecy`."""
    waiting = Rating.objects.filter(
        feature_id__in=feature_ids,
        shown_at=None,
        ballot__voting__secrecy=VotingRound.Secrecy.ANONYMOUS,
        ballot__voting__revealed_at=None,
        ballot__voting__round__closed_at=None,
        ballot__voting__round__cancelled_at=None,
    )
    cells: dict[tuple[int, str, int, int | None], list[tuple[int, bool]]] = defaultdict(list)
    for feature, criterion, voting, department, pk, value in waiting.order_by("arrived_at", "pk").values_list(
        "feature_id", "criterion", "ballot__voting_id", "ballot__invitation__department_id", "pk", "value"
    ):
        cells[feature, criterion, voting, department].append((pk, value is not None))
    out = [pk for cell in cells.values() for pk, _ in cell[: comes_out([has_value for _, has_value in cell])]]
    if out:
        Rating.objects.filter(pk__in=out).update(shown_at=now, shown_value=F("value"))


def count_request_statements(product_id: int, feature_ids: Iterable[int]) -> tuple[Statement, Statement]:
    """Return the statements, for the message that changes them, that have these features' ratings counted by a worker.

    The last brings a row if scores are asked for already; otherwise call `request_scores`, last in the transaction. So
    only the first vote after a worker began writes what others write: a tap is acknowledged before anything is counted,
    and hardly waits for other voters. A worker counts (`count_asked`) as soon as the transaction is through, and all that
    came meanwhile at once; closing a round counts by itself. What a run overlooked, because the vote was committed as it
    ended, is found by the sweep.
    """
    ids = sorted(feature_ids)
    marks = ", ".join(["(%s, %s)"] * len(ids))
    return (
        (
            f"INSERT INTO prioritization_countrequest (product_id, feature_id) VALUES {marks}",  # noqa: S608
            [part for each in ids for part in (product_id, each)],
        ),
        ("SELECT id FROM prioritization_scorerequest WHERE product_id = %s AND is_new", [product_id]),
    )


@transaction.atomic
def count_asked(product_id: int, *, now: datetime) -> None:
    """Count what was asked for, and forget the requests; those that come meanwhile stay. Repeating it changes nothing.

    Called by who scores next, so it asks for no scores.
    """
    asked = dict(CountRequest.objects.filter(product_id=product_id).values_list("pk", "feature_id"))
    if asked:
        _count(product_id, set(asked.values()), now=now)
        CountRequest.objects.filter(pk__in=asked).delete()


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
