"""“Someone else should answer this”: a person asked in a round names a delegate, a manager lets them in or does not.

Who decides when the address is outside the product? Whoever holds a personal link could name any address, so a link for it
would be a way into the product that no manager opened. Therefore a colleague, who holds a seat and whose address somebody
checked when it was made, is let in at once; any other address waits, and is not written to, until a manager has agreed.
Agreeing gives it a reader's seat, the smallest there is: the delegate answers with the principal's weight and department.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders.actions import outbox
from stakeholders.actions.closing import RoundIsClosed, hold_alone
from stakeholders.actions.delegation_mail import delegates_written_to, mail_about
from stakeholders.actions.people import NewPerson, add_people
from stakeholders.activity import record
from stakeholders.models import Delegation, Invitation, Link, Message, Round, Seat, Verb


class CannotDelegate(ValidationError):
    """Why nobody can be named now; a sentence for the person."""


@transaction.atomic
def name_delegate(invitation: Invitation, *, who: str, note: str = "", now: datetime) -> Delegation:
    """Let a person asked in an open round name who answers for them: an address, or the full name of a colleague.

    invitation  of the person, in whose own name the browser acts: a delegate can name no other (METHODS l)
    now         by the database's clock

    A colleague is mailed the link at once, an unknown address waits for a manager; the manager who asked and the person
    are told in both cases, the log keeps both. The same name again changes nothing. Raises CannotDelegate with a
    sentence, and RoundIsClosed.
    """
    if invitation.standing_in is not None:
        raise CannotDelegate(_("You answer for somebody else already: only they can name another."))
    round = _taking_answers(invitation, now)
    seat, address = _resolve(round, who.strip())
    if (seat and seat.pk == invitation.seat_id) or address == invitation.seat.user.email.lower():
        raise CannotDelegate(_("That is you. Name somebody else, or answer yourself."))
    if known := invitation.delegations.filter(declined_at=None).select_related("delegate__user").first():
        if known.ended_at is None and (known.delegate_id, known.address) == (seat.pk if seat else None, address):
            return known
        raise CannotDelegate(
            _("You have named somebody for this round already; there can be one. You can still answer yourself.")
        )
    made = Delegation(invitation=invitation, delegate=seat, address=address, note=note.strip(), asked_at=now)
    made.full_clean(validate_constraints=False)
    made.save(force_insert=True)
    record(invitation.seat, Verb.DELEGATED, round, at=now, delegate=seat.pk if seat else None)
    if seat:
        mail_about(made, seat, "delegate", now=now)
    for manager in managers_of(round):
        mail_about(made, manager, "manager", now=now)
    mail_about(made, invitation.seat, "principal", now=now)
    return made


@transaction.atomic
def approve_delegate(delegation: Delegation, *, by: Seat, now: datetime) -> Delegation:
    """Give a waiting address a reader's seat and let it answer. Repeating it changes nothing.

    Raises RoundIsClosed once no answer is taken any more, and CannotDelegate if it was refused or taken back meanwhile.
    """
    round = _taking_answers(delegation.invitation, now)
    delegation = Delegation.objects.select_related("invitation__seat__user", "invitation__round").get(pk=delegation.pk)
    if delegation.is_let_in:
        return delegation
    if not delegation.is_pending:
        raise CannotDelegate(_("It was refused or taken back meanwhile."))
    person = NewPerson(email=delegation.address, name="", role=Seat.Role.READER, department=None)
    add_people(round.product, [person], by=by, now=now)
    seat = Seat.objects.current().get(product=round.product, user__email__iexact=delegation.address)
    delegation.delegate, delegation.address, delegation.approved_at, delegation.approved_by = seat, "", now, by
    delegation.save(update_fields=["delegate", "address", "approved_at", "approved_by"])
    record(by, Verb.APPROVED, round, at=now, seat=delegation.invitation.seat_id, delegate=seat.pk)
    mail_about(delegation, seat, "delegate", now=now)
    return delegation


@transaction.atomic
def decline_delegate(delegation: Delegation, *, by: Seat, now: datetime) -> None:
    """Do not let a waiting address in; the person is told, and may name somebody else. Safe to repeat."""
    hold_alone(delegation.invitation.round)
    changed = Delegation.objects.filter(pk=delegation.pk, delegate=None, declined_at=None, ended_at=None).update(
        declined_at=now, declined_by=by, address=""
    )
    if changed:
        record(by, Verb.DECLINED, delegation.invitation.round, at=now, seat=delegation.invitation.seat_id)
        mail_about(delegation, delegation.invitation.seat, "declined", now=now)


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: Seat, now: datetime) -> None:
    """Take a delegation back: the delegate's link ends at once, what they answered stays until replaced. Safe to repeat.

    by  the person who named them, or a manager

    A delegate who was written to is told that nobody waits for them any more, as long as the round is open.
    """
    round = hold_alone(delegation.invitation.round)
    written_to = delegates_written_to(round).filter(pk=delegation.pk).first()
    if not Delegation.objects.filter(pk=delegation.pk, declined_at=None, ended_at=None).update(
        ended_at=now, ended_by=by, address=""
    ):
        return
    Link.objects.filter(delegation=delegation, revoked_at=None).update(revoked_at=now)
    waiting = round.messages.filter(kind=Message.Kind.DELEGATION, facts__delegation=delegation.pk)
    outbox.skip(waiting, why=_("taken back"), now=now)
    if written_to and round.is_open:
        mail_about(written_to, written_to.delegate, "released", now=now)
    facts: dict[str, Any] = {} if by.pk == delegation.invitation.seat_id else {"seat": delegation.invitation.seat_id}
    record(by, Verb.REVOKED, round, at=now, delegate=delegation.delegate_id, **facts)


def _taking_answers(invitation: Invitation, now: datetime) -> Round:
    """Lock the round's row; only while this person may answer."""
    round = hold_alone(invitation.round)
    invitation.round = round
    if not invitation.takes_answers_at(now):
        raise RoundIsClosed(round)
    return round


def _resolve(round: Round, who: str) -> tuple[Seat | None, str]:
    """Return the colleague meant, or the address of somebody without a seat. Raises CannotDelegate."""
    if not who:
        raise CannotDelegate(_("Name a colleague, or give an e-mail address."))
    seats = Seat.objects.current().filter(product=round.product_id).select_related("user")
    if "@" not in who:
        named = list(seats.filter(user__name__iexact=who)[:2])
        if len(named) == 1:
            return named[0], ""
        if named:
            raise CannotDelegate(
                _("Several people are called %(name)s. Give the e-mail address."), params={"name": who}
            )
        raise CannotDelegate(_("Nobody here is called “%(name)s”. Give the e-mail address."), params={"name": who})
    try:
        validate_email(who)
    except ValidationError:
        raise CannotDelegate(_("“%(who)s” is not an e-mail address."), params={"who": who}) from None
    found = seats.filter(user__email__iexact=who).first()
    return (found, "") if found else (None, who.lower())


def managers_of(round: Round) -> list[Seat]:
    """Return whom to tell: who opened the round, or everyone who manages the product once they have left."""
    managing = Seat.objects.current().filter(product=round.product_id, role__in=[Seat.Role.MANAGER, Seat.Role.OWNER])
    everyone = list(managing.select_related("user"))
    return [each for each in everyone if each.pk == round.opened_by_id] or everyone
