"""What a person says on their ballot in words: a comment, or a question that is mailed to the feature's owner."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from prioritization.actions.ballots import NotAsked
from prioritization.models import Ballot, Remark
from prioritization.queries.remarks import asker_of
from prioritization.rules.ballots import Nonce
from roadmap.models import Feature
from stakeholders.actions import outbox
from stakeholders.actions.closing import taking_answer
from stakeholders.activity import record
from stakeholders.models import Message, Round, Seat, Verb

MOST = 20
"""Remarks of one person on one feature: enough for any talk, too few to flood its owner's mail."""


def leave_remark(
    ballot: Ballot, feature_id: int | None, *, kind: str, text: str, arrived: datetime, nonce: Nonce | None = None
) -> Remark:
    """Keep what someone says about a feature, or about the whole ballot (None); a question is mailed to `answerer_of`.

    arrived  `clock.arrived_at()`, taken before anything else
    nonce    of the form or page: the same request again returns the first remark, and mails nothing

    The log says that they wrote, not what; in an anonymous round it says nothing: when somebody wrote would tell who it
    was. Raises ValidationError for one that is empty, too long or one too many, NotAsked, AnswerIsLate, RoundIsClosed,
    RoundIsBusy.
    """
    invitation, text = ballot.invitation, text.replace("\r\n", "\n").replace("\x00", "").strip()
    if invitation.standing_in is not None:
        raise ValidationError(
            _("A remark stands under the name of the person asked: only they can leave one."), code="delegate"
        )
    if not text:
        raise ValidationError(_("Write what you want to say first."), code="empty")
    if len(text) > Remark.LONGEST:
        raise ValidationError(
            _("That is too long: %(length)d characters of at most %(most)d."),
            code="long",
            params={"length": len(text), "most": Remark.LONGEST},
        )
    if feature_id is not None and not ballot.voting.asked.filter(feature=feature_id).exists():
        raise NotAsked(feature_id)
    said = Remark.objects.filter(round=invitation.round_id, seat=invitation.seat_id)
    with taking_answer(invitation, arrived=arrived):
        # one person's remarks wait for each other: a double press finds the first, and nobody passes the limit
        Ballot.objects.select_for_update(no_key=True).get(pk=ballot.pk)
        if nonce and (first := said.filter(nonce=str(nonce)).first()):
            return first
        if said.filter(feature=feature_id).count() >= MOST:
            raise ValidationError(
                _("You have said much about this already. Write to the person directly."), code="many"
            )
        remark = Remark.objects.create(
            round=invitation.round,
            feature_id=feature_id,
            seat=invitation.seat,
            kind=kind,
            text=text,
            arrived_at=arrived,
            nonce=str(nonce or secrets.token_hex(16)),
        )
        if asker_of(remark):
            verb = Verb.ASKED if kind == Remark.Kind.QUESTION else Verb.COMMENTED
            record(invitation.seat, verb, invitation.round, at=arrived, feature=feature_id)
        if kind == Remark.Kind.QUESTION and feature_id is not None:
            _mail_question(remark, Feature.objects.select_related("owner__user").get(pk=feature_id))
    return remark


def answerer_of(feature: Feature, round: Round, *, asked_by: Seat) -> Seat | None:
    """Return whom a question about a feature goes to: its owner, else who opened the round, if they are still there.

    Nobody is asked by themselves; None when there is no one.
    """
    candidates = [feature.owner, round.opened_by]
    return next((seat for seat in candidates if seat and seat.is_current and seat.pk != asked_by.pk), None)


def _mail_question(remark: Remark, feature: Feature) -> None:
    to = answerer_of(feature, remark.round, asked_by=remark.seat)
    if to:
        outbox.queue_to_seat(
            Message.Kind.QUESTION,
            remark.round,
            to,
            name=str(remark.pk),
            facts={"remark": remark.pk},
            now=remark.arrived_at,
        )
