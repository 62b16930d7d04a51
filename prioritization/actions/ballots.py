"""What a person does to their own ballot: answer, answer again, say that they are done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from prioritization.actions.tallies import ask_count, recount
from prioritization.models import Ballot, Rating, RatingChange
from prioritization.queries.ballot import criteria_for
from prioritization.rules.ballots import Given, Nonce, is_overtaken, read_nonce
from stakeholders.actions import outbox
from stakeholders.actions.closing import taking_answer
from stakeholders.actions.voices import OwnAnswerStands, own_answer_stands
from stakeholders.activity import record
from stakeholders.models import Invitation, Message, Seat, Verb
from stakeholders.queries.delegation import delegates_of
from stakeholders.rules.voices import Voice, voice_of

Answers = Mapping[str, int | None]
"""Criterion key -> 1..5, or None for "no opinion"."""

UNFINISHED_RECEIPT_AFTER = timedelta(hours=1)
"""Who begins a ballot and is not done by then gets a receipt of what is in so far: it tells a person whose link another
uses, and reminds one who was interrupted."""


class NotAsked(LookupError):
    """The feature or the criterion is not on this person's ballot."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How a ballot stands after an answer.

    answered, asked  how many cells have an answer now, of how many
    changed          how many cells this answer made new or other
    arrived          when it came in; of a request that is repeated, when it came for the first time
    """

    answered: int
    asked: int
    changed: int
    arrived: datetime


def save_ratings(
    ballot: Ballot,
    feature_id: int,
    answers: Answers,
    *,
    arrived: datetime,
    nonce: Nonce | None = None,
    waited: timedelta = timedelta(0),
) -> Saved:
    """Write one person's answers about one feature, as they tap them; counting is left to a worker (`ask_count`).

    arrived  `clock.arrived_at()`, taken before anything else: it decides whether the answers are in time
    nonce    of the tap or form: the same request again changes nothing and gets the answer of the first
    waited   how long it waited in the page: it orders the answers of two devices, and decides about no deadline
    entered_by  a manager who types in what the person said; a delegate stands in the invitation (`standing_in`)

    The same answers sent again change nothing, so a request whose reply was lost may simply be repeated; what was
    overtaken on its way (`rules.ballots.is_overtaken`) changes nothing either. What a stronger voice has said
    (`stakeholders.rules.voices`: the person before the delegate before a manager) is never replaced by a weaker one.
    Raises OwnAnswerStands when it would be, NotAsked, AnswerIsLate, RoundIsClosed, RoundIsBusy; then nothing is written.
    """
    return _save(ballot, {feature_id: answers}, arrived=arrived, nonce=nonce, waited=waited, follow_up=ask_count)


def save_sheet(
    ballot: Ballot,
    sheet: Mapping[int, Answers],
    *,
    arrived: datetime,
    nonce: Nonce | None = None,
    waited: timedelta = timedelta(0),
    entered_by: Seat | None = None,
) -> Saved:
    """Write one person's answers about features, by id, and count them at once, or nothing; else as `save_ratings`."""
    return _save(ballot, sheet, arrived=arrived, nonce=nonce, waited=waited, entered_by=entered_by, follow_up=recount)


def _save(
    ballot: Ballot,
    sheet: Mapping[int, Answers],
    *,
    arrived: datetime,
    nonce: Nonce | None,
    waited: timedelta,
    entered_by: Seat | None = None,
    follow_up: Callable[..., None],
) -> Saved:
    invitation = ballot.invitation
    by = invitation.standing_in or entered_by
    allowed = {each.key for each in criteria_for(ballot.voting, invitation.department_id)}
    asked = ballot.voting.feature_ids
    if unasked := [pk for pk, answers in sheet.items() if pk not in asked or not set(answers) <= allowed]:
        raise NotAsked(unasked[0])
    given = [
        Rating(
            ballot=ballot,
            feature_id=pk,
            criterion=key,
            value=value,
            entered_by=by,
            arrived_at=arrived,
            waited_ms=_ms(waited),
        )
        for pk, answers in sheet.items()
        for key, value in answers.items()
    ]
    with taking_answer(invitation, arrived=arrived):
        # the devices of one person wait for each other here, and nobody else does
        Ballot.objects.select_for_update(no_key=True).values_list("pk").get(pk=ballot.pk)
        history = _History(ballot, sheet)
        new = [each for each in given if not history.repeats(each, nonce)]
        heard = [each for each in new if not history.is_spoken_for(each)]
        if any(not history.says_already(each) for each in new if each not in heard):
            raise OwnAnswerStands(own_answer_stands(invitation), code="own")
        standing = [each for each in heard if not history.overtakes(each, nonce)]
        changed = [each for each in standing if not history.says_already(each) or history.is_louder(each)]
        if standing:
            _write(standing, changed, nonce if nonce and not history.first_arrival(nonce) else None)
        answered = ballot.ratings.filter(criterion__in=allowed).count()
        if changed:
            _note_progress(invitation, answered, arrived, is_entered=entered_by is not None)
        if standing:
            follow_up(invitation.round.product_id, {each.feature_id for each in standing}, now=arrived)
    first = history.first_arrival(nonce) if nonce and not new else None
    return Saved(answered, invitation.asked, len(changed), first or arrived)


def _ms(waited: timedelta) -> int:
    return int(waited / timedelta(milliseconds=1))


class _History:
    """What stands on a ballot about some features, and every change that led to it."""

    def __init__(self, ballot: Ballot, feature_ids: Collection[int]) -> None:
        self.held = {
            (each.feature_id, each.criterion): each for each in ballot.ratings.filter(feature_id__in=feature_ids)
        }
        self.invitation = ballot.invitation
        self.changes: dict[tuple[int, str], list[RatingChange]] = defaultdict(list)
        for each in ballot.changes.filter(feature_id__in=feature_ids):
            self.changes[each.feature_id, each.criterion].append(each)

    def repeats(self, rating: Rating, nonce: Nonce | None) -> bool:
        """Whether this very answer came before: the same nonce and the same value.

        The same nonce with another value is another answer: the Back button brings a form again, its nonce with it.
        """
        changes = self.changes[rating.feature_id, rating.criterion]
        return nonce is not None and any((each.nonce, each.value) == (str(nonce), rating.value) for each in changes)

    def first_arrival(self, nonce: Nonce) -> datetime | None:
        """Return when a request of this nonce first changed anything; None if none has."""
        came = (each.arrived_at for changes in self.changes.values() for each in changes if each.nonce == str(nonce))
        return min(came, default=None)

    def says_already(self, rating: Rating) -> bool:
        held = self.held.get((rating.feature_id, rating.criterion))
        return held is not None and held.value == rating.value

    def is_spoken_for(self, rating: Rating) -> bool:
        """Whether a stronger voice has answered this cell."""
        held = self.held.get((rating.feature_id, rating.criterion))
        return held is not None and self._voice(held) > self._voice(rating)

    def is_louder(self, rating: Rating) -> bool:
        """Whether this is a stronger voice than what stands: then it stands whenever it comes, and is written down anew."""
        held = self.held.get((rating.feature_id, rating.criterion))
        return held is not None and self._voice(rating) > self._voice(held)

    @cached_property
    def _delegate(self) -> int | None:
        seat = self.invitation.seat_id
        return delegates_of(self.invitation.round, [seat]).get(seat)

    def _voice(self, rating: Rating) -> Voice:
        """Whose voice a rating is; who is the delegate is asked only where somebody stood in."""
        return voice_of(rating.entered_by_id, delegate=self._delegate if rating.entered_by_id else None)

    def overtakes(self, rating: Rating, nonce: Nonce | None) -> bool:
        """Whether what stands in this cell is later than `rating`."""
        if self.is_louder(rating):
            return False
        cell = rating.feature_id, rating.criterion
        nonces = [read_nonce(each.nonce) for each in self.changes[cell]]
        held = self.held.get(cell)
        stands = Given(nonces[-1] if nonces else None, held.given_at) if held else None
        return is_overtaken(Given(nonce, rating.given_at), stands, [each for each in nonces if each])


def _write(standing: list[Rating], changed: list[Rating], nonce: Nonce | None) -> None:
    """Write the ratings that stand now; of those that say what was said before only the time is new."""
    Rating.objects.bulk_create(
        standing,
        update_conflicts=True,
        unique_fields=["ballot", "feature", "criterion"],
        update_fields=["value", "entered_by", "arrived_at", "waited_ms"],
    )
    RatingChange.objects.bulk_create(
        RatingChange(
            ballot=each.ballot,
            feature_id=each.feature_id,
            criterion=each.criterion,
            value=each.value,
            entered_by=each.entered_by,
            arrived_at=each.arrived_at,
            waited_ms=each.waited_ms,
            nonce=str(nonce or ""),
        )
        for each in changed
    )


def _note_progress(invitation: Invitation, answered: int, arrived: datetime, *, is_entered: bool) -> None:
    begins = invitation.answered == 0
    done_at = {"answered_at": Coalesce(F("answered_at"), Value(arrived))} if answered >= invitation.asked else {}
    Invitation.objects.filter(pk=invitation.pk).update(answered=answered, last_answer_at=arrived, **done_at)
    if invitation.standing_in is not None and begins:
        record(invitation.standing_in, Verb.STOOD_IN, invitation.round, at=arrived, seat=invitation.seat_id)
    if begins and not is_entered:
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
