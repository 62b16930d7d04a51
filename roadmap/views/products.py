"""The list of one's products, the form that makes one, what a product is for, and the form that says so."""

from __future__ import annotations

from copy import copy
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from roadmap.actions import products as actions
from roadmap.actions.editing import EditConflict
from roadmap.forms.conflicts import differences
from roadmap.forms.products import NewProductForm, ProductForm
from roadmap.models import Product
from roadmap.queries import products as queries
from roadmap.views.setup import setup_context
from stakeholders import access
from stakeholders.access import EDIT, OWN
from stakeholders.clock import now
from stakeholders.models import Seat, User
from stakeholders.once import made_once
from stakeholders.pages import gone_back, page, said


@login_required
@require_GET
def products(request: HttpRequest) -> HttpResponse:
    """One's products. Whoever administers an Accord in which nobody has begun is shown the three ways to begin."""
    rows = queries.product_rows(_user(request))
    is_admin = access.is_admin(request.user)
    context: dict[str, object] = {"rows": rows, "is_admin": is_admin}
    if is_admin and not rows and not Product.objects.exists():
        context |= {"is_beginning": True, "outbox": settings.OUTBOX_DIR if settings.MAIL_IS_KEPT else ""}
    return page(request, "roadmap/products.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def product_new(request: HttpRequest) -> HttpResponse:
    """Anyone who is signed in may make a product, and owns it then."""
    form, user = NewProductForm(request.POST or None), _user(request)
    made = made_once(form, Product, lambda: actions.create_product(**form.values(), by=user, now=now()), by=user)
    if made:
        said(request, _("%(name)s is made, and you own it.") % {"name": made.name})
        return gone_back(request, f"/p/{made.slug}/")
    return page(request, "roadmap/product_new.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_GET
def setup(request: HttpRequest, slug: str) -> HttpResponse:
    """What the product is for, for everyone who has a seat at it."""
    seat = access.seat(request.user, slug)
    objectives = queries.objective_rows(seat.product)
    context = setup_context(seat, "product", objectives=objectives, can_delete=seat.reaches(OWN))
    return page(request, "roadmap/setup.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def product_edit(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug, need=EDIT)
    form = ProductForm(request.POST or None, instance=copy(seat.product))
    if request.method == "POST" and form.is_valid():
        edition = form.cleaned_data["edition"] or 0
        try:
            actions.edit_product(seat.product, edition=edition, fields=form.values(), by=seat, now=now())
        except EditConflict:
            return _conflict(request, seat, form)
        said(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
        return gone_back(request, "roadmap:setup", slug)
    context = setup_context(seat, "product", form=form)
    return page(request, "roadmap/product_form.html", context, status=422 if form.is_bound else 200)


def _user(request: HttpRequest) -> User:
    """Whoever is signed in, as `login_required` has made sure."""
    return cast(User, request.user)


def _conflict(request: HttpRequest, seat: Seat, form: ProductForm) -> HttpResponse:
    """Show what was saved meanwhile beside what was typed; saving again then means the newer edition."""
    fresh = Product.objects.get(pk=seat.product_id)
    theirs = ProductForm(instance=copy(fresh))
    taken = form.rebase(theirs)
    told = differences(mine=form, theirs=theirs)
    context = setup_context(seat, "product", form=form, taken=taken, differences=told)
    return page(request, "roadmap/product_form.html", context, status=409)
