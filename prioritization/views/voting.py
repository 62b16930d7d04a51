"""The page that opens a voting round; before the mails go out it asks once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from prioritization import access
from prioritization.actions.voting import open_voting_round
from prioritization.forms.voting import VotingForm, as_typed
from prioritization.queries.criteria import criteria_of
from prioritization.queries.voting import pick
from prioritization.rules.ballots import seconds_for
from stakeholders import clock, deadline_wording, wording
from stakeholders.forms.deadlines import twice_in_words
from stakeholders.models import Seat
from stakeholders.pages import said
from stakeholders.rules import reminders as reminder_rules


@login_required
@require_http_methods(["GET", "POST"])
def open_voting(request: HttpRequest, slug: str) -> HttpResponse:
    seat, now = access.seat(request.user, slug, need=access.EDIT), clock.database_now()
    if request.method != "POST":
        return _page(request, seat, _form(seat, now))
    if "check" not in request.POST and "sure" not in request.POST:
        return _page(request, seat, _form(seat, now, initial=as_typed(request.POST)))
    form = _form(seat, now, request.POST)
    if not form.is_valid():
        return _page(request, seat, form, status=422)
    if "sure" not in request.POST:
        return render(request, "prioritization/voting_sure.html", _context(seat, form) | _what_follows(form, now))
    terms = form.cleaned_data
    try:
        round = open_voting_round(
            seat.product,
            title=terms["title"],
            features=terms["features"],
            seats=terms["seats"],
            deadline=terms["deadline"],
            reminders=terms["reminders"],
            note=terms["note"],
            results=terms["results"],
            secrecy=terms["secrecy"],
            by=seat,
            now=now,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, seat, form, status=422)
    sent = ngettext(
        "The round is open; %(n)d invitation goes out.",
        "The round is open; %(n)d invitations go out.",
        len(terms["seats"]),
    )
    said(request, sent % {"n": len(terms["seats"])})
    response = redirect("stakeholders:round", slug, round.public_id)
    response.status_code = 303
    return response


def _form(seat: Seat, now: datetime, data: Any = None, *, initial: Any = None) -> VotingForm:
    return VotingForm(data, initial=initial, product=seat.product, criteria=criteria_of(seat.product), now=now)


def _context(seat: Seat, form: VotingForm) -> dict[str, Any]:
    return {"product": seat.product, "seat": seat, "tab": "rounds", "can_edit": True, "form": form}


def _page(request: HttpRequest, seat: Seat, form: VotingForm, *, status: int = 200) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    features = pick(
        seat.product,
        data,
        picked=[int(each) for each in data.getlist("features") if each.isascii() and each.isdigit() and len(each) < 19],
        criteria=len(form.criteria),
        add="pick" in data,
        drop="drop" in data,
    )
    asked = set(data.getlist("seats")) if request.method == "POST" else None
    people = [
        {"seat": each, "is_asked": asked is None or str(each.pk) in asked, "may_rate": form.may_rate(each)}
        for each in form.people
    ]
    context = _context(seat, form) | {"features": features, "people": people, "criteria": len(form.criteria)}
    return render(request, "prioritization/voting_new.html", context, status=status)


def _what_follows(form: VotingForm, now: datetime) -> dict[str, Any]:
    """What one is asked to be sure of: how many mails, how long it takes them, until when, and when they are reminded."""
    terms = form.cleaned_data
    deadline = terms["deadline"]
    reminders = terms["reminders"]
    if reminders is None:
        reminders = reminder_rules.schedule(now, deadline.at, deadline.zone)
    return {
        "features": len(terms["features"]),
        "people": len(terms["seats"]),
        "duration": wording.duration(seconds_for(len(terms["features"]) * len(form.criteria))),
        "deadline": deadline_wording.long_at(deadline.at, deadline.zone, is_date_only=deadline.is_end_of_day),
        "twice": twice_in_words(deadline),
        "reminders": [wording.instant(at, deadline.zone) for at in reminders],
    }
