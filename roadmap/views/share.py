"""The page behind a share link, for people without an account, and the manager's page of all such links."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import check_password
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_GET, require_http_methods, require_POST

from roadmap import access
from roadmap.actions import share as actions
from roadmap.forms.share import PasswordForm, ShareForm
from roadmap.forms.timeline import LANES, ShareTimelineForm
from roadmap.models import ShareLink
from roadmap.queries import share as queries
from stakeholders.access import EDIT
from stakeholders.access import seat as seat_of
from stakeholders.actions.links import url_of
from stakeholders.clock import now
from stakeholders.grants import Gone
from stakeholders.models import Link, Organisation, Seat
from stakeholders.once import made_once
from stakeholders.pages import changed, page, said
from stakeholders.throttle import has_reached, too_many
from stakeholders.views.links import find_link

WRONG_PASSWORDS = 10
WRONG_WINDOW = 600
UNLOCKED_FOR = 12 * 3600
SALT = "accord.share-key"


# for those who read


@csrf_exempt  # no cookie is ever set here; the one POST compares a password and leads to an address
@conditional_page
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, token: str) -> HttpResponse:
    link = find_link(request, token, Link.Kind.SHARE)
    if isinstance(link, HttpResponse):
        return link
    if link.revoked_at or not link.is_live_at(now()):
        raise Gone("revoked" if link.revoked_at else "expired", kind=link.kind, product=None)
    found = queries.share_of(link)
    if found.product.purge_started_at:
        raise Http404
    form = ShareTimelineForm(request.GET)
    if found.password and not _is_unlocked(found, form.key_given):
        return _open(request, found, token) if request.method == "POST" else _ask(request, found, token, PasswordForm())
    if request.method == "POST":
        return _sealed(HttpResponseRedirect(request.path, status=303))
    version = queries.version_shown(found)
    if version is None:
        return _sealed(render(request, "roadmap/share_empty.html", {"share": found, "product": found.product}))
    version.product = found.product
    actions.remember_use(found, on=found.product.today(now()))  # the one thing that a reader leaves: a day
    return _sealed(render(request, "roadmap/share.html", _shown(found, version, form, token)))


def _shown(found: ShareLink, version: Any, form: ShareTimelineForm, token: str) -> dict[str, Any]:
    home = reverse("roadmap:share", args=[token])
    shown = queries.share_page(
        found,
        version,
        form.choice(),
        now=now(),
        link=lambda each: f"{home}{form.query(feature=each.key)}#panel",
        lane_link=lambda lane: f"{home}{form.query(lane=lane, feature=None)}",
    )
    organisation = Organisation.current()
    return {
        "share": found,
        "product": found.product,
        "page": shown,
        "timeline": shown.timeline,
        "open": shown.features.get(form.feature_ref),
        "organisation": organisation.name if organisation else "",
        "home": home,
        "view": form.view_name,
        "views": [
            (str(label), form.query(view=key, feature=None), key)
            for key, label in ShareTimelineForm.FACES
            if key != "changes"
        ],
        "changes_link": form.query(view="changes", feature=None),
        "lane_links": [(str(label), form.query(lanes=key, lane=None, feature=None)) for key, label in LANES],
        "lanes_now": dict(LANES)[form.choice().lanes],
        "all_lanes": form.query(lane=None),
        "without_panel": form.query(feature=None),
    }


def _ask(
    request: HttpRequest, found: ShareLink, token: str, form: PasswordForm, status: int = 200, sentence: str = ""
) -> HttpResponse:
    context = {"share": found, "product": None, "token": token, "form": form, "sentence": sentence}
    return _sealed(render(request, "roadmap/share_password.html", context, status=status))


def _open(request: HttpRequest, found: ShareLink, token: str) -> HttpResponse:
    """Compare the password, ten wrong ones in ten minutes a link, and lead to an address that opens for twelve hours."""
    tries = f"share-password:{found.link_id}"
    form = PasswordForm(request.POST)
    if has_reached(tries, WRONG_PASSWORDS):
        wait = _("Too many wrong passwords. Wait ten minutes, then try again.")
        return _ask(request, found, token, PasswordForm(), 429, wait)
    if not form.is_valid():
        return _ask(request, found, token, form, 422)
    if not check_password(form.cleaned_data["password"], found.password):
        too_many(tries, WRONG_PASSWORDS, WRONG_WINDOW)
        form.add_error("password", _("This is not the password that came with the link."))
        return _ask(request, found, token, form, 422)
    query = ShareTimelineForm(request.GET).query(key=signing.dumps(_lock(found), salt=SALT))
    return _sealed(HttpResponseRedirect(request.path + query, status=303))


def _is_unlocked(found: ShareLink, key: str) -> bool:
    try:
        return bool(key) and signing.loads(key, salt=SALT, max_age=UNLOCKED_FOR) == _lock(found)
    except signing.BadSignature:
        return False


def _lock(found: ShareLink) -> list[Any]:
    """What a key opens: this link, of this generation, with this password."""
    return [found.link_id, found.link.generation, found.password[-12:]]


def _sealed(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, no_cache=True)
    return response


# for those who manage


@login_required
@require_GET
def shares(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug, need=EDIT)
    return page(request, "roadmap/shares.html", _listed(seat, ShareForm(product=seat.product)))


@login_required
@require_POST
def make_share(request: HttpRequest, slug: str) -> HttpResponse:
    seat = seat_of(request.user, slug, need=EDIT)
    form = ShareForm(request.POST, product=seat.product)
    made = made_once(
        form,
        ShareLink,
        lambda: actions.make_share(seat.product, terms=form.terms(), by=seat, now=now()),
        by=seat.user,
    )
    if not made:
        return page(request, "roadmap/shares.html", _listed(seat, form), status=422)
    said(request, _("The link for %(audience)s is ready to copy.") % {"audience": made.audience})
    return changed(request, "roadmap/_shares.html", _listed(seat, form), back="roadmap:shares", back_args=[slug])


@login_required
@require_POST
def revoke_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat, found = access.share(request.user, slug, pk)
    actions.revoke_share(found, by=seat, now=now())
    said(request, _("The link for %(audience)s opens nothing any more.") % {"audience": found.audience})
    form = ShareForm(product=seat.product)
    return changed(request, "roadmap/_shares.html", _listed(seat, form), back="roadmap:shares", back_args=[slug])


def _listed(seat: Seat, form: ShareForm) -> dict[str, Any]:
    return {
        "seat": seat,
        "product": seat.product,
        "can_edit": True,
        "tab": "roadmap",
        "form": form,
        "rows": queries.share_rows(seat.product, now=now(), address=url_of),
        "has_version": seat.product.versions.exists(),
    }
