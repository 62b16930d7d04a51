"""What a link at the foot of a mail does: end the reminders of a round, or say that an answer was not one's own.

These take no cookie and no CSRF token: the token in the address is the whole right, as RFC 8058 wants it for the one click
that a mail program sends. Nothing here reads a session, so nobody can be made to act with a right that they hold elsewhere.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from stakeholders import clock, grants
from stakeholders.actions import wishes
from stakeholders.models import Delegation, Invitation, Link
from stakeholders.pages import sealed
from stakeholders.views.links import find_link


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mail_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link would do, with one button; a POST does it. Safe to repeat."""
    link = find_link(request, token, Link.Kind.UNSUBSCRIBE, Link.Kind.NOT_ME)
    if isinstance(link, HttpResponse):
        return link
    if request.method == "POST" and link.kind == Link.Kind.UNSUBSCRIBE:
        return sealed(_stop_or_go_on(request, link))
    invitation = _invitation(link)
    if request.method == "POST":
        wishes.disown(link, now=clock.now())
        return sealed(HttpResponseRedirect(request.path, status=303))
    context = {
        "link": link,
        "token": token,
        "round": link.round,
        "product": link.round.product,
        "invitation": invitation,
        "is_over": not link.round.is_open,
    }
    return sealed(render(request, f"stakeholders/link_{link.kind.replace('-', '_')}.html", context))


def _stop_or_go_on(request: HttpRequest, link: Link) -> HttpResponse:
    """A mail program's one click gets a word, a person's button the page that says how things stand now."""
    if request.POST.get("wish") == "again":
        wishes.want_reminders(link, now=clock.now())
    else:
        wishes.stop_reminders(link, now=clock.now())
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse(_("No more reminders of this round will come."), content_type="text/plain; charset=utf-8")
    return HttpResponseRedirect(request.path, status=303)


def _invitation(link: Link) -> Invitation | Delegation:
    """Return what the person is asked, in their own name or, for reminders, for somebody else."""
    asked = Invitation.objects.standing().filter(round=link.round_id, seat=link.seat_id).first()
    if asked is None and link.kind == Link.Kind.UNSUBSCRIBE:
        asked = Delegation.objects.let_in().filter(invitation__round=link.round_id, delegate=link.seat_id).first()
    if asked is None:
        raise grants.Gone("removed", round=link.round, product=link.round.product)
    return asked
