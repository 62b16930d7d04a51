"""The outbox: queueing mails as rows, and sending those that are due, each once.

A row is claimed, rendered, handed over and marked. The claim is a lease that ages: a row whose sender died, or whose mail
server said "later", is due again when its lease is over, longer each time. A second copy can only come about where a
process dies between the server's "accepted" and the mark; it carries the same Message-ID.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from stakeholders.activity import record
from stakeholders.mail.delegation import readdress, stand_in_of
from stakeholders.mail.delivery import Deferred, Refused, Transport, Unreachable
from stakeholders.mail.rendering import render
from stakeholders.models import Delegation, Invitation, Link, Message, Round, Seat, User, Verb

log = structlog.get_logger(__name__)

LEASES = [timedelta(minutes=minutes) for minutes in (3, 5, 15, 60, 240, 480)]
"""How long the first, second, … attempt keeps others off. The first is longer than a mail server may take to time out."""

TOO_LATE = timedelta(hours=6)
"""A reminder that could not go out for this long is not sent any more."""

APART = timedelta(hours=1)
"""Nobody gets a reminder within this time of another mail about the same round."""


def queue(
    kind: Message.Kind,
    round: Round,
    invitations: Iterable[Invitation],
    *,
    due_at: datetime,
    now: datetime,
    name: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Put a mail to each of these people into the outbox; what is there already under the same name stays as it is.

    name  tells several mails of one kind in one round apart; "" where there is only one
    """
    Message.objects.bulk_create(
        [
            Message(
                kind=kind,
                key=f"{kind}:{round.pk}:{invitation.seat_id}:{name}",
                product_id=round.product_id,
                round=round,
                seat_id=invitation.seat_id,
                user_id=invitation.seat.user_id,
                facts=facts or {},
                message_id=new_message_id(),
                created_at=now,
                due_at=due_at,
            )
            for invitation in invitations
        ],
        ignore_conflicts=True,
    )


def queue_to_seat(
    kind: Message.Kind, round: Round, seat: Seat, *, name: str, facts: dict[str, Any], now: datetime
) -> None:
    """Put a mail about a round into the outbox for someone who need not be asked in it; the same name is one mail."""
    Message.objects.bulk_create(
        [
            Message(
                kind=kind,
                key=f"{kind}:{round.pk}:{seat.pk}:{name}",
                product_id=round.product_id,
                round=round,
                seat=seat,
                user_id=seat.user_id,
                facts=facts,
                message_id=new_message_id(),
                created_at=now,
                due_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def queue_sign_in(user: User, *, name: str, now: datetime) -> None:
    """Put a sign-in mail into the outbox; `name` is what its code is made from (rules.tokens.sign_in_code)."""
    Message.objects.create(
        kind=Message.Kind.SIGN_IN,
        key=f"{Message.Kind.SIGN_IN}:{name}",
        user=user,
        message_id=new_message_id(),
        created_at=now,
        due_at=now,
    )


def new_message_id() -> str:
    """Return a Message-ID under the host of BASE_URL; it stays with its row for all copies of the mail."""
    return f"<{secrets.token_hex(16)}@{urlsplit(settings.BASE_URL).hostname}>"


TRUE_AFTERWARDS = (
    Message.Kind.OUTCOME,
    Message.Kind.CANCELLED,
    Message.Kind.RECEIPT,
    Message.Kind.QUESTION,
    Message.Kind.DISOWNED,
)
"""Mails about a round that its end does not make needless."""


def try_again(message: Message, *, by: Seat, now: datetime) -> bool:
    """Give a message that failed all its attempts anew; False if it had not failed."""
    failed = Message.objects.filter(pk=message.pk, failed_at__isnull=False, sent_at=None)
    if not failed.update(failed_at=None, claimed_at=None, attempts=0, why=""):
        return False
    record(by, Verb.CHANGED, message.round or message, product=by.product, at=now, seat=message.seat_id, mail="again")
    return True


SENT_AGAIN = (Message.Kind.INVITATION, Message.Kind.EXTENSION, Message.Kind.OUTCOME, Message.Kind.CANCELLED)
"""What a manager can send once more although it went out. Reminders have their own act, receipts follow answers."""


@transaction.atomic
def send_again(message: Message, *, by: Seat, now: datetime) -> bool:
    """Put a mail that went out into the outbox once more, to be written anew: for somebody who cannot find it.

    It is a row of its own with its own Message-ID. False where that mail is never repeated, where its round is over, or
    where the person got another mail of the round within the hour or is about to.
    """
    round = message.round
    if message.kind not in SENT_AGAIN or message.sent_at is None or round is None:
        return False
    Round.objects.select_for_update(of=("self",)).get(pk=round.pk)  # two presses wait for each other
    if was_mailed_lately(round, now=now, seat=message.seat_id):
        return False
    again = Message(
        kind=message.kind,
        key=f"{message.kind}:{round.pk}:{message.seat_id}:again-{now:%Y%m%dT%H%M%S}",
        product_id=message.product_id,
        round=round,
        seat_id=message.seat_id,
        user_id=message.user_id,
        facts=message.facts,
        message_id=new_message_id(),
        created_at=now,
        due_at=now,
    )
    if _needless(again, now):
        return False
    again.save()
    record(by, Verb.SENT_AGAIN, round, at=now, seat=message.seat_id)
    return True


def was_mailed_lately(round: Round, *, now: datetime, seat: int | None) -> bool:
    """Whether a mail of the round, other than a receipt, went to this seat within the hour or waits to go."""
    others = Message.objects.filter(round=round, seat=seat).exclude(kind=Message.Kind.RECEIPT)
    return others.filter(Q(sent_at__gt=now - APART) | Q(pk__in=others.due(now))).exists()


def skip(messages: models.QuerySet[Message], *, why: str, now: datetime) -> int:
    """Give up those of these messages that are still waiting, and say why."""
    return messages.filter(sent_at=None, skipped_at=None, failed_at=None).update(skipped_at=now, why=why)


@dataclass(slots=True)
class Tally:
    """What one run of `send_due` did."""

    sent: int = 0
    skipped: int = 0
    failed: int = 0
    deferred: int = 0


def send_due(
    *,
    clock: Callable[[], datetime],
    transport: Transport,
    limit: int = 200,
    stop: Callable[[], bool] = lambda: False,
    product_id: int | None = None,
) -> Tally:
    """Send what is due, oldest first, at most `limit`; safe to run in several processes at once.

    clock       tells the present by the database's clock; asked anew for every message, since a slow server takes its
                time
    stop        asked before every message but the first: true ends the run, the rest is left to the next
    product_id  send the mail of this product only

    A server that cannot be reached ends the run without costing any message an attempt.
    """
    tally = Tally()
    for number in range(limit):
        if number and stop():
            break
        now = clock()
        message = claim_due(now=now, product_id=product_id)
        if message is None:
            break
        try:
            _send(message, transport, now, tally)
        except Unreachable as error:
            _release(message, why=str(error))
            tally.deferred += 1
            log.warning("mail_server_unreachable", reason=str(error))
            break
    return tally


def claim_due(*, now: datetime, product_id: int | None = None) -> Message | None:
    """Claim the oldest message that is due and that no one else holds; None when there is none.

    PostgreSQL passes over rows that others are claiming; SQLite does it in one UPDATE, since it ignores SKIP LOCKED.
    """
    due = Message.objects.due(now).filter(_unclaimed(now)).order_by("due_at", "pk")
    if product_id is not None:
        due = due.filter(product_id=product_id)
    claim = {"claimed_at": now, "attempts": models.F("attempts") + 1}
    if connection.vendor == "postgresql":
        with transaction.atomic():
            found = due.select_for_update(skip_locked=True).values_list("pk", flat=True).first()
            if found is None:
                return None
            Message.objects.filter(pk=found).update(**claim)
    else:
        found = _claim_by_one_update(due, now)
        if found is None:
            return None
    return Message.objects.select_related("user", "seat__user", "product", "round__product").get(pk=found)


def _unclaimed(now: datetime) -> Q:
    """Never claimed, or claimed so long ago that the lease of that attempt is over."""
    free = Q(claimed_at=None)
    for attempt, lease in enumerate(LEASES, start=1):
        more = {"attempts__gte": attempt} if attempt == len(LEASES) else {"attempts": attempt}
        free |= Q(claimed_at__lte=now - lease, **more)
    return free


def _claim_by_one_update(due: models.QuerySet[Message], now: datetime) -> int | None:
    oldest, params = due.values("pk")[:1].query.sql_with_params()
    stamp = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE stakeholders_message SET claimed_at = %s, attempts = attempts + 1"  # noqa: S608
            f" WHERE id = ({oldest}) RETURNING id",
            [stamp, *params],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _send(message: Message, transport: Transport, now: datetime, tally: Tally) -> None:
    stand_in = stand_in_of(message)
    if why := _needless(message, now, stand_in):
        _mark(message, skipped_at=now, why=why)
        tally.skipped += 1
        return
    try:
        if message.kind == Message.Kind.REMINDER:
            readdress(message, stand_in)
            _mark(message, user=message.user, facts=message.facts)
        mail = render(message, now=now)
        _mark(message, subject=mail.subject[:250])
        transport.deliver(mail, keep=_is_kept(message))
    except Refused as error:
        _mark(message, failed_at=now, why=str(error)[:500])
        if error.is_about_address:
            _remember_refusal(message.user, str(error))
        tally.failed += 1
    except Unreachable:
        raise
    except Deferred as error:
        _put_off(message, str(error), now, tally)
    except Exception as error:
        log.exception("mail_not_sent", message=message.pk)
        _put_off(message, _("Accord could not write this mail: %s") % type(error).__name__, now, tally)
    else:
        _mark(message, sent_at=now, why="")
        if message.user.refused_address and not _is_kept(message):
            User.objects.filter(pk=message.user_id).update(refused_address="", refused_why="")
        tally.sent += 1


def _remember_refusal(user: User, why: str) -> None:
    """Note beside the person that their address is refused, until a mail gets through or the address changes."""
    User.objects.filter(pk=user.pk).update(refused_address=user.email, refused_why=why[:500])


def _put_off(message: Message, why: str, now: datetime, tally: Tally) -> None:
    """Leave the lease to run out, or give up after the last attempt."""
    if message.attempts >= len(LEASES):
        _mark(message, failed_at=now, why=why[:500])
        tally.failed += 1
    else:
        _mark(message, why=why[:500])
        tally.deferred += 1


def _needless(message: Message, now: datetime, stand_in: Delegation | None = None) -> str:
    """Return why a message that is due need not be sent any more, or ""; `stand_in` is who gets the reminder instead."""
    round = message.round
    if round is None:
        return ""
    if message.kind in TRUE_AFTERWARDS:
        return ""
    if message.kind == Message.Kind.DELEGATION:
        return _needless_delegation(message, now)
    if round.cancelled_at:
        return _("the round was withdrawn")
    invitation = Invitation.objects.filter(round=round, seat=message.seat_id).select_related("round", "seat").first()
    if round.closed_at or now >= (invitation or round).deadline_at:
        return _("the round had closed")
    if invitation is None or invitation.removed_at or not invitation.seat.is_current:
        return _("not asked any more")
    ended = Link.objects.filter(kind=Link.Kind.SEAT, round=round, seat=message.seat_id, revoked_at__isnull=False)
    if stand_in is None and ended.exists():
        return _("the personal link was ended, and none made since")
    if message.kind != Message.Kind.REMINDER:
        return ""
    if stand_in is None and invitation.no_reminders_at:
        return _("no reminders wanted")
    if invitation.answered_at:
        return _("answered before it was due")
    if now - message.due_at > TOO_LATE:
        return _("too late")
    lately = Message.objects.filter(round=round, seat=message.seat_id, sent_at__gt=now - APART).exclude(pk=message.pk)
    told_lately = stand_in is not None and stand_in.told_at > now - APART
    if told_lately or lately.exclude(kind=Message.Kind.RECEIPT).exists():
        return _("another mail went out within the hour")
    return ""


def _needless_delegation(message: Message, now: datetime) -> str:
    if message.facts["as"] == "released":
        return ""
    found = Delegation.objects.select_related("invitation__round").get(pk=message.facts["delegation"])
    if message.facts["as"] != "declined" and not (found.is_pending or found.is_let_in):
        return _("decided or taken back before it was due")
    return "" if found.invitation.takes_answers_at(now) else _("the round had closed")


def _is_kept(message: Message) -> bool:
    """Mail of a sample product is written to the outbox folder and never handed to a server."""
    return bool(message.product and message.product.is_sample)


def _mark(message: Message, **fields: Any) -> None:
    Message.objects.filter(pk=message.pk).update(**fields)


def _release(message: Message, *, why: str) -> None:
    """Give a claim back as if it had not been tried."""
    _mark(message, claimed_at=None, attempts=models.F("attempts") - 1, why=why[:500])
