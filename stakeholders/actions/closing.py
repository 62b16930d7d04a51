"""How a round takes answers up to its deadline, and closes exactly once afterwards.

An answer counts when it *arrived* before the deadline: the round's, or a later one that this person alone was given. Arrival is read from the database's clock before the transaction
begins; then the round's row is held open, shared with all other answers, until the answer is written. Whoever closes takes
the row alone, and not before the latest of these deadlines plus a grace that is longer than any answer waits. So the closing sees every
answer that arrived in time, and none arrives later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from stakeholders import kinds
from stakeholders.actions import outbox
from stakeholders.actions.delegation_mail import release_delegates
from stakeholders.activity import record
from stakeholders.models import Invitation, Message, Round, Seat, Verb
from stakeholders.rules.deadlines import GRACE, LOCK_TIMEOUT
from stakeholders.statements import instant, known, together

log = structlog.get_logger(__name__)

DECIDING = ("id", "opened_at", "deadline_at", "last_deadline_at", "closed_at", "cancelled_at")
LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED = "55P03", "40P01"


class RoundIsClosed(Exception):
    """The round has closed or was withdrawn; `round` is its row as it is now."""

    def __init__(self, round: Round) -> None:
        super().__init__(round.pk)
        self.round = round


class AnswerIsLate(Exception):
    """An answer arrived at or after the deadline; `arrived` says when, `round` is the row that refused it."""

    def __init__(self, round: Round, arrived: datetime) -> None:
        super().__init__(round.pk)
        self.round = round
        self.arrived = arrived


class RoundIsBusy(Exception):
    """The round's row could not be had within `LOCK_TIMEOUT`. Nothing was written; the same request may be repeated."""


class TooSoonToClose(Exception):
    """The deadline and its grace have not passed."""


class CannotCloseEarly(Exception):
    """The kind of round refuses; `refusal` says why and who is missing."""

    def __init__(self, refusal: kinds.Refusal) -> None:
        super().__init__(str(refusal.why))
        self.refusal = refusal


@contextmanager
def taking_answer(invitation: Invitation, *, arrived: datetime) -> Iterator[Round]:
    """Write an answer inside this block: one transaction, in which the round cannot close. Yields the round as it is now.

    invitation  of the person who answers, with its round: it knows whether they got more time
    arrived     `clock.arrived_at()`, taken before this block

    Raises AnswerIsLate, RoundIsClosed, or RoundIsBusy; in each case nothing is written. A refusal is logged with both
    instants, so that who says "I was in time" can be answered.
    """
    try:
        if arrived >= invitation.deadline_at and not _is_extended_past(invitation, arrived):
            raise AnswerIsLate(invitation.round, arrived)
        with _waiting_at_most(LOCK_TIMEOUT.total_seconds()), transaction.atomic():
            yield hold_open(invitation, arrived=arrived)
    except (AnswerIsLate, RoundIsClosed) as refusal:
        log.info(
            "answer_refused",
            round=refusal.round.pk,
            why=type(refusal).__name__,
            arrived_at=arrived.isoformat(),
            deadline_at=invitation.deadline_at.isoformat(),
        )
        raise
    except OperationalError as error:
        if _may_be_repeated(error):
            raise RoundIsBusy from error
        raise


def hold_open(invitation: Invitation, *, arrived: datetime) -> Round:
    """Keep a round from closing until this transaction ends, together with all other answers; return its row afresh.

    Call it first in the transaction. PostgreSQL shares the row's lock; on SQLite the transaction, being IMMEDIATE, is the
    lock. The invitation is read again only where the round's own deadline has passed. Raises AnswerIsLate and RoundIsClosed.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("hold_open() needs a transaction: its lock ends with it.")
    fresh = _shared(invitation.round_id)
    if not fresh.is_open:
        raise RoundIsClosed(fresh)
    if arrived >= fresh.deadline_at and (arrived >= fresh.closes_at or _is_late_for(invitation, arrived)):
        raise AnswerIsLate(fresh, arrived)
    return fresh


def _shared(round_id: int) -> Round:
    """Return what decides about answers of a round, as it is stored once the lock is had; other columns come when asked for."""
    read = f"SELECT {', '.join(DECIDING)} FROM stakeholders_round WHERE id = %s"  # noqa: S608
    if connection.vendor == "postgresql":
        patience = f"{int(LOCK_TIMEOUT.total_seconds() * 1000)}ms"
        rows = together(("SET LOCAL lock_timeout = %s", [patience]), (f"{read} FOR SHARE", [round_id]))
    else:
        rows = together((read, [round_id]))
    if not rows:
        raise Round.DoesNotExist
    pk, *instants = rows[0]
    return known(Round, dict(zip(DECIDING, [pk, *map(instant, instants)], strict=True)))


def _is_late_for(invitation: Invitation, arrived: datetime) -> bool:
    """Whether the person's own deadline, as it is stored, had passed. Under the round's lock, so that none is given now."""
    own = Invitation.objects.values_list("extended_to", flat=True).get(pk=invitation.pk)
    return own is None or arrived >= own


def hold_alone(round: Round) -> Round:
    """Return a round's row afresh, held alone until the transaction ends: no answer, extension or closing beside it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [f"{int(LOCK_TIMEOUT.total_seconds() * 1000)}ms"])
    return Round.objects.select_for_update(of=("self",)).select_related("product").get(pk=round.pk)


def is_due(round: Round, now: datetime) -> bool:
    """Whether an open round may close by itself: everyone's deadline and the grace have passed."""
    return round.is_open and now >= round.closes_at + GRACE


@transaction.atomic
def close_round(round: Round, *, now: datetime) -> Round:
    """Close a round whose time is over, and store its outcome in the same transaction. Repeating it changes nothing.

    now  by the database's clock (`clock.arrived_at()`), whoever asks: the sweep, or a visitor who came first

    Raises TooSoonToClose. Returns the row as it is now.
    """
    round = hold_alone(round)
    if not round.is_open:
        return round
    if not is_due(round, now):
        raise TooSoonToClose
    return _close(round, now=now)


@transaction.atomic
def close_early(round: Round, *, why: str, by: Seat, now: datetime) -> Round:
    """Close a round before its deadline, as far as its kind allows. Repeating it changes nothing.

    Raises CannotCloseEarly, RoundIsClosed if it was withdrawn, and ValidationError without a reason.
    """
    if not why.strip():
        raise ValidationError(_("Say why: the outcome names the reason."), code="why")
    round = hold_alone(round)
    if round.cancelled_at:
        raise RoundIsClosed(round)
    if round.closed_at:
        return round
    if refusal := kinds.kind_of(round).refuses_to_close_early(round):
        raise CannotCloseEarly(refusal)
    return _close(round, now=now, by=by, why=why.strip())


def close_if_due(round: Round, *, now: datetime) -> Round:
    """Close a round that a page has come upon after its time, so that the page can show the outcome; else return it.

    A closing that fails, or that another process is at, is left to the next sweep.
    """
    if not is_due(round, now):
        return round
    try:
        return close_round(round, now=now)
    except Exception:
        log.exception("round_not_closed", round=round.pk)
        return round


def close_due_rounds(*, now: datetime) -> list[Round]:
    """Close every round whose time is over, each in its own transaction; return those that this call closed.

    One that fails is logged and left open for the next sweep; it does not keep the others.
    """
    closed = []
    for round in Round.objects.due(now - GRACE).order_by("deadline_at"):
        try:
            after = close_round(round, now=now)
        except Exception:
            log.exception("round_not_closed", round=round.pk)
            continue
        if after.closed_at == now:
            closed.append(after)
    return closed


def _close(round: Round, *, now: datetime, by: Seat | None = None, why: str = "") -> Round:
    round.closed_at, round.closed_by, round.closed_why = now, by, why
    round.outcome = kinds.kind_of(round).on_close(round, now)
    round.save(update_fields=["closed_at", "closed_by", "closed_why", "outcome"])
    outbox.skip(round.messages.exclude(kind__in=outbox.TRUE_AFTERWARDS), why=_("the round had closed"), now=now)
    outbox.queue(Message.Kind.OUTCOME, round, round.invitations.standing().select_related("seat"), due_at=now, now=now)
    if by:
        release_delegates(round, now=now)
    record(by, Verb.CLOSED, round, at=now, why=why, outcome=round.outcome.get("sentence", ""))
    return round


def _is_extended_past(invitation: Invitation, arrived: datetime) -> bool:
    """The rows in hand may be older than an extension; a late answer is refused by the rows that are stored."""
    invitation.round.refresh_from_db(fields=["deadline_at", "last_deadline_at", "closed_at", "cancelled_at"])
    invitation.refresh_from_db(fields=["extended_to"])
    return arrived < invitation.deadline_at


@contextmanager
def _waiting_at_most(seconds: float) -> Iterator[None]:
    """On SQLite, wait this long for the write lock instead of the connection's usual time. PostgreSQL: see hold_open."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    usual = connection.settings_dict.get("OPTIONS", {}).get("timeout", 5)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual * 1000)}")


def _may_be_repeated(error: OperationalError) -> bool:
    """Whether the database gave up on a lock (or chose us to end a deadlock): all is undone, and may be tried again."""
    pgcode = getattr(error.__cause__, "pgcode", None)
    return pgcode in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED) or "database is locked" in str(error)
