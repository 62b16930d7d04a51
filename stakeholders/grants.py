"""A browser's right to answer for a seat: got by pressing a link's button, looked up anew on every request."""

from __future__ import annotations

import secrets
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from stakeholders import clock
from stakeholders.models import Grant, Invitation, Link, Round, Seat
from stakeholders.rules.tokens import hash_of
from stakeholders.statements import Planned, as_stored, instant, known

COOKIE = "__Host-answers" if settings.IS_HTTPS else "answers"
LIFETIME = timedelta(hours=12)


class Gone(Exception):
    """What was asked for existed and is over. `reason` picks the sentence that the page shows."""

    def __init__(self, reason: str, **facts) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class AnotherAnswers(Exception):
    """A page opened as one person sent an answer while its browser answers for `invitation`'s person."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__()
        self.invitation = invitation


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


def is_shared(request: HttpRequest, round_id: int) -> bool:
    """Whether this browser was let in as more than one person in a round: its pages then say who answers."""
    browser = request.COOKIES.get(COOKIE, "")
    return Grant.objects.filter(browser_hash=hash_of(browser), link__round_id=round_id)[:2].count() > 1


@dataclass(frozen=True, slots=True)
class Right:
    """That a browser may answer, and the little that an answer needs to know: whose place, in which round, until when.

    seat_id     of the link: the person asked, or who stands in for them (`stands_in`)
    asked_seat  of the person asked
    more        what the reading was made to bring besides
    """

    round: Round
    invitation_id: int
    seat_id: int
    asked_seat: int
    stands_in: bool
    department_id: int | None
    extended_to: datetime | None
    asked: int
    answered: int
    more: tuple[Any, ...]

    def invitation(self) -> Invitation:
        """Return the invitation with the columns that are known here; others are read when something asks for them."""
        found = known(
            Invitation,
            {
                "id": self.invitation_id,
                "round_id": self.round.pk,
                "seat_id": self.asked_seat,
                "department_id": self.department_id,
                "extended_to": self.extended_to,
                "asked": self.asked,
                "answered": self.answered,
            },
        )
        found.round = self.round
        if self.stands_in:
            found.standing_in = known(Seat, {"id": self.seat_id})
        return found


class Reading:
    """Reads a browser's right in a round, all of it anew, in one query that is planned once.

    columns, joins  what an upper app needs to know besides, by the invitation `i` and the round `r`
    """

    def __init__(self, name: str, *, columns: str = "", joins: str = "") -> None:
        more = f", {columns}" if columns else ""
        sql = f"SELECT {RIGHT}{more} FROM {GRANTED} {joins} WHERE {OF_BROWSER}"  # noqa: S608
        self.planned = Planned(f"right_{name}", sql)

    def right(self, request: HttpRequest, public_id: str, *, kind: str | None) -> Right:
        """See `access.granted_invitation`."""
        browser, now = request.COOKIES.get(COOKIE), clock.now()
        if not browser:
            raise Http404
        rows = self.planned.rows([hash_of(browser), public_id, as_stored(now)])
        if not rows:
            raise Http404
        return _decide(rows[0], now, kind)


RIGHT_COLUMNS = {
    "granted_generation": "g.generation",
    "generation": "l.generation",
    "link_kind": "l.kind",
    "revoked_at": "l.revoked_at",
    "expires_at": "l.expires_at",
    "seat_id": "l.seat_id",
    "seat_left_at": "holder.left_at",
    "purge_started_at": "p.purge_started_at",
    "delegate_id": "d.delegate_id",
    "declined_at": "d.declined_at",
    "ended_at": "d.ended_at",
    "invitation_id": "i.id",
    "removed_at": "i.removed_at",
    "asked_seat": "i.seat_id",
    "asked_left_at": "person.left_at",
    "department_id": "i.department_id",
    "extended_to": "i.extended_to",
    "asked": "i.asked",
    "answered": "i.answered",
}
ROUND_COLUMNS = (
    "id",
    "public_id",
    "product_id",
    "kind",
    "zone",
    "wall_time",
    "opened_at",
    "deadline_at",
    "last_deadline_at",
    "closed_at",
    "cancelled_at",
)
RIGHT = ", ".join([*RIGHT_COLUMNS.values(), *(f"r.{each}" for each in ROUND_COLUMNS)])
GRANTED = """stakeholders_grant g
    JOIN stakeholders_link l ON l.id = g.link_id
    JOIN stakeholders_round r ON r.id = l.round_id
    JOIN roadmap_product p ON p.id = r.product_id
    JOIN stakeholders_seat holder ON holder.id = l.seat_id
    LEFT JOIN stakeholders_delegation d ON d.id = l.delegation_id
    LEFT JOIN stakeholders_invitation i ON i.id = COALESCE(
        d.invitation_id,
        (SELECT own.id FROM stakeholders_invitation own WHERE own.round_id = l.round_id AND own.seat_id = l.seat_id))
    LEFT JOIN stakeholders_seat person ON person.id = i.seat_id"""
# the button pressed last, also where it was pressed before
OF_BROWSER = (
    "g.browser_hash = %s AND r.public_id = %s AND g.expires_at > %s ORDER BY g.expires_at DESC, g.id DESC LIMIT 1"
)
PAGE = Reading("page")


def _decide(row: tuple[Any, ...], now: datetime, kind: str | None) -> Right:
    """Say whether a grant, as it was read with all that it hangs on, lets its browser answer. Raises Http404 and Gone."""
    told, rest = row[: len(RIGHT_COLUMNS)], row[len(RIGHT_COLUMNS) :]
    found = SimpleNamespace(**dict(zip(RIGHT_COLUMNS, told, strict=True)))
    told_of_round = zip(ROUND_COLUMNS, rest, strict=False)
    round = known(Round, {name: instant(value) if name.endswith("_at") else value for name, value in told_of_round})
    if kind not in (None, round.kind) or found.purge_started_at:
        raise Http404
    expires_at = instant(found.expires_at)
    if found.granted_generation != found.generation or found.revoked_at or (expires_at and expires_at <= now):
        raise Gone("revoked", product=round.product, round=round)
    stands_in = found.link_kind == Link.Kind.DELEGATE
    if stands_in and (found.delegate_id is None or found.declined_at or found.ended_at or found.seat_left_at):
        raise Gone("delegation-ended", product=round.product, round=round)
    if found.invitation_id is None or found.removed_at or found.seat_left_at or found.asked_left_at:
        raise Gone("removed", product=round.product, round=round)
    return Right(
        round,
        found.invitation_id,
        found.seat_id,
        found.asked_seat,
        stands_in,
        found.department_id,
        instant(found.extended_to),
        found.asked,
        found.answered,
        rest[len(ROUND_COLUMNS) :],
    )


def invitation(request: HttpRequest, public_id: str, *, kind: str | None) -> Invitation:
    """See `access.granted_invitation`."""
    right = PAGE.right(request, public_id, kind=kind)
    asked = get_object_or_404(Invitation.objects.select_related(*LOADED), pk=right.invitation_id)
    if right.stands_in:
        asked.standing_in = Seat.objects.select_related("user", "department").get(pk=right.seat_id)
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
