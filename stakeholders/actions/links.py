"""Makes, renews, revokes and uses links. Only a link's hash is stored; its secret is made anew from LINK_KEY."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from stakeholders.activity import record
from stakeholders.models import Delegation, Invitation, Link, Round, Seat, User, Verb
from stakeholders.rules import tokens

SIGN_IN_TTL = timedelta(minutes=15)
SET_UP_TTL = timedelta(hours=24)

ROUTES: dict[str, str] = {
    Link.Kind.SHARE: "roadmap:share",
    Link.Kind.UNSUBSCRIBE: "stakeholders:mail-link",
    Link.Kind.NOT_ME: "stakeholders:mail-link",
}
"""Where links of a kind lead; the others to the door of `views.links`."""


def url_of(link: Link) -> str:
    """Return the whole address of a link, under BASE_URL. It is a secret: never log or store it."""
    route = ROUTES.get(link.kind, "stakeholders:link")
    return settings.BASE_URL + reverse(route, args=[tokens.token(settings.LINK_KEY, link.public_id, link.generation)])


def make(
    kind: str,
    *,
    now: datetime,
    seat: Seat | None = None,
    round: Round | None = None,
    user: User | None = None,
    delegation: Delegation | None = None,
    ttl: timedelta | None = None,
) -> Link:
    """Create a link of a kind."""
    link = Link(
        kind=kind,
        seat=seat,
        round=round,
        user=user,
        delegation=delegation,
        created_at=now,
        expires_at=now + ttl if ttl else None,
    )
    link.secret_hash = tokens.hash_of(tokens.secret_of(settings.LINK_KEY, link.public_id, link.generation))
    link.save()
    return link


def seat_link(seat: Seat, round: Round, *, now: datetime) -> Link:
    """Return the one link by which a seat answers in a round, making it the first time."""
    return link_of(Link.Kind.SEAT, seat, round, now=now)


def link_of(kind: str, seat: Seat, round: Round, *, now: datetime) -> Link:
    """Return the one link of a kind (SEAT, UNSUBSCRIBE, NOT_ME) that a seat has in a round, making it the first time."""
    found = Link.objects.filter(kind=kind, seat=seat, round=round).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return make(kind, now=now, seat=seat, round=round)
    except IntegrityError:
        return Link.objects.get(kind=kind, seat=seat, round=round)


def delegate_link(delegation: Delegation, *, now: datetime) -> Link:
    """Return the one link by which a delegate who was let in answers for somebody, making it the first time."""
    found = Link.objects.filter(delegation=delegation).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return make(
                Link.Kind.DELEGATE,
                now=now,
                seat=delegation.delegate,
                round=delegation.invitation.round,
                delegation=delegation,
            )
    except IntegrityError:
        return Link.objects.get(delegation=delegation)


@transaction.atomic
def copy_seat_link(seat: Seat, round: Round, *, by: Seat, now: datetime) -> Link:
    """Hand a manager someone's link to pass on; that it was is written down for everyone to see."""
    link = seat_link(seat, round, now=now)
    record(by, Verb.COPIED_LINK, round, at=now, seat=seat.pk)
    return link


@transaction.atomic
def renew_seat_link(seat: Seat, round: Round, *, by: Seat, now: datetime) -> Link:
    """Make someone's link in a round anew and hand it to a manager; the old one ends at once."""
    link = renew_link(seat_link(seat, round, now=now), by=by, now=now)
    Invitation.objects.filter(seat=seat, round=round).update(disowned_at=None)
    record(by, Verb.COPIED_LINK, round, at=now, seat=seat.pk)
    return link


@transaction.atomic
def end_seat_link(seat: Seat, round: Round, *, by: Seat, now: datetime) -> None:
    """End someone's link in a round with every page opened by it, until a new one is made. Safe to repeat.

    Until then they get no mail that asks them to answer: its button would lead nowhere.
    """
    link = seat_link(seat, round, now=now)
    if Link.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
        record(by, Verb.ENDED_LINK, round, at=now, seat=seat.pk)


@transaction.atomic
def renew_link(link: Link, *, by: Seat, now: datetime) -> Link:
    """Raise the generation: the old address and every grant got through it end at once."""
    link = Link.objects.select_for_update().get(pk=link.pk)
    link.generation += 1
    link.secret_hash = tokens.hash_of(tokens.secret_of(settings.LINK_KEY, link.public_id, link.generation))
    link.revoked_at = None
    link.save(update_fields=["generation", "secret_hash", "revoked_at"])
    record(by, Verb.REVOKED, link.seat or link, product=by.product, label="link", renewed=True, at=now)
    return link


@transaction.atomic
def revoke_link(link: Link, *, by: Seat, now: datetime) -> None:
    """End a link; does nothing if it has ended already."""
    if Link.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
        record(by, Verb.REVOKED, link.seat or link, product=by.product, label="link", at=now)


def seats_without_link(round: Round) -> set[int]:
    """Return the ids of the seats whose link in a round was ended, and none made since."""
    ended = Link.objects.filter(kind=Link.Kind.SEAT, round=round, revoked_at__isnull=False)
    return set(ended.values_list("seat_id", flat=True))


def make_sign_in_link(user: User, *, now: datetime, ttl: timedelta = SIGN_IN_TTL) -> Link:
    """Create a single-use link that signs `user` in."""
    return make(Link.Kind.SIGN_IN, now=now, user=user, ttl=ttl)


def make_set_up_link(*, now: datetime) -> Link:
    """Create the single-use link by which the first owner sets the instance up; earlier ones end."""
    Link.objects.filter(kind=Link.Kind.SET_UP, used_at=None, revoked_at=None).update(revoked_at=now)
    return make(Link.Kind.SET_UP, now=now, ttl=SET_UP_TTL)


def find(text: str, *kinds: str) -> Link | None:
    """Return the link that a token names, whatever its state; None when the token never was one of ours.

    The look-up is by the secret's hash and the kind; the public id must agree.
    """
    parsed = tokens.parse(text)
    if parsed is None or not parsed.is_whole:
        return None
    return (
        Link.objects.filter(secret_hash=tokens.hash_of(parsed.secret), public_id=parsed.link_id, kind__in=kinds)
        .select_related(
            "seat__user", "seat__department", "round__product", "user", "delegation__invitation__seat__user"
        )
        .first()
    )


def use_once(link: Link, *, now: datetime) -> bool:
    """Mark a single-use link as used; True for the one caller that did it in time."""
    return bool(Link.objects.filter(pk=link.pk, used_at=None, revoked_at=None, expires_at__gt=now).update(used_at=now))
