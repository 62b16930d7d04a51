"""The page that deletes the sample: it asks once, and says what goes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from prioritization.actions.sample import delete_sample
from stakeholders.access import OWN
from stakeholders.access import seat as seat_of
from stakeholders.clock import now
from stakeholders.pages import gone_back, page, said


@login_required
@require_http_methods(["GET", "POST"])
def sample_delete(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug, need=OWN)
    if not seat.product.is_sample:
        raise Http404
    if request.method == "POST":
        name = seat.product.name
        delete_sample(seat.product, by=seat, now=now())
        said(request, _("%(name)s, the sample, is deleted.") % {"name": name})
        return gone_back(request, "roadmap:products")
    counts = {
        "features": seat.product.features.count(),
        "people": seat.product.seats.count(),
        "versions": seat.product.versions.count(),
    }
    context = {"seat": seat, "product": seat.product, "can_edit": True, "tab": "overview", "counts": counts}
    return page(request, "prioritization/sample_delete.html", context)
