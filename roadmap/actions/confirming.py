"""Takes answers to a round of confirmation, and notes that came too late for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from roadmap.models import Answer, AnswerFeature, Confirmation, Feature, LateAnswer, Version
from roadmap.queries.versions import features_in
from stakeholders.actions import outbox
from stakeholders.actions.closing import AnswerIsLate, RoundIsClosed, taking_answer
from stakeholders.actions.voices import OwnAnswerStands, own_answer_stands
from stakeholders.activity import record
from stakeholders.models import Invitation, Message, Verb

__all__ = ["AnswerIsLate", "RoundIsClosed", "answer_confirmation", "leave_late_note"]


def answer_confirmation(
    invitation: Invitation,
    *,
    verdict: str,
    text: str = "",
    features: Collection[int] = (),
    nonce: str,
    arrived: datetime,
) -> Answer:
    """Append what a person says about a version; it stands until their next one, or for good at the deadline.

    verdict   of Answer.Verdict; concerns and an objection need `text`, for the others it is dropped
    features  ids of features that a concern or objection names, of this version or one before it, since one may object
              to a removal; others are passed over
    nonce     of the form: the same request again returns the first answer and writes nothing
    arrived   `clock.arrived_at()`, taken before any transaction

    A delegate (`invitation.standing_in`) is named in the row. Once the person has answered, a delegate's answer is refused
    with OwnAnswerStands; of two that come at the same moment `rules.voices` lets the person's own stand.

    A manager cannot enter an answer to a confirmation. It is a signature: leadership trusts "everyone confirmed" because
    each of them said so, silence never turns into consent, and an objection may be withdrawn by its author only (METHODS
    l). A manager who typed in a "yes" that was said on the phone would be the one who wants that yes. Who can't answer
    names a delegate, or is handed their own link.

    The row, the invitation's counters and the receipt are one transaction, in which the round cannot close. Raises
    ValidationError, and from the round AnswerIsLate, RoundIsClosed or RoundIsBusy; then nothing is written.
    """
    confirmation = (
        Confirmation.objects.select_related("version").defer("version__snapshot").get(round=invitation.round_id)
    )
    if (known := _repeated(confirmation, invitation, nonce)) is not None:
        return known
    text = text.replace("\r\n", "\n").strip()
    names_features = verdict in (Answer.Verdict.CONCERNS, Answer.Verdict.OBJECT)
    answer = Answer(
        confirmation=confirmation,
        seat=invitation.seat,
        verdict=verdict,
        text=text if names_features else "",
        entered_by=invitation.standing_in,
        arrived_at=arrived,
        nonce=nonce,
    )
    if names_features and not text:
        raise ValidationError({"text": NEEDS_TEXT[Answer.Verdict(verdict)]()})
    named = _named_features(confirmation.version, features if names_features else ())
    answer.full_clean(exclude=["confirmation", "seat", "entered_by"], validate_unique=False, validate_constraints=False)
    try:
        with taking_answer(invitation, arrived=arrived):
            if answer.entered_by and confirmation.answers.filter(seat=invitation.seat_id, entered_by=None).exists():
                raise OwnAnswerStands(own_answer_stands(invitation), code="own")
            answer.save(force_insert=True)
            AnswerFeature.objects.bulk_create([AnswerFeature(answer=answer, feature=feature) for feature in named])
            _note(invitation, answer)
    except IntegrityError:
        # The same request came twice at once, and the other one was written first.
        if (known := _repeated(confirmation, invitation, nonce)) is not None:
            return known
        raise
    return answer


NEEDS_TEXT = {
    Answer.Verdict.CONCERNS: lambda: _("Say what people should look at."),
    Answer.Verdict.OBJECT: lambda: _("Say why, and what would have to change."),
}


def _repeated(confirmation: Confirmation, invitation: Invitation, nonce: str) -> Answer | None:
    """Return the answer that this very request gave before; a nonce of someone else is refused."""
    known = Answer.objects.filter(nonce=nonce).first()
    if known is None:
        return None
    if (known.confirmation_id, known.seat_id) != (confirmation.pk, invitation.seat_id):
        raise ValidationError(_("This form was used already. Open the page again."), code="nonce")
    return known


def _named_features(version: Version, wanted: Collection[int]) -> list[Feature]:
    """Return the features that an answer names. Snapshots never change, so they are read before the round is held."""
    there = features_in(version, wanted)
    return list(Feature.objects.filter(product=version.product_id, pk__in=there).order_by("number")) if there else []


def _note(invitation: Invitation, answer: Answer) -> None:
    """What follows from an answer: the invitation's counters, the receipt, the log (which never says the answer)."""
    is_first = invitation.answered_at is None
    Invitation.objects.filter(pk=invitation.pk).update(
        answered=1, answered_at=Coalesce("answered_at", answer.arrived_at), last_answer_at=answer.arrived_at
    )
    outbox.queue(
        Message.Kind.RECEIPT,
        invitation.round,
        [invitation],
        due_at=answer.arrived_at,
        now=answer.arrived_at,
        name=str(answer.pk),
        facts={"answer": answer.pk},
    )
    if answer.entered_by:
        record(answer.entered_by, Verb.STOOD_IN, invitation.round, at=answer.arrived_at, seat=invitation.seat_id)
    else:
        record(invitation.seat, Verb.ANSWERED, invitation.round, at=answer.arrived_at, again=not is_first)


@transaction.atomic
def leave_late_note(invitation: Invitation, *, text: str, arrived: datetime) -> LateAnswer:
    """Keep what someone wanted to say after the deadline: it stands under the outcome, and counts for nothing.

    The same words again are the same note. Raises ValidationError for an empty one, and while answers are still taken.
    """
    confirmation = Confirmation.objects.select_related("round").get(round=invitation.round_id)
    text = text.replace("\r\n", "\n").strip()
    if invitation.standing_in is not None:
        raise ValidationError(
            _("A note stands under the name of the person asked: only they can leave one."), code="delegate"
        )
    if not text:
        raise ValidationError(_("A note needs words."), code="empty")
    if invitation.takes_answers_at(arrived):
        raise ValidationError(_("Answers are still taken. Give yours instead."), code="open")
    known = confirmation.late_answers.filter(seat=invitation.seat_id, text=text).first()
    if known is not None:
        return known
    note = LateAnswer(confirmation=confirmation, seat=invitation.seat, text=text, arrived_at=arrived)
    note.full_clean()
    note.save(force_insert=True)
    return note
