"""What would change a feature's rank, and two features side by side."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization import access
from prioritization.queries.comparison import comparison
from prioritization.queries.outlook import outlook as outlook_of
from prioritization.queries.ranking import nearby
from prioritization.views.contexts import ranking_context
from prioritization.views.ranking import explained
from roadmap.access import feature as feature_of
from stakeholders import clock
from stakeholders.pages import page


@login_required
@require_GET
def outlook(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """A part that the explanation fetches, because it looks at the whole ranking; a page of its own without JavaScript."""
    seat, feature = feature_of(request.user, slug, ref)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    feature.product = seat.product
    context = ranking_context(seat, feature=feature, outlook=outlook_of(feature, today=seat.product.today(clock.now())))
    return page(request, "prioritization/outlook.html", context, part="prioritization/_outlook.html")


@login_required
@require_GET
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two features, `a` and `b` in the address; with one or none of them, the page asks which."""
    seat = access.seat(request.user, slug)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    keys = [request.GET.get(name, "").strip().upper() for name in ("a", "b")]
    one, other = (explained(seat, key) for key in keys)
    unknown = next((key for key, each in zip(keys, (one, other), strict=True) if key and not each), "")
    found = comparison(one, other) if one and other and one.feature.pk != other.feature.pk else None
    context = ranking_context(
        seat,
        keys=keys,
        unknown=unknown,
        one=one,
        other=other,
        compared=found,
        candidates=nearby(seat.product, one or other),
    )
    return page(request, "prioritization/compare.html", context)
