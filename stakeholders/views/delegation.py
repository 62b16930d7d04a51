"""“Someone else should answer this”: the person names them by their own link, a manager lets them in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stakeholders import access, clock, deadline_wording, kinds
from stakeholders.actions import delegation as actions
from stakeholders.actions.closing import RoundIsClosed
from stakeholders.forms.delegation import DelegateForm
from stakeholders.models import Delegation, Invitation, Seat
from stakeholders.pages import gone_back, said, sealed
from stakeholders.queries.delegation import delegation_of
from stakeholders.throttle import too_many

TRIES, WINDOW = 20, 3600


def _principal(request: HttpRequest, public_id: str) -> Invitation:
    """Return the invitation of the person who acts; whoever stands in for them can hand nothing on."""
    invitation = access.granted_invitation(request, public_id)
    if invitation.standing_in is not None:
        raise PermissionDenied
    return invitation


@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask who should answer; say whether they were written to, or that a manager decides."""
    invitation = _principal(request, public_id)
    form = DelegateForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if too_many(f"delegate:{invitation.pk}", TRIES, WINDOW):
            return sealed(render(request, "stakeholders/link_slow_down.html", status=429))
        if form.is_valid():
            try:
                actions.name_delegate(invitation, now=clock.database_now(), **form.cleaned_data)
            except RoundIsClosed:
                form.add_error(None, _("The deadline has passed: nobody can be asked any more."))
                status = 409
            except ValidationError as refusal:
                form.add_error("who", refusal)
            else:
                return _back(public_id)
    return _page(request, invitation, form, status)


@require_POST
def end_own_delegation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take it back: the link of whoever was named ends."""
    invitation = _principal(request, public_id)
    found = delegation_of(invitation)
    if found is not None:
        actions.end_delegation(found, by=invitation.seat, now=clock.database_now())
    return _back(public_id)


def _back(public_id: str) -> HttpResponse:
    response = redirect("stakeholders:delegate", public_id)
    response.status_code = 303
    return sealed(response)


def _page(request: HttpRequest, invitation: Invitation, form: DelegateForm, status: int) -> HttpResponse:
    round = invitation.round
    context = {
        "product": round.product,
        "round": round,
        "invitation": invitation,
        "form": form,
        "delegation": delegation_of(invitation),
        "takes_answers": invitation.takes_answers_at(clock.database_now()),
        "answer_url": kinds.kind_of(round).answer_url(round),
        "deadline": deadline_wording.long(invitation),
    }
    return sealed(render(request, "stakeholders/delegate.html", context, status=status))


@login_required
@require_POST
def approve_delegate(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    seat, found = _delegation(request, slug, public_id, pk)
    try:
        made = actions.approve_delegate(found, by=seat, now=clock.database_now())
    except RoundIsClosed:
        said(request, _("The deadline has passed: nobody can be asked any more."))
    except ValidationError as refusal:
        said(request, " ".join(refusal.messages))
    else:
        said(request, _("%(who)s gets the link now.") % {"who": made.delegate.user.get_full_name()})  # type: ignore[union-attr]
    return gone_back(request, "stakeholders:round", slug, public_id)


@login_required
@require_POST
def decline_delegate(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    seat, found = _delegation(request, slug, public_id, pk)
    actions.decline_delegate(found, by=seat, now=clock.database_now())
    said(request, _("Not let in. %(who)s is told.") % {"who": found.invitation.seat.user.get_full_name()})
    return gone_back(request, "stakeholders:round", slug, public_id)


@login_required
@require_POST
def end_delegation(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    seat, found = _delegation(request, slug, public_id, pk)
    actions.end_delegation(found, by=seat, now=clock.database_now())
    said(request, _("Ended. What the delegate answered stays until it is replaced."))
    return gone_back(request, "stakeholders:round", slug, public_id)


def _delegation(request: HttpRequest, slug: str, public_id: str, pk: int) -> tuple[Seat, Delegation]:
    """Return the manager's seat and a delegation of that round. Raises as `access.round_of`."""
    seat, round = access.round_of(request.user, slug, public_id, need=access.EDIT)
    rows = Delegation.objects.select_related("invitation__seat__user", "delegate__user")
    found = get_object_or_404(rows, pk=pk, invitation__round=round)
    found.invitation.round = round
    return seat, found
