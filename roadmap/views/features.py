"""The list of features, the page of one, and the forms that make, change and delete it."""

from __future__ import annotations

from copy import copy

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from roadmap import access
from roadmap.actions import features as actions
from roadmap.actions.editing import EditConflict
from roadmap.forms.conflicts import differences
from roadmap.forms.features import FeatureForm
from roadmap.models import Feature
from roadmap.queries import features as queries
from stakeholders.access import EDIT
from stakeholders.access import seat as seat_of
from stakeholders.clock import now
from stakeholders.models import Seat
from stakeholders.once import made_once
from stakeholders.pages import gone_back, page, said


def _context(seat: Seat, **more) -> dict:
    return {"seat": seat, "product": seat.product, "can_edit": seat.reaches(EDIT), "tab": "features", **more}


@login_required
@require_GET
def features(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    found = queries.feature_list(seat.product, request.GET, with_scores=seat.reaches(EDIT))
    context = _context(seat, features=found, form=found.filters.form)
    return page(request, "roadmap/features.html", context, part="roadmap/_features.html", target="features")


@login_required
@require_GET
def suggestions(request: HttpRequest, slug: str) -> HttpResponse:
    """The features that a search box in a form may mean."""
    seat = seat_of(request.user, slug, need=EDIT)
    found = queries.suggestions(seat.product, request.GET.get("q", ""))
    return render(request, "roadmap/_feature_suggestions.html", {"suggestions": found})


@login_required
@require_GET
def feature(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    seat, found = access.feature(request.user, slug, ref)
    can_edit = seat.reaches(EDIT)
    context = _context(seat, feature=found, detail=queries.feature_detail(found, with_scores=can_edit))
    return page(request, "roadmap/feature.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def feature_new(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug, need=EDIT)
    form = FeatureForm(request.POST or None, product=seat.product)
    made = made_once(
        form,
        Feature,
        lambda: actions.create_feature(seat.product, content=form.content(), by=seat, now=now()),
        by=seat.user,
    )
    if made:
        made.product = seat.product
        said(request, _("%(key)s is in the list.") % {"key": made.key})
        if "another" in request.POST:
            return gone_back(request, "roadmap:feature-new", slug)
        return gone_back(request, "roadmap:feature", slug, made.key)
    context = _context(seat, form=form)
    return page(request, "roadmap/feature_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def feature_edit(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    seat, found = access.feature(request.user, slug, ref, need=EDIT)
    form = FeatureForm(request.POST or None, product=seat.product, instance=copy(found))
    if request.method == "POST" and form.is_valid():
        try:
            edition = form.cleaned_data["edition"] or 0
            actions.edit_feature(found, edition=edition, content=form.content(), by=seat, now=now())
        except EditConflict:
            return _conflict(request, seat, found, form)
        except actions.CircularNeeds as refusal:
            form.add_error("needs", _in_a_circle(refusal))
        else:
            said(request, _("%(key)s is saved.") % {"key": found.key})
            return gone_back(request, "roadmap:feature", slug, found.key)
    context = _context(seat, form=form, feature=found)
    return page(request, "roadmap/feature_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def feature_delete(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    seat, found = access.feature(request.user, slug, ref, need=EDIT)
    if request.method == "POST":
        try:
            actions.delete_feature(found, by=seat, now=now())
        except actions.FeatureInUse:
            context = _context(seat, feature=found, is_in_use=True)
            return page(request, "roadmap/feature_delete.html", context, status=409)
        said(request, _("%(key)s is deleted.") % {"key": found.key})
        return gone_back(request, "roadmap:features", slug)
    return page(request, "roadmap/feature_delete.html", _context(seat, feature=found))


def _conflict(request: HttpRequest, seat: Seat, feature: Feature, form: FeatureForm) -> HttpResponse:
    """Show what was saved meanwhile beside what was typed; saving again then means the newer edition."""
    fresh = Feature.objects.select_related("updated_by__user").get(pk=feature.pk)
    theirs = FeatureForm(product=seat.product, instance=copy(fresh))
    taken = form.rebase(theirs)
    fresh.product = seat.product
    context = _context(seat, form=form, feature=fresh, taken=taken, differences=differences(mine=form, theirs=theirs))
    return page(request, "roadmap/feature_form.html", context, status=409)


def _in_a_circle(refusal: actions.CircularNeeds) -> ValidationError:
    titles = " → ".join(f"{each.key} {each.title}" for each in refusal.circle)
    return ValidationError(
        _("This would be a circle, in which nothing could begin: %(titles)s."), params={"titles": titles}
    )
