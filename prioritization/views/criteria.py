"""The criteria of a product: what is asked about every feature, and what it weighs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from prioritization import access
from prioritization.actions import criteria as actions
from prioritization.forms.criteria import criteria_forms
from prioritization.queries import criteria as queries
from prioritization.queries.criteria_sets import SETS, differences
from prioritization.rules.scales import shares
from prioritization.views.contexts import ranking_context
from stakeholders import clock
from stakeholders.models import Department, Seat
from stakeholders.pages import gone_back, page, said


@login_required
@require_http_methods(["GET", "POST"])
def criteria(request: HttpRequest, slug: str) -> HttpResponse:
    need = access.EDIT if request.method == "POST" else access.READ
    seat = access.seat(request.user, slug, need=need)
    held = queries.criteria_of(seat.product)
    if not seat.reaches(access.EDIT):
        return _page(request, seat, held, None)
    if request.method == "GET":
        begun = SETS.get(request.GET.get("from", ""))
        return _page(
            request, seat, held, criteria_forms(None, seat.product, begun[1]() if begun else held), begun=begun
        )
    forms = criteria_forms(request.POST, seat.product, held)
    if not forms.is_valid():
        return _page(request, seat, held, forms, status=422)
    if "preview" in request.POST and not queries.locking_round(seat.product):
        return _page(request, seat, held, forms, preview=differences(seat.product, held, forms.criteria()))
    try:
        actions.change_criteria(
            seat.product, criteria=forms.criteria(), seen=request.POST.get("seen", ""), by=seat, now=clock.now()
        )
    except actions.CriteriaLocked:
        return _page(request, seat, held, forms, status=409)
    except actions.CriteriaMoved:
        return _page(request, seat, held, forms, has_moved=True, status=409)
    said(request, _("The criteria are saved. The ranking is being worked out anew."))
    return gone_back(request, "prioritization:criteria", slug)


def _page(request: HttpRequest, seat: Seat, held: Any, forms: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    lock = queries.locking_round(seat.product)
    raters = Department.objects.in_bulk([pk for each in held for pk in each.raters])
    rows = [
        (each, share, [raters[pk] for pk in each.raters if pk in raters])
        for each, share in zip(held, shares([each.weight for each in held]), strict=True)
    ]
    context = (
        ranking_context(
            seat,
            rows=rows,
            seen=queries.fingerprint(held),
            forms=None if lock and status == 200 else forms,
            lock=lock,
            sets=[(name, words) for name, (words, _criteria) in SETS.items()],
            history=queries.criteria_history(seat.product),
        )
        | more
    )
    return page(request, "prioritization/criteria.html", context, status=status)
