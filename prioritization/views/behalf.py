"""Entering the answers that somebody gave by word of mouth."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from prioritization.actions import behalf as actions
from prioritization.actions.voting import ballot_of
from prioritization.forms.behalf import read_sheet
from prioritization.models import Ballot, VotingRound
from prioritization.queries.behalf import entry_sheet
from prioritization.rules.ballots import NotAnAnswer
from prioritization.voting import NAME
from stakeholders import access, clock, deadline_wording
from stakeholders.actions.closing import AnswerIsLate, RoundIsBusy, RoundIsClosed
from stakeholders.models import Seat
from stakeholders.pages import gone_back, said


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter_answers(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    """Show what can be entered for a person; save it, and say that they are mailed."""
    arrived = clock.arrived_at()
    seat, ballot = _ballot(request, slug, public_id, pk)
    if request.method != "POST":
        return _page(request, seat, ballot)
    try:
        saved = actions.enter_answers(ballot, read_sheet(request.POST, entry_sheet(ballot)), by=seat, arrived=arrived)
    except NotAnAnswer:
        return _page(request, seat, ballot, _("An answer is 1 to 5, or “no opinion”."), status=422)
    except (AnswerIsLate, RoundIsClosed):
        return _page(request, seat, ballot, _("The deadline has passed: nothing was entered."), status=409)
    except RoundIsBusy:
        return _page(request, seat, ballot, _("Too many answers at this moment. Send it again."), status=503)
    except ValidationError as refusal:
        return _page(request, seat, ballot, " ".join(refusal.messages), status=409)
    name = ballot.invitation.seat.user.get_full_name()
    if not saved.changed:
        said(request, _("Nothing was new, so nothing was entered."))
    else:
        words = ngettext(
            "Entered %(n)d answer for %(name)s, who gets a mail with it.",
            "Entered %(n)d answers for %(name)s, who gets a mail with them.",
            saved.changed,
        )
        said(request, words % {"n": saved.changed, "name": name})
    return gone_back(request, "stakeholders:round", slug, public_id)


def _ballot(request: HttpRequest, slug: str, public_id: str, pk: int) -> tuple[Seat, Ballot]:
    """Return the manager's seat and the ballot of somebody asked in the round. Raises as `access.round_of`."""
    seat, round = access.round_of(request.user, slug, public_id, need=access.EDIT)
    if round.kind != NAME:
        raise Http404
    asked = round.invitations.standing().select_related("seat__user", "seat__department", "department")
    invitation = get_object_or_404(asked, pk=pk)
    invitation.round = round
    ballot = ballot_of(invitation)
    ballot.invitation, ballot.voting.round = invitation, round
    return seat, ballot


def _page(request: HttpRequest, seat: Seat, ballot: Ballot, why: str = "", *, status: int = 200) -> HttpResponse:
    round = ballot.invitation.round
    context: dict[str, Any] = {
        "product": seat.product,
        "seat": seat,
        "tab": "rounds",
        "can_edit": True,
        "round": round,
        "who": ballot.invitation.seat,
        "sheet": entry_sheet(ballot, request.POST),
        "is_anonymous": ballot.voting.secrecy == VotingRound.Secrecy.ANONYMOUS,
        "takes_answers": ballot.invitation.takes_answers_at(clock.database_now()),
        "deadline": deadline_wording.long(ballot.invitation),
        "why": why,
    }
    response = render(request, "prioritization/enter_answers.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
