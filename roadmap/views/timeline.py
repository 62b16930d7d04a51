"""The drawn roadmap, now / next / later, and the acts that give a feature its place."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from roadmap import access
from roadmap.actions import planning as actions
from roadmap.actions.features import EditConflict
from roadmap.forms.timeline import LANES, SCALES, PlanForm, TimelineForm
from roadmap.models import Feature
from roadmap.queries import timeline_page as queries
from stakeholders import wording
from stakeholders.access import EDIT
from stakeholders.access import seat as seat_of
from stakeholders.clock import now
from stakeholders.models import Organisation, Seat
from stakeholders.pages import changed, page, said


@login_required
@require_GET
def timeline(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    form = TimelineForm(request.GET)
    context = _context(request, seat, form)
    if form.feature_ref:
        _seat, feature = access.feature(request.user, slug, form.feature_ref)
        context["open"] = queries.open_feature(feature, context["page"])
        context["form"] = PlanForm(product=seat.product, feature=feature)
    return page(request, "roadmap/timeline_table.html" if form.is_table else "roadmap/timeline.html", context)


@login_required
@require_GET
def now_next_later(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug)
    context = _context(request, seat, TimelineForm({"past": "1"}))
    context["columns"] = queries.columns(context["page"].timeline)
    return page(request, "roadmap/now_next_later.html", context)


def _context(request: HttpRequest, seat: Seat, form: TimelineForm) -> dict:
    home = reverse("roadmap:timeline", args=[seat.product.slug])
    shown = queries.timeline_page(
        seat.product,
        form.choice(),
        now=now(),
        link=lambda each: f"{home}{form.query(feature=each.key)}#panel",
        lane_link=lambda lane: f"{home}{form.query(lane=lane, feature=None)}",
    )
    organisation = Organisation.current()
    return {
        "seat": seat,
        "product": seat.product,
        "can_edit": seat.reaches(EDIT),
        "tab": "roadmap",
        "page": shown,
        "timeline": shown.timeline,
        "state": form,
        "home": home,
        "foot": _("%(organisation)s · internal") % {"organisation": organisation.name}
        if organisation
        else _("internal"),
        "address": f"{urlsplit(settings.BASE_URL).netloc}{home}",
        "lane_links": [(str(label), form.query(lanes=key, lane=None), key) for key, label in LANES],
        "scale_links": [(str(label), form.query(scale=key), key) for key, label in SCALES],
        "lanes_now": dict(LANES)[form.choice().lanes],
        "scale_now": dict(SCALES)["months" if form.choice().zoomed else "quarters"],
        "past_link": form.query(past=None if form.choice().with_past else "1"),
        "without_panel": form.query(feature=None),
        "table_link": form.query(view="table", feature=None),
        "timeline_link": form.query(view=None, feature=None),
        "all_lanes": form.query(lane=None),
    }


@login_required
@require_POST
def plan_feature(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    seat, feature = access.feature(request.user, slug, ref, need=EDIT)
    form = PlanForm(request.POST, product=seat.product)
    if not form.is_valid():
        return _refused(request, seat, feature, form, 422)
    try:
        moved = actions.plan_feature(
            feature, place=form.place(), edition=form.cleaned_data["edition"], by=seat, now=now()
        )
    except actions.BrokenDependency as refusal:
        form.add_error(None, refusal.in_words())
        return _refused(request, seat, feature, form, 409)
    except EditConflict:
        return _conflict(request, seat, feature, form)
    return _moved(request, seat, feature, moved)


@login_required
@require_POST
def unplan_feature(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    seat, feature = access.feature(request.user, slug, ref, need=EDIT)
    form = PlanForm({**request.POST.dict(), "precision": Feature.Precision.DAY}, product=seat.product)
    try:
        edition = form.fields["edition"].clean(request.POST.get("edition", ""))
    except ValidationError:
        edition = 0  # no edition there ever was: a conflict
    try:
        moved = actions.unplan_feature(feature, edition=edition, by=seat, now=now())
    except EditConflict:
        return _conflict(request, seat, feature, form)
    return _moved(request, seat, feature, moved)


@login_required
@require_POST
def undo_plan(request: HttpRequest, slug: str, ref: str, token: str) -> HttpResponse:
    seat, feature = access.feature(request.user, slug, ref, need=EDIT)
    try:
        moved = actions.undo_plan(feature, token=token, by=seat, now=now())
    except (EditConflict, ValidationError):
        form = PlanForm(product=seat.product, feature=feature)
        return _refused(request, seat, feature, form, 409, sentence=_("It was changed since, so it cannot be undone."))
    said(request, _("%(key)s is back where it was.") % {"key": moved.key})
    return changed(request, "roadmap/_plan_form.html", {}, back=_at(slug, moved))


def _moved(request: HttpRequest, seat: Seat, before: Feature, after: Feature) -> HttpResponse:
    if before.edition == after.edition:
        said(request, _("Nothing changed."))
    else:
        undo = reverse("roadmap:feature-plan-undo", args=[seat.product.slug, after.key, actions.undo_of(before, after)])
        said(request, _place_in_words(after), undo=undo)
    return changed(request, "roadmap/_plan_form.html", {}, back=_at(seat.product.slug, after))


def _place_in_words(feature: Feature) -> str:
    place = actions.place_of(feature)
    if place.is_nowhere:
        return _("%(title)s is off the roadmap.") % {"title": feature.title}
    if place.release:
        return _("%(title)s moved to %(release)s.") % {"title": feature.title, "release": place.release.name}
    if place.precision == Feature.Precision.LATER:
        return _("%(title)s moved to later.") % {"title": feature.title}
    return _("%(title)s has new dates.") % {"title": feature.title}


def _conflict(request: HttpRequest, seat: Seat, feature: Feature, form: PlanForm) -> HttpResponse:
    """Say who saved meanwhile, and keep what was typed; saving again then means the newer edition."""
    fresh = Feature.objects.select_related("updated_by__user", "release").get(pk=feature.pk)
    fresh.product = seat.product
    form.data = form.data.copy()
    form.data["edition"] = str(fresh.edition)
    who = fresh.updated_by.user.get_full_name() if fresh.updated_by else _("Somebody")
    sentence = _("%(who)s changed this meanwhile: it stands as %(place)s. Save again to replace that.") % {
        "who": who,
        "place": _standing(fresh),
    }
    return _refused(request, seat, fresh, form, 409, sentence=sentence)


def _standing(feature: Feature) -> str:
    parts = [feature.release.name if feature.release else _("no release")]
    parts += [wording.day_and_year(each) for each in (feature.starts_on, feature.ends_on) if each]
    return ", ".join(parts)


def _refused(
    request: HttpRequest, seat: Seat, feature: Feature, form: PlanForm, status: int, *, sentence: str = ""
) -> HttpResponse:
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": True,
        "tab": "roadmap",
        "feature": feature,
        "form": form,
        "sentence": sentence,
        "alone": True,
    }
    return changed(request, "roadmap/_plan_form.html", context, status=status)


def _at(slug: str, feature: Feature) -> str:
    return f"{reverse('roadmap:timeline', args=[slug])}?feature={feature.key}#panel"
