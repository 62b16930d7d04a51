"""A browser's right to answer for a seat: got by pressing a link's button, looked up anew on every request."""

from __future__ import annotations

import secrets
from copy import copy
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from stakeholders import clock
from stakeholders.models import Grant, Invitation, Link
from stakeholders.rules.tokens import hash_of

COOKIE = "__Host-answers" if settings.IS_HTTPS else "answers"
LIFETIME = timedelta(hours=12)


class Gone(Exception):
    """What was asked for existed and is over. `reason` picks the sentence that the page shows."""

    def __init__(self, reason: str, **facts) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


def give(request: HttpRequest, response: HttpResponse, link: Link, *, now: datetime) -> None:
    """Let this browser answer for the link's seat in the link's round, for twelve hours."""
    browser = request.COOKIES.get(COOKIE) or secrets.token_urlsafe(32)
    Grant.objects.update_or_create(
        browser_hash=hash_of(browser),
        link=link,
        defaults={"generation": link.generation, "expires_at": now + LIFETIME},
        create_defaults={"generation": link.generation, "created_at": now, "expires_at": now + LIFETIME},
    )
    response.set_cookie(
        COOKIE,
        browser,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        secure=settings.IS_HTTPS,
        samesite="Lax",
        path="/",
    )


def take_away(request: HttpRequest, round_id: int) -> None:
    """“Not you?”: this browser forgets its right to answer in the round."""
    browser = request.COOKIES.get(COOKIE)
    if browser:
        Grant.objects.filter(browser_hash=hash_of(browser), link__round_id=round_id).delete()


def invitation(request: HttpRequest, public_id: str, *, kind: str | None) -> Invitation:
    """See `access.granted_invitation`."""
    browser = request.COOKIES.get(COOKIE)
    now = clock.now()
    grant = (
        Grant.objects.filter(browser_hash=hash_of(browser), link__round__public_id=public_id, expires_at__gt=now)
        .select_related(
            "link__seat__user",
            "link__seat__department",
            "link__round__product",
            "link__round__opened_by__user",
            "link__delegation",
        )
        .order_by("-expires_at", "-pk")  # the button pressed last, also where it was pressed before
        .first()
        if browser
        else None
    )
    if grant is None or kind not in (None, grant.link.round.kind):
        raise Http404
    link = grant.link
    if link.round.product.purge_started_at:
        raise Http404
    if grant.generation != link.generation or not link.is_live_at(now):
        raise Gone("revoked", product=link.round.product, round=link.round)
    if link.kind == Link.Kind.DELEGATE:
        return _as_delegate(link)
    asked = Invitation.objects.filter(round_id=link.round_id, seat_id=link.seat_id).select_related("department").first()
    if asked is None or asked.removed_at or not link.seat.is_current:
        raise Gone("removed", product=link.round.product, round=link.round)
    asked.round, asked.seat = link.round, link.seat
    return asked


def invitations_of(request: HttpRequest) -> list[Invitation]:
    """Return every invitation that this browser may answer now, the button pressed last first, in two queries.

    Each has round, product, seat and user loaded, and names in `standing_in` who answers for somebody else. Grants that
    have ended are passed over.
    """
    browser = request.COOKIES.get(COOKIE)
    if not browser:
        return []
    now = clock.now()
    grants = (
        Grant.objects.filter(
            browser_hash=hash_of(browser), expires_at__gt=now, link__round__product__purge_started_at=None
        )
        .select_related("link__seat__user", "link__delegation")
        .order_by("-expires_at", "-pk")
    )
    live = [each.link for each in grants if each.generation == each.link.generation and each.link.is_live_at(now)]
    places = Q(pk__in=[link.delegation.invitation_id for link in live if link.delegation]) | Q(
        round__in={link.round_id for link in live}, seat__in={link.seat_id for link in live}
    )
    rows = Invitation.objects.standing().filter(places).select_related(*LOADED) if live else []
    by_place = {(each.round_id, each.seat_id): each for each in rows}
    by_id = {each.pk: each for each in rows}
    found = []
    for link in live:
        if link.delegation is None:
            asked = by_place.get((link.round_id, link.seat_id))
        else:
            asked = by_id.get(link.delegation.invitation_id) if link.delegation.is_let_in else None
        if asked is not None and link.seat.is_current:
            asked = copy(asked)
            asked.standing_in = link.seat if link.delegation else None
            found.append(asked)
    return found


LOADED = ("round__product", "round__opened_by__user", "seat__user", "seat__product", "seat__department", "department")


def _as_delegate(link: Link) -> Invitation:
    """Return the invitation of the person for whom the link's seat stands in, which it names."""
    asked = Invitation.objects.select_related("seat__user", "seat__department", "department").get(
        pk=link.delegation.invitation_id
    )
    if not link.delegation.is_let_in or not link.seat.is_current:
        raise Gone("delegation-ended", product=link.round.product, round=link.round)
    if asked.removed_at or not asked.seat.is_current:
        raise Gone("removed", product=link.round.product, round=link.round)
    asked.round, asked.standing_in = link.round, link.seat
    return asked
