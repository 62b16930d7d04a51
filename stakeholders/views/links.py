"""The door behind a personal link: a page that shows and changes nothing, and one button that opens."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stakeholders import access, clock, grants, kinds
from stakeholders.actions import links as actions
from stakeholders.actions.rounds import mark_opened
from stakeholders.mail import calendar
from stakeholders.models import Invitation, Link
from stakeholders.pages import sealed
from stakeholders.peers import address_of
from stakeholders.rules import tokens
from stakeholders.sign_in import first_page_of, sign_in
from stakeholders.throttle import has_reached, too_many

OPENED_HERE = (Link.Kind.SEAT, Link.Kind.DELEGATE, Link.Kind.SIGN_IN, Link.Kind.SET_UP)
WRONG_TRIES = 20
WRONG_WINDOW = 600


def find_link(request: HttpRequest, token: str, *kinds_wanted: str) -> Link | HttpResponse:
    """Return the link, or the answer for one that is unknown, cut, closed or tried too often."""
    key = f"wrong-links:{address_of(request)}"
    if has_reached(key, WRONG_TRIES):
        return sealed(render(request, "stakeholders/link_slow_down.html", status=429))
    link = actions.find(token, *kinds_wanted)
    if link is None:
        too_many(key, WRONG_TRIES, WRONG_WINDOW)
        parsed = tokens.parse(token)
        if parsed is not None and not parsed.is_whole and Link.objects.filter(public_id=parsed.link_id).exists():
            return sealed(render(request, "stakeholders/link_cut.html", status=404))
        raise Http404
    return link


def _over(link: Link) -> str:
    """Why a known link no longer opens anything; empty while it does."""
    now = clock.now()
    if link.revoked_at:
        return "revoked"
    if link.used_at:
        return "used"
    if link.expires_at and now >= link.expires_at:
        return "expired"
    if link.kind in (Link.Kind.SEAT, Link.Kind.DELEGATE):
        if link.round.cancelled_at:
            return "cancelled"
        if link.kind == Link.Kind.DELEGATE and (not link.delegation.is_let_in or not link.seat.is_current):
            return "delegation-ended"
        asked = _asked(link)
        if asked is None or asked.removed_at or not asked.seat.is_current:
            return "removed"
    return ""


def _asked(link: Link) -> Invitation | None:
    """Return the invitation that a seat's or a delegate's link answers; None for every other kind."""
    if link.kind == Link.Kind.DELEGATE:
        found = link.delegation.invitation
    elif link.kind == Link.Kind.SEAT:
        found = Invitation.objects.filter(round=link.round, seat=link.seat).first()
    else:
        return None
    if found is not None:
        found.round = link.round
        if link.kind == Link.Kind.SEAT:
            found.seat = link.seat
    return found


def _refuse_if_over(link: Link) -> None:
    """Raise Gone, which becomes a 410 page that says what to do."""
    if reason := _over(link):
        raise grants.Gone(reason, round=link.round, product=link.round.product if link.round else None, kind=link.kind)


@require_http_methods(["GET", "HEAD", "OPTIONS"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose link this is, what for and until when. Changes nothing, sets no cookie that grants anything."""
    if request.method == "OPTIONS":
        return sealed(HttpResponse(status=204))
    found = find_link(request, token, *OPENED_HERE)
    if isinstance(found, HttpResponse):
        return found
    _refuse_if_over(found)
    context = {"link": found, "token": token, "round": found.round, "seat": found.seat, "product": None}
    status = 200
    if (invitation := _asked(found)) is not None:
        takes_answers = invitation.takes_answers_at(clock.database_now())
        context |= {
            "product": found.round.product,
            "invitation": invitation,
            "takes_answers": takes_answers,
            "button": kinds.kind_of(found.round).button,
        }
        status = 200 if takes_answers else 410
    return sealed(render(request, f"stakeholders/link_{found.kind.replace('-', '_')}.html", context, status=status))


@require_POST
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The deliberate act: a grant for this browser (seat link), a sign-in, or the set-up; then away from the token."""
    found = find_link(request, token, *OPENED_HERE)
    if isinstance(found, HttpResponse):
        return found
    _refuse_if_over(found)
    now = clock.now()
    if found.kind in (Link.Kind.SEAT, Link.Kind.DELEGATE):
        if found.kind == Link.Kind.SEAT:
            mark_opened(found.round, found.seat, now=now)
        response: HttpResponse = HttpResponseRedirect(kinds.kind_of(found.round).answer_url(found.round), status=303)
        grants.give(request, response, found, now=now)
        return sealed(response)
    if found.kind == Link.Kind.SET_UP:
        # the link is used up when the owner is made; until then this browser's session remembers it
        request.session["set-up-link"] = found.pk
        return sealed(HttpResponseRedirect(reverse("stakeholders:set-up"), status=303))
    if not actions.use_once(found, now=now):
        raise grants.Gone("used", kind=found.kind)
    response = sign_in(request, found.user, to=first_page_of(found.user))
    response.status_code = 303
    return sealed(response)


@require_safe
def calendar_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand out the deadline of whoever this browser answers for, for their calendar."""
    asked = access.granted_invitation(request, public_id)
    file = calendar.calendar_file(asked, now=clock.now(), is_off=calendar.is_off(asked.round))
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{calendar.FILE_NAME}"'
    return sealed(response)


@require_POST
def not_you(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forget this browser's grant for the round."""
    asked = access.granted_invitation(request, public_id)
    grants.take_away(request, asked.round_id)
    return sealed(render(request, "stakeholders/link_not_you.html", {"round": asked.round}))
