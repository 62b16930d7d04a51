"""The ranking of a product's features, why each stands where it does, and the ranking as a file."""

from __future__ import annotations

import csv
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from prioritization import access
from prioritization.actions.ranking_columns import choose_columns as choose
from prioritization.queries import explanation as explanations
from prioritization.queries import ranking as queries
from prioritization.queries.ranking_columns import LABELS, Column, columns_of
from prioritization.queries.remarks import count_about
from prioritization.queries.styles import styles_on
from prioritization.views.contexts import ranking_context
from roadmap.access import number_of
from roadmap.rules.imports.cells import safe_cell
from stakeholders import clock
from stakeholders.models import Seat
from stakeholders.pages import gone_back, page


@login_required
@require_GET
def ranking(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    columns = columns_of(seat)
    found = queries.ranking_page(seat.product, request.GET, today=seat.product.today(clock.now()), columns=columns)
    context = ranking_context(
        seat,
        shows={str(each): True for each in columns},
        choosable=[(str(each), label, each in columns) for each, label in LABELS.items()],
        ranking=found,
        form=found.filters.form,
        voting=queries.open_voting(seat.product),
        explanation=explained(seat, request.GET.get("feature", "")),
    )
    return page(request, "prioritization/ranking.html", context, part="prioritization/_ranking.html", target="ranking")


@login_required
@require_GET
def explanation(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """Why one feature stands where it does: a part beside the ranking, or a page of its own."""
    seat = access.seat(request.user, slug)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    found = explained(seat, ref)
    if found is None:
        raise Http404
    context = ranking_context(seat, explanation=found)
    return page(request, "prioritization/explanation.html", context, part="prioritization/_explanation.html")


@login_required
@require_POST
def choose_columns(request: HttpRequest, slug: str) -> HttpResponse:
    """Remember which columns this person wants to see."""
    seat = access.seat(request.user, slug)
    choose(seat, {Column(key) for key in request.POST.getlist("column") if key in set(Column)})
    return gone_back(request, "prioritization:ranking", slug)


@login_required
@require_GET
def ranking_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole ranking as a CSV file."""
    seat = access.seat(request.user, slug)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    name = f"{slug}-ranking-{seat.product.today(clock.now())}.csv"
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    rows = csv.writer(response)
    for row in queries.ranking_file(seat.product):
        rows.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return response


def explained(seat: Seat, ref: str) -> explanations.Explanation | None:
    """Return the explanation of the feature that the address names; None for none, or one that the product lacks."""
    number = number_of(ref, seat.product.key)
    if number is None:
        return None
    names = access.names_seen_by(seat)
    return _with_more(seat, explanations.explanation(seat.product, number, names=names))


def _with_more(seat: Seat, found: explanations.Explanation | None) -> explanations.Explanation | None:
    """Add how many remarks this person may read and, for managers only, how its voters rate."""
    if found is None:
        return None
    styles = styles_on(found.feature, found.voters) if found.has_style and seat.reaches(access.EDIT) else []
    return replace(found, styles=styles, remarks=count_about(found.feature, seen_by=seat))
