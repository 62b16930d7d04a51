"""The list of published versions, the page of one, and its snapshot as anyone can hash it again."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from roadmap import access
from roadmap.models import Confirmation, Version
from roadmap.queries import versions as queries
from roadmap.queries.changes import count_words
from roadmap.queries.confirmation import outcome_of, people
from roadmap.queries.outcome_words import RoundStanding, sentence_with_names, standing_of
from roadmap.queries.version_drawing import drawing_of
from stakeholders.access import EDIT
from stakeholders.access import seat as seat_of
from stakeholders.clock import now


@login_required
@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    found = queries.version_list(seat.product, request.GET.get("page"))
    confirmations = queries.newest_confirmations(found)
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": seat.reaches(EDIT),
        "tab": "roadmap",
        "versions": found,
        "rows": [(version, _standing(confirmations.get(version.pk))) for version in found],
    }
    return render(request, "roadmap/versions.html", context)


@login_required
@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    seat, found = access.version(request.user, slug, number)
    page = queries.version_page(found)
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": seat.reaches(EDIT),
        "tab": "roadmap",
        "page": page,
        "version": found,
        "covers": queries.covers(page.snapshot),
        "changed_words": count_words(page.change_count, version=page.before.number if page.before else None),
        "rounds": [_told(confirmation, found) for confirmation in page.confirmations],
        "drawing_label": _("Version %(number)s as a timeline") % {"number": found.number},
        "drawing": drawing_of(found, page.snapshot, changed=page.changed, today=seat.product.today(now())),
    }
    return render(request, "roadmap/version.html", context)


def _standing(confirmation: Confirmation | None) -> RoundStanding | None:
    return standing_of(confirmation, now=now()) if confirmation else None


def _told(confirmation: Confirmation, version: Version) -> tuple[RoundStanding, str]:
    """A confirmation with its outcome in words, once there is one."""
    standing = standing_of(confirmation, now=now())
    if standing.state != "closed":
        return standing, ""
    found = outcome_of(confirmation, now=now())
    return standing, sentence_with_names(found, version.number, people(confirmation))


@login_required
@require_safe
def snapshot(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The bytes that are hashed, for managers: they hold sizes and ranks."""
    _seat, found = access.version(request.user, slug, number, need=EDIT)
    response = HttpResponse(found.snapshot.encode(), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-version-{found.number}.json"'
    return response
