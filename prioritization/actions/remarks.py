"""What a person says on their ballot in words: a comment, or a question that is mailed to the feature's owner.

A question of an anonymous round is mailed when the round closes, together with all others: who was on their ballot when it
was asked would be known.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from prioritization.actions.ballots import NotAsked
from prioritization.models import Ballot, Remark
from prioritization.queries.remarks import are_held_back, asker_of, is_anonymous
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
        if kind == Remark.Kind.QUESTION and not are_held_back(invitation.round):
            _mail_question(remark, now=arrived)
    return remark


def answerer_of(feature: Feature, round: Round, *, asked_by: Seat) -> Seat | None:
    """Return whom a question about a feature goes to: its owner, else who opened the round, if they are still there.

    Nobody is asked by themselves; None when there is no one. In an anonymous round an owner's question goes to nobody
    else either: that it passes the owner by would say whose it is.
    """
    there = [seat for seat in (feature.owner, round.opened_by) if seat and seat.is_current]
    if is_anonymous(round):
        there = there[:1]
    return next((seat for seat in there if seat.pk != asked_by.pk), None)


def mail_held_questions(round: Round, *, now: datetime) -> None:
    """Mail what was asked in an anonymous round that closes, in the order of the alphabet. Repeating it mails nothing."""
    if is_anonymous(round):
        asked = Remark.objects.filter(round=round, kind=Remark.Kind.QUESTION).select_related("feature__owner", "seat")
        for remark in asked.order_by("text", "pk"):
            remark.round = round
            _mail_question(remark, now=now)


def _mail_question(remark: Remark, *, now: datetime) -> None:
    assert remark.feature  # noqa: S101  a constraint: a question is about a feature
    to = answerer_of(remark.feature, remark.round, asked_by=remark.seat)
    if to:
        outbox.queue_to_seat(
            Message.Kind.QUESTION,
            remark.round,
            to,
            name=str(remark.pk),
            facts={"remark": remark.pk},
            now=now,
        )
