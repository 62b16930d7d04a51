"""The home of a product."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization.queries import home as queries
from stakeholders import access
from stakeholders.clock import now
from stakeholders.pages import page


@login_required
@require_GET
def home(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    at = now()
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": seat.reaches(access.EDIT),
        "can_delete": seat.reaches(access.OWN),
        "tab": "overview",
        "home": queries.home(seat, now=at),
    }
    return page(request, "prioritization/home.html", context)
