"""What people said in a voting round: a part of the manager's page of the round, and a page of its own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization.queries.rating_sheets import was_imported
from prioritization.queries.remarks import are_held_back, remarks_in
from stakeholders.access import EDIT, round_of
from stakeholders.pages import page


@login_required
@require_GET
def round_remarks(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    seat, round = round_of(request.user, slug, public_id, need=EDIT)
    if round.kind != "voting":
        raise Http404
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": True,
        "tab": "rounds",
        "round": round,
        "remarks": remarks_in(round),
        "can_undo": round.closed_at is not None and was_imported(round),
        "are_held_back": are_held_back(round),
    }
    return page(request, "prioritization/round_remarks.html", context, part="prioritization/_round_remarks.html")
