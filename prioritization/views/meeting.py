"""The results of a voting round on the projector, once they may be seen there."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from prioritization.queries.meeting import results
from prioritization.voting import NAME
from stakeholders import access, clock
from stakeholders.queries.meeting import meeting


@login_required
@require_safe
def meeting_results(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """The top of the ranking, with intervals and split marks; a sentence instead while a manager keeps it hidden."""
    seat, round = access.round_of(request.user, slug, public_id, need=access.EDIT)
    if round.kind != NAME:
        raise Http404
    screen = meeting(round, now=clock.database_now())
    found = results(round) if screen.shows_results else None
    etag = found.etag if found else '"hidden"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        context = {"product": seat.product, "seat": seat, "tab": "rounds", "round": round, "results": found}
        template = "prioritization/_meeting_results.html"
        response = render(
            request, template if "part" in request.GET else "prioritization/meeting_results.html", context
        )
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
