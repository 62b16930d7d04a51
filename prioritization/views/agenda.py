"""What to talk about next, and whom to ask."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization import access
from prioritization.queries.agenda import agenda as agenda_of
from prioritization.queries.asking import asking
from prioritization.queries.ranking import open_voting
from prioritization.queries.runs import is_waiting
from prioritization.views.contexts import ranking_context
from stakeholders.pages import page


@login_required
@require_GET
def agenda(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    found = agenda_of(seat.product, names=access.names_seen_by(seat))
    return page(
        request, "prioritization/agenda.html", ranking_context(seat, agenda=found, is_waiting=is_waiting(seat.product))
    )


@login_required
@require_GET
def whom_to_ask(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT)
    return page(
        request,
        "prioritization/whom_to_ask.html",
        ranking_context(
            seat,
            asking=asking(seat.product),
            voting=open_voting(seat.product),
            is_waiting=is_waiting(seat.product),
        ),
    )
