"""Deleting a product for good: its owner is asked once, and told what goes with it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from prioritization.actions.purging import purge_product
from prioritization.actions.sample import delete_sample
from prioritization.forms.deletion import DeleteProductForm
from prioritization.queries.deletion import losses_of
from stakeholders import access
from stakeholders.clock import now
from stakeholders.pages import gone_back, page, said


@login_required
@require_http_methods(["GET", "POST"])
def product_delete(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.OWN)
    product = seat.product
    form = DeleteProductForm(request.POST or None, product=product)
    if request.method == "POST" and form.is_valid():
        delete = delete_sample if product.is_sample else purge_product
        delete(product, by=seat, now=now())
        said(request, _("%(name)s is deleted, with everything that belonged to it.") % {"name": product.name})
        return gone_back(request, "roadmap:products")
    context = {
        "seat": seat,
        "product": product,
        "can_edit": True,
        "tab": "overview",
        "form": form,
        "losses": losses_of(product),
    }
    return page(request, "prioritization/product_delete.html", context, status=422 if form.is_bound else 200)
