"""How votes are read: the settings of a product's scores, for all to see and managers to change."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from prioritization import access
from prioritization.actions.criteria import CriteriaLocked
from prioritization.actions.terms import set_terms
from prioritization.forms.terms import TermsForm
from prioritization.queries.criteria import locking_round
from prioritization.queries.runs import latest_run
from prioritization.queries.terms import terms_history, terms_of
from prioritization.views.contexts import ranking_context
from stakeholders import clock
from stakeholders.models import Seat
from stakeholders.pages import gone_back, page, said


@login_required
@require_http_methods(["GET", "POST"])
def scoring_terms(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT if request.method == "POST" else access.READ)
    form = TermsForm(request.POST or None, held=terms_of(seat.product))
    if request.method == "GET":
        return _page(request, seat, form)
    if not form.is_valid():
        return _page(request, seat, form, status=422)
    try:
        set_terms(seat.product, **form.terms, by=seat, now=clock.now())
    except CriteriaLocked:
        return _page(request, seat, form, status=409)
    said(request, _("Saved. The ranking is being worked out anew."))
    return gone_back(request, "prioritization:scoring-terms", slug)


def _page(request: HttpRequest, seat: Seat, form: TermsForm, *, status: int = 200) -> HttpResponse:
    run = None if access.hiding_round(seat) else latest_run(seat.product)
    context = ranking_context(
        seat,
        form=form,
        held=terms_of(seat.product),
        run=run,
        lock=locking_round(seat.product),
        history=terms_history(seat.product),
    )
    return page(request, "prioritization/scoring_terms.html", context, status=status)
