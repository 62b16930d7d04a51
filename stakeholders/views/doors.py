"""The door of a round: where its QR code leads, and how one gets from there to one's own answer.

A code on a wall is the same for everybody who points a phone at it, so it can carry nobody's right to answer. Three ways
were weighed. A list of names to tap would let each answer as all the others. A code of the meeting to type proves that one
is in the room, not who one is. So the door asks for what every other way in asks for: a phone that opened its personal
link today goes straight on to its ballot; one that is signed in presses a button with its own name on it; and any other
is told to open the mail that it has, or has that link mailed again, which takes seconds and says the same to an address
that is asked and to one that is not. The door names neither product nor round to who shows no right: its address is a
name, not a secret, and the wall it hangs on says what it is about.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from stakeholders import access, clock, grants, kinds
from stakeholders.actions import doors as actions
from stakeholders.actions.links import seat_link
from stakeholders.actions.rounds import mark_opened
from stakeholders.forms.doors import AddressForm
from stakeholders.models import Invitation, Organisation, Round
from stakeholders.pages import sealed
from stakeholders.peers import address_of
from stakeholders.throttle import too_many

ASKED_AT_MOST = 60
"""A whole meeting may sit behind one address, so it is let through; each mailbox has its own, narrower limit."""
WINDOW = 600


@require_http_methods(["GET", "HEAD"])
def round_door(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead a browser that holds a grant to the page where its person answers; show any other how to get there."""
    try:
        asked = access.granted_invitation(request, public_id)
    except Http404:
        return _door(request, _round(public_id))
    return sealed(HttpResponseRedirect(kinds.kind_of(asked.round).answer_url(asked.round)))


@login_required
@require_POST
def enter_round(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a browser that is signed in answer for its own person: what pressing their link's button does."""
    asked = access.own_invitation(request.user, public_id)
    now = clock.now()
    if asked.round.cancelled_at:
        raise grants.Gone("cancelled", round=asked.round, product=asked.round.product)
    mark_opened(asked.round, asked.seat, now=now)
    response = HttpResponseRedirect(kinds.kind_of(asked.round).answer_url(asked.round), status=303)
    grants.give(request, response, seat_link(asked.seat, asked.round, now=now), now=now)
    return sealed(response)


@require_POST
def send_link(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mail someone their own link again; the answer is the same whether the address is asked in the round or not."""
    found = _round(public_id)
    if too_many(f"send-link:{address_of(request)}", ASKED_AT_MOST, WINDOW):
        return sealed(render(request, "stakeholders/link_slow_down.html", status=429))
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _door(request, found, form, status=422)
    actions.send_link_again(found, email=form.cleaned_data["email"], now=clock.database_now())
    return _door(request, found, sent_to=form.cleaned_data["email"])


def _round(public_id: str) -> Round:
    found = Round.objects.filter(public_id=public_id, product__purge_started_at=None).select_related("product").first()
    if found is None:
        raise Http404
    return found


def _door(
    request: HttpRequest, found: Round, form: AddressForm | None = None, *, sent_to: str = "", status: int = 200
) -> HttpResponse:
    mine = _mine(request, found)
    context = {
        "public_id": found.public_id,
        "organisation": Organisation.current(),
        "state": found.state_at(clock.now()),
        "mine": mine,
        "round": found if mine else None,
        "form": form or AddressForm(),
        "sent_to": sent_to,
    }
    return sealed(render(request, "stakeholders/round_door.html", context, status=status))


def _mine(request: HttpRequest, found: Round) -> Invitation | None:
    """Return the invitation of the person who is signed in, if they are asked."""
    if not request.user.is_authenticated:
        return None
    try:
        return access.own_invitation(request.user, found.public_id)
    except Http404:
        return None
