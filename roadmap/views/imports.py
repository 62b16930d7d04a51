"""Importing features: paste or upload, look and mend, import, undo. Nothing is written before the last button."""

from __future__ import annotations

import csv

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from roadmap import access
from roadmap.actions.imports import (
    ImportHasChanged,
    ImportWasTouched,
    Tables,
    import_tables,
    touched_since,
    undo_import,
)
from roadmap.forms.import_choices import as_json, choices_in, mended
from roadmap.forms.imports import Parcel, SourceForm
from roadmap.import_wording import of_touched
from roadmap.models import Feature, Import
from roadmap.queries.import_page import guessed, preview, refused_rows
from roadmap.queries.imports import known_of
from roadmap.rules.imports.cells import safe_cell
from roadmap.rules.imports.drafts import Choices
from roadmap.rules.imports.planning import plan
from stakeholders.access import EDIT
from stakeholders.access import seat as seat_of
from stakeholders.clock import now
from stakeholders.forms.rows import number_in
from stakeholders.models import Seat
from stakeholders.pages import gone_back, page, said


def _context(seat: Seat, **more) -> dict:
    return {"seat": seat, "product": seat.product, "can_edit": True, "tab": "features", **more}


@login_required
@require_http_methods(["GET", "POST"])
def feature_import(request: HttpRequest, slug: str) -> HttpResponse:
    """The first step, and each look at columns and rows."""
    seat = seat_of(request.user, slug, need=EDIT)
    if parcel := Parcel.unpacked(request.POST):
        return _looked_at(request, seat, parcel, choices_in(request.POST, parcel.table))
    form = SourceForm(request.POST, request.FILES) if request.method == "POST" else SourceForm()
    if form.is_bound and form.is_valid():
        return _looked_at(request, seat, form.parcel, guessed(form.parcel.table))
    earlier = Import.objects.filter(product=seat.product).select_related("by__user")[:5]
    context = _context(seat, form=form, earlier=earlier)
    return page(request, "roadmap/import.html", context, status=422 if form.is_bound else 200)


def _looked_at(
    request: HttpRequest, seat: Seat, parcel: Parcel, choices: Choices, *, status: int = 200, has_changed: bool = False
) -> HttpResponse:
    table, known = parcel.table, known_of(seat.product)
    planned = plan(table, choices, known)
    if press := request.POST.get("fix"):
        choices = mended(choices, press, planned)
        planned = plan(table, choices, known)
    shown = preview(
        table,
        planned,
        choices,
        known,
        objectives=list(seat.product.objectives.all()),
        shown=request.POST.get("show") or request.POST.get("shown", "all"),
        page=request.POST.get("page") or (1 if "show" in request.POST else request.POST.get("at", 1)),
    )
    context = _context(
        seat,
        parcel=parcel,
        preview=shown,
        decided=as_json(choices),
        skip_known=choices.skip_known,
        statuses=Feature.Status.choices,
        has_changed=has_changed,
    )
    return page(
        request, "roadmap/import_rows.html", context, part="roadmap/_import.html", target="import", status=status
    )


@login_required
@require_POST
def feature_import_apply(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug, need=EDIT)
    parcel = Parcel.unpacked(request.POST)
    if parcel is None:
        return gone_back(request, "roadmap:feature-import", slug)
    choices = choices_in(request.POST, parcel.table)
    try:
        report = import_tables(
            seat.product,
            Tables(parcel.table, choices),
            by=seat,
            now=now(),
            source=parcel.name,
            leaves_out=True,
            expected=number_in(request.POST.get("expected", "")),
        )
    except ImportHasChanged:
        return _looked_at(request, seat, parcel, choices, status=409, has_changed=True)
    if report.done is None:
        said(request, _("Nothing to import: everything is as in the file."))
        return gone_back(request, "roadmap:features", slug)
    count = report.done.created_count + report.done.changed_count
    sentence = ngettext("%(count)d feature imported.", "%(count)d features imported.", count) % {"count": count}
    said(request, sentence, undo=reverse("roadmap:feature-import-undo", args=[slug, report.done.pk]))
    return gone_back(request, "roadmap:feature-import-receipt", slug, report.done.pk)


@login_required
@require_POST
def feature_import_refused(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows that stay out, with the reason, as CSV that a spreadsheet opens and this page reads again."""
    seat = seat_of(request.user, slug, need=EDIT)
    parcel = Parcel.unpacked(request.POST)
    if parcel is None:
        return gone_back(request, "roadmap:feature-import", slug)
    planned = plan(parcel.table, choices_in(request.POST, parcel.table), known_of(seat.product))
    heading, rows = refused_rows(parcel.table, planned)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="stays-out.csv"'
    csv.writer(response).writerows([[safe_cell(cell) for cell in row] for row in [heading, *rows]])
    return response


@login_required
@require_GET
def feature_import_receipt(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat = seat_of(request.user, slug, need=EDIT)
    done = access.feature_import(seat, pk)
    touched = [] if done.undone_at else [of_touched(each) for each in touched_since(done)]
    return page(request, "roadmap/import_done.html", _context(seat, done=done, touched=touched))


@login_required
@require_POST
def feature_import_undo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat = seat_of(request.user, slug, need=EDIT)
    done = access.feature_import(seat, pk)
    try:
        undo_import(done, by=seat, now=now())
    except ImportWasTouched as refusal:
        context = _context(seat, done=done, touched=[of_touched(each) for each in refusal.touched])
        return page(request, "roadmap/import_done.html", context, status=409)
    said(request, _("The import is undone: everything is as before."))
    return gone_back(request, "roadmap:features", slug)
