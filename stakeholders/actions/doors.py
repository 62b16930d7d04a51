"""Mails people their personal link again when they ask for it at the door of a round."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from stakeholders.actions import outbox
from stakeholders.models import Message, Round

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
    if asked is None or not asked.takes_answers_at(now):
        return False
    lately = Message.objects.filter(
        round=round, seat=asked.seat_id, kind__in=(Message.Kind.INVITATION, Message.Kind.REMINDER), skipped_at=None
    )
    if lately.filter(due_at__gt=now - AGAIN_AFTER, due_at__lte=now).exists():
        return False
    if lately.filter(due_at__gt=now - timedelta(days=1), due_at__lte=now).count() >= A_DAY_AT_MOST:
        return False
    slot = int(now.timestamp() // AGAIN_AFTER.total_seconds())  # two requests at once have one name, so one mail
    outbox.queue(Message.Kind.INVITATION, round, [asked], due_at=now, now=now, name=f"again-{slot}")
    return True
