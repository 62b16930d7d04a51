"""What a product is set up with: objectives and their measurements, teams, releases, milestones, capacity."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from roadmap import access
from roadmap.actions import schedule as actions
from roadmap.actions.editing import EditConflict
from roadmap.forms import schedule as forms
from roadmap.forms.conflicts import differences
from roadmap.models import Milestone, Objective, Release, Team
from roadmap.queries import products as queries
from stakeholders.access import EDIT, READ
from stakeholders.access import seat as seat_of
from stakeholders.clock import now
from stakeholders.models import Seat
from stakeholders.once import made_once
from stakeholders.pages import gone_back, page, said

Save = Callable[..., Any]


def setup_context(seat: Seat, face: str, **more: Any) -> dict[str, Any]:
    """What every page of the set-up needs; `face` is the one that its tabs mark."""
    return {"seat": seat, "product": seat.product, "can_edit": seat.reaches(EDIT), "face": face, "tab": "setup", **more}


def _form_page(request: HttpRequest, seat: Seat, face: str, form: Any, *, status: int = 0, **more: Any) -> HttpResponse:
    context = setup_context(seat, face, form=form, **more)
    return page(request, "roadmap/setup_form.html", context, status=status or (422 if form.is_bound else 200))


def _both_texts(seat: Seat, part: actions.Part, form: Any) -> dict[str, Any]:
    """Return what was saved meanwhile beside what was typed; sending the form again then means the newer edition."""
    theirs = type(form)(product=seat.product, instance=type(part)._default_manager.get(pk=part.pk))
    return {"taken": form.rebase(theirs), "differences": differences(mine=form, theirs=theirs)}


def _new_part(
    request: HttpRequest, slug: str, face: str, part: type[actions.Part], form_class: Any, save: Save, *, heading: str
) -> HttpResponse:
    """Ask what it is; on POST add it."""
    seat = seat_of(request.user, slug, need=EDIT)
    form = form_class(request.POST or None, product=seat.product)
    added = made_once(
        form,
        part,
        lambda: save(part(product=seat.product), fields=form.values(), by=seat, now=now()),
        by=seat.user,
    )
    if added:
        said(request, _("“%(name)s” is added.") % {"name": added.name})
        return gone_back(request, f"roadmap:{face}", slug)
    return _form_page(request, seat, face, form, heading=heading)


def _edit_part(
    request: HttpRequest, seat: Seat, face: str, part: actions.Part, form_class: Any, save: Save
) -> HttpResponse:
    """Show it as it is; on POST change it."""
    form = form_class(request.POST or None, product=seat.product, instance=copy(part))
    if request.method == "POST" and form.is_valid():
        try:
            save(part, fields=form.values(), edition=form.cleaned_data["edition"], by=seat, now=now())
        except EditConflict:
            told = _both_texts(seat, part, form)
            return _form_page(request, seat, face, form, part=part, status=409, **told)
        said(request, _("“%(name)s” is saved.") % {"name": part.name})
        return gone_back(request, f"roadmap:{face}", seat.product.slug)
    return _form_page(request, seat, face, form, part=part)


def _delete_part(request: HttpRequest, seat: Seat, face: str, part: actions.Part) -> HttpResponse:
    """Ask first and say what goes with it; on POST delete."""
    if request.method == "POST":
        actions.delete_part(part, by=seat, now=now())
        said(request, _("“%(name)s” is deleted.") % {"name": part.name})
        return gone_back(request, f"roadmap:{face}", seat.product.slug)
    context = setup_context(seat, face, part=part, losses=queries.losses(part))
    return page(request, "roadmap/setup_delete.html", context)


# objectives


@login_required
@require_GET
def objectives(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    context = setup_context(seat, "objectives", rows=queries.objective_rows(seat.product))
    return page(request, "roadmap/setup_objectives.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def objective_new(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug, need=EDIT)
    form = forms.ObjectiveForm(request.POST or None, product=seat.product)
    try:
        added = made_once(
            form,
            Objective,
            lambda: actions.save_objective(Objective(product=seat.product), fields=form.values(), by=seat, now=now()),
            by=seat.user,
        )
    except actions.NoLetterLeft:
        form.add_error(None, _("A product has at most 26 objectives, one a letter. Delete one first."))
        added = None
    if added:
        said(request, _("Objective %(letter)s is added.") % {"letter": added.letter})
        return gone_back(request, "roadmap:objectives", slug)
    return _form_page(request, seat, "objectives", form, heading=_("New objective"))


@login_required
@require_http_methods(["GET", "POST"])
def objective_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, objective = access.objective(request.user, slug, pk)
    form = forms.ObjectiveForm(request.POST or None, product=seat.product, instance=copy(objective))
    if request.method == "POST" and form.is_valid():
        edition = form.cleaned_data["edition"]
        try:
            actions.save_objective(objective, fields=form.values(), edition=edition, by=seat, now=now())
        except EditConflict:
            told = _both_texts(seat, objective, form)
            return _objective_page(request, seat, objective, form=form, status=409, **told)
        said(request, _("“%(name)s” is saved.") % {"name": objective.name})
        return gone_back(request, "roadmap:objectives", slug)
    return _objective_page(request, seat, objective, form=form, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def objective_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, objective = access.objective(request.user, slug, pk)
    return _delete_part(request, seat, "objectives", objective)


@login_required
@require_POST
def measure_objective(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, objective = access.objective(request.user, slug, pk)
    form = forms.MeasurementForm(request.POST)
    if not form.is_valid():
        return _objective_page(request, seat, objective, measuring=form, status=422)
    actions.measure_objective(objective, **form.cleaned_data, by=seat, now=now())
    said(request, _("Measured: “%(name)s”.") % {"name": objective.name})
    return gone_back(request, "roadmap:objective-edit", slug, pk)


@login_required
@require_POST
def forget_measurement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, measurement = access.measurement(request.user, slug, pk)
    objective = measurement.objective_id
    actions.forget_measurement(measurement, by=seat, now=now())
    said(request, _("The measurement is taken back."))
    return gone_back(request, "roadmap:objective-edit", slug, objective)


def _objective_page(
    request: HttpRequest,
    seat: Seat,
    objective: Objective,
    *,
    form: Any = None,
    measuring: Any = None,
    status: int,
    **more: Any,
) -> HttpResponse:
    context = setup_context(
        seat,
        "objectives",
        objective=objective,
        measurements=objective.measurements.order_by("-measured_on"),
        form=form or forms.ObjectiveForm(product=seat.product, instance=copy(objective)),
        measuring=measuring or forms.MeasurementForm(initial={"measured_on": seat.product.today(now())}),
        **more,
    )
    return page(request, "roadmap/setup_objective.html", context, status=status)


# teams and what they can do


@login_required
@require_GET
def teams(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    form = forms.TeamForm(product=seat.product)
    context = setup_context(seat, "teams", rows=queries.team_rows(seat.product), form=form)
    return page(request, "roadmap/setup_teams.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def team_new(request: HttpRequest, slug: str) -> HttpResponse:
    return _new_part(request, slug, "teams", Team, forms.TeamForm, actions.save_team, heading=_("New team"))


@login_required
@require_http_methods(["GET", "POST"])
def team_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, team = access.team(request.user, slug, pk)
    return _edit_part(request, seat, "teams", team, forms.TeamForm, actions.save_team)


@login_required
@require_http_methods(["GET", "POST"])
def team_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, team = access.team(request.user, slug, pk)
    return _delete_part(request, seat, "teams", team)


@login_required
@require_http_methods(["GET", "POST"])
def capacity(request: HttpRequest, slug: str) -> HttpResponse:
    """The grid of teams and releases: everyone reads it, managers fill it in."""
    seat = seat_of(request.user, slug, need=EDIT if request.method == "POST" else READ)
    form = forms.CapacityForm(request.POST or None, product=seat.product)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.set_capacity(seat.product, form.changes(), shown=form.shown, by=seat, now=now())
        except actions.CapacityConflict as conflict:
            form.rebase(conflict)
            status = 409
        else:
            said(request, ngettext("%(n)d figure changed.", "%(n)d figures changed.", changed) % {"n": changed})
            return gone_back(request, "roadmap:capacity", slug)
    return page(request, "roadmap/setup_capacity.html", setup_context(seat, "capacity", form=form), status=status)


# releases


@login_required
@require_GET
def releases(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    rows = queries.release_rows(seat.product, today=seat.product.today(now()))
    context = setup_context(seat, "releases", rows=rows, form=forms.ReleaseForm(product=seat.product))
    return page(request, "roadmap/setup_releases.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def release_new(request: HttpRequest, slug: str) -> HttpResponse:
    return _new_part(
        request, slug, "releases", Release, forms.ReleaseForm, actions.save_release, heading=_("New release")
    )


@login_required
@require_http_methods(["GET", "POST"])
def release_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, release = access.release(request.user, slug, pk)
    return _edit_part(request, seat, "releases", release, forms.ReleaseForm, actions.save_release)


@login_required
@require_http_methods(["GET", "POST"])
def release_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, release = access.release(request.user, slug, pk)
    return _delete_part(request, seat, "releases", release)


# milestones


@login_required
@require_GET
def milestones(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    form = forms.MilestoneForm(product=seat.product)
    context = setup_context(seat, "milestones", rows=queries.milestones(seat.product), form=form)
    return page(request, "roadmap/setup_milestones.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def milestone_new(request: HttpRequest, slug: str) -> HttpResponse:
    return _new_part(
        request, slug, "milestones", Milestone, forms.MilestoneForm, actions.save_milestone, heading=_("New milestone")
    )


@login_required
@require_http_methods(["GET", "POST"])
def milestone_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, milestone = access.milestone(request.user, slug, pk)
    return _edit_part(request, seat, "milestones", milestone, forms.MilestoneForm, actions.save_milestone)


@login_required
@require_http_methods(["GET", "POST"])
def milestone_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, milestone = access.milestone(request.user, slug, pk)
    return _delete_part(request, seat, "milestones", milestone)
