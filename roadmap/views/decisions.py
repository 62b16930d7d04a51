"""Writing down what was decided about a feature."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from roadmap import access
from roadmap.actions.decisions import decide as write_down
from roadmap.forms.decisions import DecisionForm
from roadmap.queries.decisions import decisions_on
from stakeholders.access import EDIT
from stakeholders.clock import now
from stakeholders.pages import gone_back, page, said


@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """The form and its act; `from=agenda` in the address leads back to the agenda, for the next one to talk about."""
    seat, feature = access.feature(request.user, slug, ref, need=EDIT)
    form = DecisionForm(request.POST or None, seat=seat)
    if request.method == "POST" and form.is_valid():
        write_down(feature, **form.cleaned_data, by=seat, now=now())
        said(request, _("The decision on %(key)s is written down.") % {"key": feature.key})
        if request.GET.get("from") == "agenda":
            return gone_back(request, f"/p/{slug}/agenda/")
        return gone_back(request, "roadmap:feature", slug, feature.key)
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": True,
        "tab": "features",
        "feature": feature,
        "form": form,
        "decisions": decisions_on(feature),
    }
    return page(request, "roadmap/decide.html", context, status=422 if form.is_bound else 200)
