"""Loading the sample from a page: asked for with one press by an administrator with whom nobody has begun yet."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from prioritization.actions.sample import may_load_sample
from roadmap.models import Product
from stakeholders import access, clock
from stakeholders.pages import gone_back, page

log = logging.getLogger(__name__)
TASK = "prioritization.tasks.open_sample_to"
ASKED_AT = "sample-asked-at"  # in the session: whoever asked is shown how it goes on; the product itself is the fact
LOADS_WITHIN = timedelta(minutes=5)


@login_required
@require_GET
def sample(request: HttpRequest) -> HttpResponse:
    """Show that the sample is being loaded, until it is there; then lead to it."""
    access.organisation(request.user)
    there = Product.objects.filter(is_sample=True, seats__user=request.user, seats__left_at=None).first()
    if there is not None:
        request.session.pop(ASKED_AT, None)
        return gone_back(request, "prioritization:home", there.slug)
    asked_at = request.session.get(ASKED_AT)
    is_loading = bool(asked_at) and clock.now() - datetime.fromisoformat(asked_at) < LOADS_WITHIN
    context = {"is_loading": is_loading, "was_asked": bool(asked_at), "can_load": may_load_sample()}
    return page(request, "prioritization/sample.html", context, part="prioritization/_sample_loading.html")


@login_required
@require_POST
def load_sample(request: HttpRequest) -> HttpResponse:
    """Have a worker load the sample. Pressing again is safe: it is loaded once."""
    access.organisation(request.user)
    if not may_load_sample():
        messages.error(request, _("There is a product already, so the sample is not loaded beside it."))
        return gone_back(request, "roadmap:products")
    try:
        current_app.send_task(TASK, [request.user.pk], queue="long", retry=False, expires=LOADS_WITHIN.seconds)
    except (OSError, OperationalError) as away:
        log.warning("The broker is away (%s): the sample is not loaded.", away)
        messages.error(request, _("The worker that loads it can’t be reached just now. Try again in a minute."))
        return gone_back(request, "roadmap:products")
    request.session[ASKED_AT] = clock.now().isoformat()
    return gone_back(request, "prioritization:sample")
