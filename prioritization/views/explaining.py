"""What would change a feature's rank, and two features side by side."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization import access
from prioritization.queries.comparison import comparison
from prioritization.queries.outlook import outlook as outlook_of
from prioritization.queries.ranking import nearby
from prioritization.queries.runs import today_of
from prioritization.views.ranking import explained
from roadmap.access import feature as feature_of
from stakeholders.models import Seat
from stakeholders.pages import page


def _context(seat: Seat, **more: Any) -> dict[str, Any]:
    return {"seat": seat, "product": seat.product, "can_edit": seat.reaches(access.EDIT), "tab": "ranking", **more}


@login_required
@require_GET
def outlook(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """A part that the explanation fetches, because it looks at the whole ranking; a page of its own without JavaScript."""
    seat, feature = feature_of(request.user, slug, ref)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", _context(seat, round=hiding))
    feature.product = seat.product
    context = _context(seat, feature=feature, outlook=outlook_of(feature, today=today_of(seat.product)))
    return page(request, "prioritization/outlook.html", context, part="prioritization/_outlook.html")


@login_required
@require_GET
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two features, `a` and `b` in the address; with one or none of them, the page asks which."""
    seat = access.seat(request.user, slug)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", _context(seat, round=hiding))
    keys = [request.GET.get(name, "").strip().upper() for name in ("a", "b")]
    one, other = (explained(seat, key) for key in keys)
    found = comparison(one, other) if one and other and one.feature.pk != other.feature.pk else None
    context = _context(
        seat, keys=keys, one=one, other=other, compared=found, candidates=nearby(seat.product, one or other)
    )
    return page(request, "prioritization/compare.html", context)
