"""Mails people their personal link again when they ask for it at the door of a round."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from stakeholders.actions import outbox
from stakeholders.models import Delegation, Message, Round

AGAIN_AFTER = timedelta(minutes=10)
"""Nobody is mailed their link more often than this, however often it is asked for."""
A_DAY_AT_MOST = 6


@transaction.atomic
def send_link_again(round: Round, *, email: str, now: datetime) -> bool:
    """Queue an invitation to whoever has this address and is asked in the round; whether one was queued.

    The caller must say the same to everybody: that an address is asked here is nobody's business. Someone who has
    answered gets the link too, since answers may be changed. Nothing is queued once the round takes no answers, within
    `AGAIN_AFTER` of the last mail with this link, or beyond `A_DAY_AT_MOST`.
    """
    asked = round.invitations.standing().filter(seat__user__email__iexact=email).select_related("round", "seat").first()
    if asked is None:
        return _send_delegates_again(round, email, now)
    if not asked.takes_answers_at(now) or _was_sent_lately(round, asked.seat_id, now):
        return False
    outbox.queue(Message.Kind.INVITATION, round, [asked], due_at=now, now=now, name=_slot(now))
    return True


def _send_delegates_again(round: Round, email: str, now: datetime) -> bool:
    """Mail whoever stands in for somebody their own link again."""
    named = Delegation.objects.let_in().filter(invitation__round=round, delegate__user__email__iexact=email)
    found = named.select_related("delegate", "invitation__round").first()
    if found is None or not found.invitation.takes_answers_at(now):
        return False
    if _was_sent_lately(round, found.delegate_id, now):
        return False
    facts = {"delegation": found.pk, "as": "delegate"}
    name = f"{found.pk}-{_slot(now)}"
    outbox.queue_to_seat(Message.Kind.DELEGATION, round, found.delegate, name=name, facts=facts, now=now)  # type: ignore[arg-type]
    return True


def _was_sent_lately(round: Round, seat_id: int | None, now: datetime) -> bool:
    """Whether this person has got the link just now, or often enough today."""
    with_link = (Message.Kind.INVITATION, Message.Kind.REMINDER, Message.Kind.DELEGATION)
    lately = Message.objects.filter(round=round, seat=seat_id, kind__in=with_link, skipped_at=None, due_at__lte=now)
    today = lately.filter(due_at__gt=now - timedelta(days=1))
    return lately.filter(due_at__gt=now - AGAIN_AFTER).exists() or today.count() >= A_DAY_AT_MOST


def _slot(now: datetime) -> str:
    """Return one name for all requests of the same minutes, so that two at once are one mail."""
    return f"again-{int(now.timestamp() // AGAIN_AFTER.total_seconds())}"
