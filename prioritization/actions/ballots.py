"""What a person does to their own ballot: answer, answer again, say that they are done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from prioritization.actions.ballot_rows import Entry, hold, write
from prioritization.actions.scores import request_scores
from prioritization.actions.tallies import count_request_statements, recount
from prioritization.models import Ballot
from prioritization.queries.ballot import Cells, as_shown, criteria_for
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
    standing         what stands about the features that the answer was about, as the person may see it
    """

    answered: int
    asked: int
    changed: int
    arrived: datetime
    standing: Cells


def save_ratings(
    ballot: Ballot,
    feature_id: int,
    answers: Answers,
    *,
    arrived: datetime,
    nonce: Nonce | None = None,
    waited: timedelta = timedelta(0),
) -> Saved:
    """Write one person's answers about one feature, as they tap them; counting is left to a worker (`count_request_statements`).

    arrived  `clock.arrived_at()`, taken before anything else: it decides whether the answers are in time
    nonce    of the tap or form: the same request again changes nothing and gets the answer of the first
    waited   how long it waited in the page: it orders the answers of two devices, and decides about no deadline
    entered_by  a manager who types in what the person said; a delegate stands in the invitation (`standing_in`)

    The same answers sent again change nothing, so a request whose reply was lost may simply be repeated; what was
    overtaken on its way (`rules.ballots.is_overtaken`) changes nothing either. What a stronger voice has said
    (`stakeholders.rules.voices`: the person before the delegate before a manager) is never replaced by a weaker one.
    Raises OwnAnswerStands when it would be, NotAsked, AnswerIsLate, RoundIsClosed, RoundIsBusy; then nothing is written.
    """
    return _save(ballot, {feature_id: answers}, arrived=arrived, nonce=nonce, waited=waited)


def save_sheet(
    ballot: Ballot,
    sheet: Mapping[int, Answers],
    *,
    arrived: datetime,
    nonce: Nonce | None = None,
    waited: timedelta = timedelta(0),
    entered_by: Seat | None = None,
    tell: Callable[[int], None] | None = None,
) -> Saved:
    """Write one person's answers about features, by id, and count them at once, or nothing; else as `save_ratings`.

    tell  called with how many cells changed, where any did, as part of the same transaction
    """
    return _save(
        ballot,
        sheet,
        arrived=arrived,
        nonce=nonce,
        waited=waited,
        entered_by=entered_by,
        is_counted_now=True,
        tell=tell,
    )


def _save(
    ballot: Ballot,
    sheet: Mapping[int, Answers],
    *,
    arrived: datetime,
    nonce: Nonce | None,
    waited: timedelta,
    entered_by: Seat | None = None,
    is_counted_now: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Saved:
    invitation = ballot.invitation
    by = invitation.standing_in or entered_by
    allowed = {each.key for each in criteria_for(ballot.voting, invitation.department_id)}
    asked = ballot.voting.feature_ids
    if unasked := [pk for pk, answers in sheet.items() if pk not in asked or not set(answers) <= allowed]:
        raise NotAsked(unasked[0])
    waited_ms = int(waited / timedelta(milliseconds=1))
    given = [
        Entry(pk, key, value, by.pk if by else None, arrived, waited_ms)
        for pk, answers in sheet.items()
        for key, value in answers.items()
    ]
    with taking_answer(invitation, arrived=arrived):
        history = _History(ballot, sheet)
        new = [each for each in given if not history.repeats(each, nonce)]
        heard = [each for each in new if not history.is_spoken_for(each)]
        if any(not history.says_already(each) for each in new if each not in heard):
            raise OwnAnswerStands(own_answer_stands(invitation), code="own")
        standing = [each for each in heard if not history.overtakes(each, nonce)]
        changed = [each for each in standing if not history.says_already(each) or history.is_louder(each)]
        after = history.held | {each.cell: each for each in standing}
        answered = sum(criterion in allowed for _feature, criterion in after)
        product_id, touched = invitation.round.product_id, {each.feature_id for each in standing}
        if standing:
            asked_for = write(
                ballot.pk,
                invitation.pk,
                standing,
                changed,
                nonce=str(nonce) if nonce and not history.first_arrival(nonce) else "",
                answered=answered,
                is_complete=answered >= invitation.asked,
                arrived=arrived,
                then=() if is_counted_now else count_request_statements(product_id, touched),
            )
        if changed:
            _note_beginning(invitation, arrived, is_entered=entered_by is not None)
            if tell:
                tell(len(changed))
        if standing and is_counted_now:
            recount(product_id, touched, now=arrived)
        elif standing and not asked_for:
            request_scores(product_id, now=arrived)
    first = history.first_arrival(nonce) if nonce and not new else None
    return Saved(
        answered, invitation.asked, len(changed), first or arrived, _seen_by(invitation, after.values(), sheet)
    )


def _seen_by(invitation: Invitation, entries: Iterable[Entry], sheet: Mapping[int, Answers]) -> Cells:
    """Return what stands about the features of a sheet; whoever stands in sees nothing that the person said."""
    stands_in = invitation.standing_in is not None
    shown = (each for each in entries if each.feature_id in sheet and (each.entered_by_id or not stands_in))
    return as_shown(each[:3] for each in shown)


class _History:
    """What stands on a ballot, and every change of some features that led to it; taken under the ballot's lock."""

    def __init__(self, ballot: Ballot, feature_ids: Collection[int]) -> None:
        held, changes = hold(ballot.pk, feature_ids)
        self.held = {each.cell: each for each in held}
        self.invitation = ballot.invitation
        self.changes: dict[tuple[int, str], list[Entry]] = defaultdict(list)
        for each in changes:
            self.changes[each.cell].append(each)

    def repeats(self, entry: Entry, nonce: Nonce | None) -> bool:
        """Whether this very answer came before: the same nonce and the same value.

        The same nonce with another value is another answer: the Back button brings a form again, its nonce with it.
        """
        changes = self.changes[entry.cell]
        return nonce is not None and any((each.nonce, each.value) == (str(nonce), entry.value) for each in changes)

    def first_arrival(self, nonce: Nonce) -> datetime | None:
        """Return when a request of this nonce first changed anything; None if none has."""
        came = (each.arrived_at for changes in self.changes.values() for each in changes if each.nonce == str(nonce))
        return min(came, default=None)

    def says_already(self, entry: Entry) -> bool:
        held = self.held.get(entry.cell)
        return held is not None and held.value == entry.value

    def is_spoken_for(self, entry: Entry) -> bool:
        """Whether a stronger voice has answered this cell."""
        held = self.held.get(entry.cell)
        return held is not None and self._voice(held) > self._voice(entry)

    def is_louder(self, entry: Entry) -> bool:
        """Whether this is a stronger voice than what stands: then it stands whenever it comes, and is written down anew."""
        held = self.held.get(entry.cell)
        return held is not None and self._voice(entry) > self._voice(held)

    @cached_property
    def _delegate(self) -> int | None:
        seat = self.invitation.seat_id
        return delegates_of(self.invitation.round, [seat]).get(seat)

    def _voice(self, entry: Entry) -> Voice:
        """Whose voice an answer is; who is the delegate is asked only where somebody stood in."""
        return voice_of(entry.entered_by_id, delegate=self._delegate if entry.entered_by_id else None)

    def overtakes(self, entry: Entry, nonce: Nonce | None) -> bool:
        """Whether what stands in this cell is later than `entry`."""
        if self.is_louder(entry):
            return False
        nonces = [read_nonce(each.nonce) for each in self.changes[entry.cell]]
        held = self.held.get(entry.cell)
        stands = Given(nonces[-1] if nonces else None, held.given_at) if held else None
        return is_overtaken(Given(nonce, entry.given_at), stands, [each for each in nonces if each])


def _note_beginning(invitation: Invitation, arrived: datetime, *, is_entered: bool) -> None:
    """With a person's first answer: who stood in for them is logged, and a receipt of what will be in is due in a while."""
    if invitation.answered:
        return
    if invitation.standing_in is not None:
        record(invitation.standing_in, Verb.STOOD_IN, invitation.round, at=arrived, seat=invitation.seat_id)
    if not is_entered:
        due_at = arrived + UNFINISHED_RECEIPT_AFTER
        outbox.queue(Message.Kind.RECEIPT, invitation.round, [invitation], due_at=due_at, now=arrived, name="begun")


def finish_ballot(ballot: Ballot, *, arrived: datetime) -> Ballot:
    """Take a ballot as done, whatever is unanswered, and put its receipt into the outbox. It can still be changed.

    Pressing it again without an answer in between sends no second receipt and is not logged. In an anonymous round it
    never is: the moment could tell whose vote it was. Raises AnswerIsLate, RoundIsClosed, RoundIsBusy.
    """
    invitation = ballot.invitation
    with taking_answer(invitation, arrived=arrived):
        held = Ballot.objects.select_for_update().get(pk=ballot.pk)
        latest, changed_at = held.changes.order_by("-pk").values_list("pk", "arrived_at").first() or (0, arrived)
        is_news = held.done_at is None or changed_at > held.done_at
        if is_news and invitation.standing_in is None and not ballot.voting.is_anonymous:
            record(invitation.seat, Verb.VOTED, invitation.round, at=arrived, again=held.done_at is not None)
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
