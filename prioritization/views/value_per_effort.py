"""The view "value per effort": what brings most for its size, beside the ranking."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization import access
from prioritization.forms.budget import BudgetForm
from prioritization.queries.value_per_effort import Apart, value_page
from prioritization.views.contexts import ranking_context
from stakeholders import clock
from stakeholders.pages import page


@login_required
@require_GET
def value_per_effort(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    asked = request.GET.get("list", "")
    form = BudgetForm(request.GET)
    found = value_page(
        seat.product,
        today=seat.product.today(clock.now()),
        page=request.GET.get("page"),
        apart=Apart(asked) if asked in set(Apart) else None,
        budget=form.days,
    )
    return page(request, "prioritization/value_per_effort.html", ranking_context(seat, value=found, form=form))
