"""What the criteria weigh: looking at other weights before anything is saved, putting them to use, keeping them by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from prioritization import access
from prioritization.actions import weights as actions
from prioritization.actions.criteria import CriteriaLocked, CriteriaMoved
from prioritization.forms.weights import PREFIX, WeightSetForm, WeightsForm, as_query, entered
from prioritization.models import WeightSet
from prioritization.queries import weights as queries
from prioritization.queries.criteria import criteria_of, fingerprint, locking_round
from prioritization.queries.lineup import lineup
from prioritization.queries.runs import is_waiting
from prioritization.views.contexts import ranking_context
from stakeholders import clock
from stakeholders.models import Seat
from stakeholders.pages import gone_back, page, said


@login_required
@require_http_methods(["GET", "POST"])
def weights(request: HttpRequest, slug: str) -> HttpResponse:
    """GET shows what the weights in the address would do; POST puts those in the form to use."""
    seat = access.seat(request.user, slug, need=access.EDIT if request.method == "POST" else access.READ)
    if hiding := access.hiding_round(seat):
        return page(request, "prioritization/ranking_hidden.html", ranking_context(seat, round=hiding))
    criteria = criteria_of(seat.product)
    if request.method == "GET":
        is_asked = any(name.startswith(PREFIX) or name == "step" for name in request.GET)
        form = WeightsForm(request.GET if is_asked else None, criteria=criteria)
        return _page(request, seat, form, status=422 if form.is_bound and not form.is_valid() else 200)
    form = WeightsForm(request.POST, criteria=criteria)
    if not form.is_valid():
        return _page(request, seat, form, status=422)
    try:
        actions.use_weights(
            seat.product, weights=form.weights, seen=request.POST.get("seen", ""), by=seat, now=clock.now()
        )
    except CriteriaLocked:
        return _page(request, seat, form, status=409)
    except CriteriaMoved:
        return _page(request, seat, form, status=409, has_moved=True)
    said(request, _("The weights are in use. The ranking is being worked out anew."))
    return gone_back(request, "prioritization:weights", slug)


@login_required
@require_POST
def keep_weights(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the weights of the form under a name; those in use stay as they are."""
    seat = access.seat(request.user, slug, need=access.EDIT)
    form = WeightsForm(request.POST, criteria=criteria_of(seat.product))
    named = WeightSetForm(request.POST, product=seat.product)
    if not (form.is_valid() and named.is_valid()):
        return _page(request, seat, form, status=422, named=named)
    name = named.cleaned_data["name"]
    try:
        actions.keep_weights(seat.product, name=name, weights=form.weights, by=seat, now=clock.now())
    except ValidationError as refusal:
        named.add_error("name", refusal.messages)
        return _page(request, seat, form, status=422, named=named)
    said(request, _("Kept as “%(name)s”.") % {"name": name})
    return gone_back(request, "prioritization:weights", slug)


@login_required
@require_POST
def forget_weights(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT)
    kept = WeightSet.objects.filter(product=seat.product, pk=pk).first()
    if kept is None:
        raise Http404
    actions.forget_weights(kept, by=seat, now=clock.now())
    said(request, _("“%(name)s” is deleted; the weights in use stay.") % {"name": kept.name})
    return gone_back(request, "prioritization:weights", slug)


def _page(request: HttpRequest, seat: Seat, form: WeightsForm, *, status: int = 200, **more: Any) -> HttpResponse:
    product, criteria = seat.product, form.criteria
    found = lineup(product)
    usable = (
        found if found and found.ids and {each.key for each in found.criteria} == {e.key for e in criteria} else None
    )
    top = queries.top_of(product, usable, today=product.today(clock.now())) if usable else 0
    is_looked_at = form.is_bound and form.is_valid()
    looked_at = form.weights
    context = (
        ranking_context(
            seat,
            form=form,
            rows=_once(lambda: _rows(form, queries.stabilities(usable, top=top) if usable else {})),
            total=sum(looked_at.values()),
            lineup=usable,
            is_waiting=is_waiting(product),
            preview=queries.preview(product, usable, looked_at, top=top) if usable and is_looked_at else None,
            looked_at=[(PREFIX + key, weight) for key, weight in looked_at.items()],
            grid=_once(
                lambda: (
                    usable
                    and queries.grid(usable, criteria, request.GET.get("x", ""), request.GET.get("y", ""), top=top)
                )
            ),
            top=min(top, len(usable.ids)) if usable else 0,
            named=WeightSetForm(product=product),
            sets=[
                (each, as_query(each.weights), sorted(each.weights.items()) == sorted(entered(criteria).items()))
                for each in queries.kept_sets(product, criteria)
            ],
            history=queries.weight_history(product),
            lock=locking_round(product),
            seen=fingerprint(criteria),
        )
        | more
    )
    return page(
        request,
        "prioritization/weights.html",
        context,
        part="prioritization/_weights_preview.html",
        target="weights-preview",
        status=status,
    )


def _rows(form: WeightsForm, stable: Mapping[str, queries.Stability]) -> list[tuple[Any, Any, Any]]:
    return [(each, bound, stable.get(each.key)) for each, bound in form.rows]


def _once(work: Callable[[], Any]) -> Callable[[], Any]:
    """Return what works when a template first asks for it, and never again: the preview, redrawn at each step, does not."""
    return cache(work)
