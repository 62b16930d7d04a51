"""The page that opens a voting round; before the mails go out it shows them and asks once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from prioritization import access
from prioritization.actions.voting import open_voting_round
from prioritization.forms.voting import VotingForm, as_typed
from prioritization.queries import voting as queries
from prioritization.queries.criteria import criteria_of
from prioritization.rules.ballots import seconds_for
from stakeholders import clock, deadline_wording, wording
from stakeholders.forms.deadlines import off_hours_in_words, twice_in_words
from stakeholders.forms.rows import number_in
from stakeholders.mail.preview import preview_invitations, wanted
from stakeholders.models import Round, Seat
from stakeholders.pages import letter, said
from stakeholders.rules import reminders as reminder_rules
from stakeholders.rules.tokens import is_public_id, public_id


@login_required
@require_http_methods(["GET", "POST"])
def open_voting(request: HttpRequest, slug: str) -> HttpResponse:
    seat, now = access.seat(request.user, slug, need=access.EDIT), clock.database_now()
    if request.method != "POST":
        return _page(request, seat, _form(seat, now))
    if not {"check", "all", "letter", "sure"} & set(request.POST):
        return _page(request, seat, _form(seat, now, initial=as_typed(request.POST)))
    if "sure" in request.POST and (round := _opened_by(request, seat)):
        return _to_round(round)
    form = _form(seat, now, request.POST)
    if not form.is_valid():
        return _page(request, seat, form, status=422)
    try:
        if "sure" not in request.POST:
            return _ask(request, seat, form, now)
        round = _open(seat, form, now, once=_name_for(request))
    except (ValidationError, IntegrityError) as refusal:
        if round := _opened_by(request, seat):  # the other of two presses was quicker
            return _to_round(round)
        if isinstance(refusal, IntegrityError):
            raise
        form.add_error(None, refusal)
        return _page(request, seat, form, status=422)
    asked = round.invitations.count()
    sent = ngettext(
        "The round is open; %(n)d invitation goes out.", "The round is open; %(n)d invitations go out.", asked
    )
    said(request, sent % {"n": asked})
    return _to_round(round)


def _once(request: HttpRequest) -> str:
    """What the page that asked once more has called the round to be opened; "" for anything else."""
    name = request.POST.get("once", "")
    return name if is_public_id(name) else ""


def _name_for(request: HttpRequest) -> str:
    """That name, unless a round of another product has it."""
    name = _once(request)
    return "" if Round.objects.filter(public_id=name).exists() else name


def _opened_by(request: HttpRequest, seat: Seat) -> Round | None:
    """The round that an earlier press of the same button has opened."""
    return Round.objects.filter(product=seat.product, public_id=_once(request)).select_related("product").first()


def _to_round(round: Round) -> HttpResponse:
    response = redirect("stakeholders:round", round.product.slug, round.public_id)
    response.status_code = 303
    return response


def _form(seat: Seat, now: datetime, data: Any = None, *, initial: Any = None) -> VotingForm:
    return VotingForm(data, initial=initial, product=seat.product, criteria=criteria_of(seat.product), now=now)


def _context(seat: Seat, form: VotingForm) -> dict[str, Any]:
    return {"product": seat.product, "seat": seat, "tab": "rounds", "can_edit": True, "form": form}


def _open(seat: Seat, form: VotingForm, now: datetime, *, once: str = "") -> Round:
    terms = form.cleaned_data
    return open_voting_round(
        seat.product,
        title=terms["title"],
        features=terms["features"],
        seats=terms["seats"],
        newcomers=terms["newcomers"],
        deadline=terms["deadline"],
        reminders=terms["reminders"],
        note=terms["note"],
        results=terms["results"],
        secrecy=terms["secrecy"],
        public_id=once,
        by=seat,
        now=now,
    )


def _page(request: HttpRequest, seat: Seat, form: VotingForm, *, status: int = 200) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    last = queries.last_time(seat.product)
    picked = _ids(data, "features")
    if "lacking" in data:
        picked |= queries.without_votes(seat.product)
    if "last-features" in data and last:
        picked |= last.features
    features = queries.pick(
        seat.product, data, picked=picked, criteria=len(form.criteria), add="pick" in data, drop="drop" in data
    )
    pasted = form.pasted_so_far
    asked = _asked(request, form, last) | ({each.pk for each in pasted.known} if pasted else set())
    departments = queries.departments(form.people, form.criteria, asked=asked)
    context = _context(seat, form) | {
        "features": features,
        "departments": departments,
        "people": len(form.people),
        "pasted": pasted,
        "last": last,
        "criteria": len(form.criteria),
        "cautions": _cautions(form, features.picked, asked) if request.method == "POST" else [],
    }
    return render(request, "prioritization/voting_new.html", context, status=status)


def _ids(data: QueryDict, name: str) -> set[int]:
    """Return the ids that a list of boxes holds; what no id can be is passed over."""
    return {pk for sent in data.getlist(name) if (pk := number_in(sent)) is not None}


def _asked(request: HttpRequest, form: VotingForm, last: queries.LastTime | None) -> set[int]:
    """Return the ids of the seats that are ticked, after the button that was pressed; at first everyone's."""
    data = request.POST if request.method == "POST" else request.GET
    everyone = {seat.pk for seat in form.people}
    if (request.method != "POST" and "seats" not in data) or "everybody" in data:
        return everyone
    if "nobody" in data:
        return set()
    if "last-people" in data and last:
        return everyone & last.seats
    of = {key: data.get(key, "") for key in ("department", "without")}
    keyed = {key: {seat.pk for seat in form.people if str(seat.department_id or "none") == of[key]} for key in of}
    return (_ids(data, "seats") | keyed["department"]) - keyed["without"]


def _cautions(form: VotingForm, features: int, asked: set[int]) -> list[str]:
    """What is worth a second thought, of a form that is valid or still being filled in."""
    deadline = form.cleaned_data.get("deadline") if form.is_bound else form.proposed()
    pasted = form.pasted_so_far
    new = [each.department.pk if each.department else None for each in pasted.new] if pasted else []
    found = queries.cautions(
        features=features,
        criteria=form.criteria,
        asked=[*(seat.department_id for seat in form.people if seat.pk in asked), *new],
        there=[(seat.department_id, seat.department.name if seat.department else "") for seat in form.people],
    )
    return [*filter(None, [off_hours_in_words(deadline) if deadline else ""]), *found]


def _ask(request: HttpRequest, seat: Seat, form: VotingForm, now: datetime) -> HttpResponse:
    """Ask whether one is sure: how many mails and how they read, how long it takes, until when, when who is reminded."""
    terms = form.cleaned_data
    deadline, reminders = terms["deadline"], terms["reminders"]
    if reminders is None:
        reminders = reminder_rules.schedule(now, deadline.at, deadline.zone)
    people = len(terms["seats"]) + len(terms["newcomers"])
    mails = preview_invitations(lambda: _open(seat, form, now), now=now, limit=wanted(request.POST, people))
    if "letter" in request.POST:
        return letter(mails[-1].html)
    context = _context(seat, form) | {
        "features": terms["features"],
        "people": people,
        "newcomers": terms["newcomers"],
        "pasted": terms["pasted"],
        "mails": mails,
        "duration": wording.duration(seconds_for(len(terms["features"]) * len(form.criteria))),
        "deadline": deadline_wording.long_at(deadline.at, deadline.zone, is_date_only=deadline.is_end_of_day),
        "twice": twice_in_words(deadline),
        "reminders": [wording.instant(at, deadline.zone) for at in reminders],
        "cautions": _cautions(form, len(terms["features"]), {each.pk for each in terms["seats"]}),
        "results": dict(form.fields["results"].choices)[terms["results"]],  # type: ignore[attr-defined]
        "secrecy": dict(form.fields["secrecy"].choices)[terms["secrecy"]],  # type: ignore[attr-defined]
        "title": _("Send the invitations?"),
        "once": public_id(),
    }
    return render(request, "prioritization/voting_sure.html", context)
