"""What a person does to their own ballot: answer, answer again, say that they are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from prioritization.actions.tallies import recount
from prioritization.models import Ballot, Rating, RatingChange
from prioritization.queries.ballot import criteria_for
from stakeholders.actions import outbox
from stakeholders.actions.closing import taking_answer
from stakeholders.models import Invitation, Message

Answers = Mapping[str, int | None]
"""Criterion key -> 1..5, or None for "no opinion"."""

UNFINISHED_RECEIPT_AFTER = timedelta(hours=1)
"""Who begins a ballot and is not done by then gets a receipt of what is in so far: it tells a person whose link another
uses, and reminds one who was interrupted."""


class NotAsked(LookupError):
    """The feature or the criterion is not on this person's ballot."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How a ballot stands after an answer: how many cells are answered, of how many, and how many were new or other."""

    answered: int
    asked: int
    changed: int


def save_ratings(ballot: Ballot, feature_id: int, answers: Answers, *, arrived: datetime) -> Saved:
    """Write one person's answers about one feature; as `save_sheet`."""
    return save_sheet(ballot, {feature_id: answers}, arrived=arrived)


def save_sheet(ballot: Ballot, sheet: Mapping[int, Answers], *, arrived: datetime) -> Saved:
    """Write one person's answers about features, by id, and everything that follows from them, or nothing.

    arrived  `clock.arrived_at()`, taken before anything else: it decides whether the answers are in time

    The same answers sent again change nothing, so a request whose reply was lost may simply be repeated. Of two that
    arrived in the other order than they come here, the later arrival stands. Raises NotAsked, AnswerIsLate,
    RoundIsClosed, RoundIsBusy.
    """
    invitation = ballot.invitation
    allowed = {each.key for each in criteria_for(ballot.voting, invitation.department_id)}
    asked = set(ballot.voting.asked.filter(feature_id__in=sheet).values_list("feature_id", flat=True))
    if unasked := [pk for pk, answers in sheet.items() if pk not in asked or not set(answers) <= allowed]:
        raise NotAsked(unasked[0])
    with taking_answer(invitation, arrived=arrived):
        Ballot.objects.select_for_update().get(pk=ballot.pk)
        fresh = _differing(ballot, sheet, arrived)
        if fresh:
            _write(ballot, fresh)
        answered = ballot.ratings.filter(criterion__in=allowed).count()
        if fresh:
            _note_progress(invitation, answered, arrived)
            recount(invitation.round.product_id, {each.feature_id for each in fresh}, now=arrived)
    return Saved(answered, invitation.asked, len(fresh))


def _differing(ballot: Ballot, sheet: Mapping[int, Answers], arrived: datetime) -> list[Rating]:
    """Return the ratings that would change what is stored, leaving out those that a later arrival has overtaken."""
    stored = {(each.feature_id, each.criterion): each for each in ballot.ratings.filter(feature_id__in=sheet)}
    return [
        Rating(ballot=ballot, feature_id=feature_id, criterion=key, value=value, arrived_at=arrived)
        for feature_id, answers in sheet.items()
        for key, value in answers.items()
        if (held := stored.get((feature_id, key))) is None or (held.value != value and held.arrived_at <= arrived)
    ]


def _write(ballot: Ballot, ratings: list[Rating]) -> None:
    Rating.objects.bulk_create(
        ratings,
        update_conflicts=True,
        unique_fields=["ballot", "feature", "criterion"],
        update_fields=["value", "arrived_at"],
    )
    RatingChange.objects.bulk_create(
        RatingChange(
            ballot=ballot,
            feature_id=each.feature_id,
            criterion=each.criterion,
            value=each.value,
            arrived_at=each.arrived_at,
        )
        for each in ratings
    )


def _note_progress(invitation: Invitation, answered: int, arrived: datetime) -> None:
    begins = invitation.answered == 0
    done_at = {"answered_at": Coalesce(F("answered_at"), Value(arrived))} if answered >= invitation.asked else {}
    Invitation.objects.filter(pk=invitation.pk).update(answered=answered, last_answer_at=arrived, **done_at)
    if begins:
        due_at = arrived + UNFINISHED_RECEIPT_AFTER
        outbox.queue(Message.Kind.RECEIPT, invitation.round, [invitation], due_at=due_at, now=arrived, name="begun")


def finish_ballot(ballot: Ballot, *, arrived: datetime) -> Ballot:
    """Take a ballot as done, whatever is unanswered, and put its receipt into the outbox. It can still be changed.

    Pressing it again without an answer in between sends no second receipt. Raises AnswerIsLate, RoundIsClosed,
    RoundIsBusy.
    """
    invitation = ballot.invitation
    with taking_answer(invitation, arrived=arrived):
        held = Ballot.objects.select_for_update().get(pk=ballot.pk)
        latest = held.changes.order_by("-pk").values_list("pk", flat=True).first() or 0
        ballot.done_at = arrived
        ballot.save(update_fields=["done_at"])
        Invitation.objects.filter(pk=invitation.pk).update(answered_at=Coalesce(F("answered_at"), Value(arrived)))
        facts = {"done_at": arrived.isoformat()}
        outbox.queue(
            Message.Kind.RECEIPT,
            invitation.round,
            [invitation],
            due_at=arrived,
            now=arrived,
            name=f"done-{latest}",
            facts=facts,
        )
        receipts = Message.objects.filter(round=invitation.round, seat=invitation.seat_id, kind=Message.Kind.RECEIPT)
        newest = receipts.latest("pk")
        outbox.skip(receipts.exclude(pk=newest.pk), why=_("a newer receipt says more"), now=arrived)
    return ballot
