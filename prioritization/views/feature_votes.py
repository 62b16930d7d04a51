"""How people voted on one feature: a part of the feature's page, and a page of its own without JavaScript."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from prioritization.access import hiding_round, names_seen_by
from prioritization.queries.feature_votes import feature_votes as votes_on
from prioritization.queries.remarks import remarks_about
from roadmap.access import feature as feature_of
from stakeholders.access import EDIT
from stakeholders.pages import page


@login_required
@require_GET
def feature_votes(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    seat, feature = feature_of(request.user, slug, ref)
    hiding = hiding_round(seat)
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": seat.reaches(EDIT),
        "tab": "features",
        "feature": feature,
        "round": hiding,
        "votes": None if hiding else votes_on(feature, names=names_seen_by(seat)),
        "remarks": [] if hiding else remarks_about(feature, seen_by=seat),
    }
    return page(request, "prioritization/feature_votes.html", context, part="prioritization/_feature_votes.html")
