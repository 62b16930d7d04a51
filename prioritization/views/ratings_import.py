"""Importing ratings that were given elsewhere: paste or upload, look, import. Nothing is written before the last button."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from prioritization import access
from prioritization.actions.importing_ratings import (
    CriteriaAreLocked,
    NotImported,
    SheetIsFaulty,
    import_ratings,
    undo_ratings_import,
)
from prioritization.forms.ratings_import import SheetForm
from prioritization.queries.rating_sheets import fault_groups, plan
from roadmap.forms.imports import Parcel, SourceForm
from stakeholders import clock
from stakeholders.access import round_of
from stakeholders.models import Seat
from stakeholders.pages import gone_back, page, said


@login_required
@require_http_methods(["GET", "POST"])
def ratings_import(request: HttpRequest, slug: str) -> HttpResponse:
    """The file first; then each look at its columns and rows; with "import", the act."""
    seat = access.seat(request.user, slug, need=access.EDIT)
    parcel = Parcel.unpacked(request.POST)
    if parcel is None:
        form = SourceForm(request.POST, request.FILES) if request.method == "POST" else SourceForm()
        if not (form.is_bound and form.is_valid()):
            return page(
                request,
                "prioritization/ratings_import.html",
                _context(seat, form=form),
                status=422 if form.is_bound else 200,
            )
        parcel = form.parcel
    form = SheetForm(
        request.POST, table=parcel.table, product=seat.product, today=seat.product.today(clock.now()), name=parcel.name
    )
    if "import" not in request.POST or form.missing or not form.is_valid():
        return _looked_at(request, seat, parcel, form, status=422 if "import" in request.POST else 200)
    sheet, now = plan(seat.product, parcel.table, form.columns, form.scale), clock.now()
    try:
        done = import_ratings(
            seat.product,
            sheet,
            title=form.cleaned_data["title"],
            given_at=form.given_at(now),
            by=seat,
            now=now,
            costs=form.costs,
            leaves_out="leave-out" in request.POST,
        )
    except SheetIsFaulty:
        return _looked_at(request, seat, parcel, form, status=422)
    except CriteriaAreLocked as refusal:
        form.add_error(
            None,
            _("“%(title)s” is open, so no criterion can be added before it closes.") % {"title": refusal.round.title},
        )
        return _looked_at(request, seat, parcel, form, status=409)
    except ValidationError as refusal:
        form.add_error("given_on" if refusal.code == "future" else None, refusal.messages)
        return _looked_at(request, seat, parcel, form, status=422)
    words = ngettext(
        "%(n)d rating imported as a closed round.", "%(n)d ratings imported as a closed round.", done.ratings
    )
    undo = reverse("prioritization:ratings-import-undo", args=[slug, done.round.public_id])
    said(request, words % {"n": done.ratings}, undo=undo)
    return gone_back(request, "stakeholders:round", slug, done.round.public_id)


@login_required
@require_POST
def undo_import(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    seat, round = round_of(request.user, slug, public_id, need=access.EDIT)
    try:
        undo_ratings_import(round, by=seat, now=clock.now())
    except NotImported:
        raise Http404 from None
    said(request, _("The import is undone: its ratings count no more. The ranking is being worked out anew."))
    return gone_back(request, "stakeholders:round", slug, round.public_id)


def _looked_at(request: HttpRequest, seat: Seat, parcel: Parcel, form: SheetForm, *, status: int = 200) -> HttpResponse:
    sheet = None if form.missing else plan(seat.product, parcel.table, form.columns, form.scale)
    context = _context(
        seat,
        parcel=parcel,
        form=form,
        sheet=sheet,
        faults=fault_groups(sheet.faults, form.scale) if sheet else [],
        costs=form.costs,
    )
    return page(request, "prioritization/ratings_import_rows.html", context, status=status)


def _context(seat: Seat, **more: Any) -> dict[str, Any]:
    return {"seat": seat, "product": seat.product, "can_edit": True, "tab": "rounds", **more}
