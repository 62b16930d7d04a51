"""Everything that happened to a product: who did what, and when."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from prioritization import access
from prioritization.forms.activity import ActivityFilter
from prioritization.queries.activity import activity_page, activity_rows
from stakeholders.pages import page
from stakeholders.queries.activity import Place


@login_required
@require_safe
def activity(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    form = ActivityFilter(request.GET, product=seat.product)
    rows = form.narrowed(activity_rows(seat))
    after = Place.read(request.GET.get("after", ""))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": seat.reaches(access.EDIT),
        "tab": "home",
        "form": form,
        "page": activity_page(seat, rows, after=after),
        "after": after,
        "query": query.urlencode(),
    }
    return page(
        request, "prioritization/activity.html", context, part="prioritization/_activity.html", target="activity"
    )
