"""The projector page of a round: the code to scan, the count as it grows, and results once a manager shows them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stakeholders import access, clock, deadline_wording, kinds
from stakeholders.actions import closing
from stakeholders.actions import meetings as actions
from stakeholders.actions.closing import RoundIsClosed
from stakeholders.models import Round, Seat
from stakeholders.pages import gone_back, said
from stakeholders.queries import meeting as queries


def door_address(round: Round) -> str:
    """Return the whole address of the round's door, which is what the code holds."""
    return settings.BASE_URL + reverse("stakeholders:round-door", args=[round.public_id])


def _meeting(request: HttpRequest, slug: str, public_id: str) -> tuple[Seat, queries.Meeting]:
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    now = clock.database_now()
    product, found = found.product, closing.close_if_due(found, now=now)
    found.product = product
    return seat, queries.meeting(found, now=now)


def _context(seat: Seat, meeting: queries.Meeting, **more: Any) -> dict[str, Any]:
    return {"product": seat.product, "seat": seat, "round": meeting.round, "meeting": meeting, **more}


@login_required
@require_safe
def meeting(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """The whole screen. Without JavaScript it carries a link that loads it again."""
    seat, found = _meeting(request, slug, public_id)
    context = _context(
        seat,
        found,
        noun=kinds.kind_of(found.round).noun,
        address=door_address(found.round),
        deadline=deadline_wording.short(found.round),
    )
    response = render(request, "stakeholders/meeting.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@login_required
@require_safe
def meeting_count(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """The part that changes, asked for every few seconds: 304 while no fact in it has changed.

    It holds no form, so no CSRF token makes two renderings of the same facts differ.
    """
    seat, found = _meeting(request, slug, public_id)
    if found.etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, "stakeholders/_meeting_count.html", _context(seat, found))
    response["ETag"] = found.etag
    response["Cache-Control"] = "private, no-cache"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Say what showing the results of an open round means, and do it."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    if request.method != "POST":
        context = _context(seat, queries.meeting(found, now=clock.database_now()), tab="rounds", can_edit=True)
        return render(request, "stakeholders/meeting_reveal.html", context)
    try:
        actions.reveal_standing(found, by=seat, now=clock.database_now())
    except RoundIsClosed:
        said(request, _("The round has ended meanwhile: its outcome shows by itself."))
    return gone_back(request, "stakeholders:meeting", slug, public_id)


@login_required
@require_POST
def hide(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Take the results off the screen again."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    actions.hide_standing(found, by=seat, now=clock.database_now())
    return gone_back(request, "stakeholders:meeting", slug, public_id)
