"""One's own API tokens: make, see once, revoke."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from stakeholders import clock
from stakeholders.actions import tokens as actions
from stakeholders.forms.tokens import TokenForm
from stakeholders.models import ApiToken
from stakeholders.once import made_once
from stakeholders.pages import gone_back, said


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    form, text = TokenForm(request.POST or None), ""
    if made := made_once(form, ApiToken, lambda: _made(request, form), by=request.user):
        form, text = TokenForm(), actions.text_of(made, request=form.digest)
    context = {"form": form, "text": text, "tokens": ApiToken.objects.filter(user=request.user, revoked_at=None)}
    return render(request, "stakeholders/tokens.html", context, status=422 if form.errors else 200)


def _made(request: HttpRequest, form: TokenForm) -> ApiToken:
    days, now = form.cleaned_data["days"], clock.now()
    expires_at = now + timedelta(days=days) if days else None
    name = form.cleaned_data["name"]
    return actions.make_token(request.user, name=name, expires_at=expires_at, now=now, request=form.digest)[0]


@login_required
@require_POST
def revoke_token(request: HttpRequest, key: str) -> HttpResponse:
    found = ApiToken.objects.filter(user=request.user, key=key).first()
    if found is None:
        raise Http404
    actions.revoke_token(found, now=clock.now())
    said(request, _("“%(name)s” no longer works.") % {"name": found.name})
    return gone_back(request, "stakeholders:tokens")
