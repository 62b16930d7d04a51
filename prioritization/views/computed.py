"""How this is computed: the rules in their own words, with the product's numbers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization import access
from prioritization.queries.computed import methods
from prioritization.queries.runs import latest_run
from prioritization.views.contexts import ranking_context
from stakeholders.pages import page


@login_required
@require_GET
def computed(request: HttpRequest, slug: str) -> HttpResponse:
    """The methods are everybody's; the numbers of a ranking that is still hidden are nobody's."""
    seat = access.seat(request.user, slug)
    run = None if access.hiding_round(seat) else latest_run(seat.product)
    context = ranking_context(seat, run=run, methods=methods(run))
    return page(request, "prioritization/computed.html", context)
