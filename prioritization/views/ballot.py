"""A person's ballot, opened by their own link: one feature a page, each answer saved as it is given."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from prioritization import access
from prioritization.actions import ballots as actions
from prioritization.models import Ballot
from prioritization.queries import ballot as queries
from prioritization.rules.ballots import NotAnAnswer, read_answer
from stakeholders import clock, deadline_wording, wording
from stakeholders.actions.closing import AnswerIsLate, RoundIsBusy, RoundIsClosed, close_if_due

ROUND_IS_BUSY = 503
TRY_AGAIN_AFTER_SECONDS = "2"


def _context(ballot: Ballot, **more: object) -> dict[str, object]:
    round = ballot.invitation.round
    return {
        "product": round.product,
        "round": round,
        "invitation": ballot.invitation,
        "ballot": ballot,
        "deadline": deadline_wording.long(ballot.invitation),
        "deadline_short": deadline_wording.short(ballot.invitation),
        **more,
    }


def _page(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """A page that only its person may see: never stored, never found, its address told to no other site."""
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _closed(request: HttpRequest, ballot: Ballot) -> HttpResponse | None:
    """The page that says what became of the round, once it takes no more answers; None while it does.

    Whoever comes after the grace closes it, so that this is right even if no worker runs.
    """
    round = ballot.invitation.round
    now = clock.database_now()
    if ballot.invitation.takes_answers_at(now):
        return None
    closed = close_if_due(round, now=now)
    round.closed_at, round.outcome = closed.closed_at, closed.outcome
    context = _context(ballot, sheet=queries.sheet(ballot))
    return _page(request, "prioritization/ballot_closed.html", context, status=410)


@require_safe
@ensure_csrf_cookie
def ballot(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where the link leads: hello, welcome back, or the receipt; after the deadline what became of it."""
    mine = access.ballot(request, public_id)
    return _closed(request, mine) or _page(
        request, "prioritization/ballot.html", _context(mine, sheet=queries.sheet(mine))
    )


@require_safe
@ensure_csrf_cookie
def ballot_feature(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """One feature, its criteria as rows of buttons."""
    mine = access.ballot(request, public_id)
    if closed := _closed(request, mine):
        return closed
    sheet = queries.sheet(mine)
    asked = sheet.at(number)
    if asked is None:
        raise Http404
    context = _context(mine, sheet=sheet, asked=asked, segments=sheet.segments(number))
    return _page(request, "prioritization/ballot_feature.html", context)


@require_safe
@ensure_csrf_cookie
def ballot_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """All features in one grid, for wide screens."""
    mine = access.ballot(request, public_id)
    return _closed(request, mine) or _page(
        request, "prioritization/ballot_list.html", _context(mine, sheet=queries.sheet(mine))
    )


@require_safe
@ensure_csrf_cookie
def ballot_answers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything answered so far, what is missing marked, and Done."""
    mine = access.ballot(request, public_id)
    return _closed(request, mine) or _page(
        request, "prioritization/ballot_answers.html", _context(mine, sheet=queries.sheet(mine))
    )


@require_POST
def rate_feature(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Save what was tapped, or what a form without JavaScript sends: any of the feature's criteria."""
    arrived = clock.arrived_at()
    mine = access.ballot(request, public_id)
    sheet = queries.sheet(mine)
    asked = sheet.at(number)
    if asked is None:
        raise Http404
    try:
        answers = _answers(request, sheet)
        saved = actions.save_ratings(mine, asked.feature.pk, answers, arrived=arrived)
    except NotAnAnswer:
        return _refused(request, mine, _("An answer is 1 to 5, or “no opinion”."), status=422)
    except (AnswerIsLate, RoundIsClosed) as refusal:
        return _refused(request, mine, _late(mine, refusal), status=409)
    except RoundIsBusy:
        return _busy(request, mine)
    if _wants_json(request):
        return _saved(mine, saved, arrived)
    return _onwards(request, public_id, number, len(sheet.asked))


@require_POST
def finish_ballot(request: HttpRequest, public_id: str) -> HttpResponse:
    """“Done”: the receipt is shown, and mailed."""
    arrived = clock.arrived_at()
    mine = access.ballot(request, public_id)
    try:
        actions.finish_ballot(mine, arrived=arrived)
    except (AnswerIsLate, RoundIsClosed) as refusal:
        return _refused(request, mine, _late(mine, refusal), status=409)
    except RoundIsBusy:
        return _busy(request, mine)
    response = redirect("prioritization:ballot", public_id)
    response.status_code = 303
    return response


def _answers(request: HttpRequest, sheet: queries.Sheet) -> actions.Answers:
    """Return what was sent; of the button "no opinion on this feature" that, on every criterion. Raises NotAnAnswer."""
    if "no-opinion" in request.POST:
        return {each.key: None for each in sheet.criteria}
    return {each.key: read_answer(request.POST[each.key]) for each in sheet.criteria if request.POST.get(each.key)}


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _saved(mine: Ballot, saved: actions.Saved, arrived: datetime) -> JsonResponse:
    at = wording.clock_time(arrived, mine.invitation.round.zone)
    return JsonResponse(
        {
            "said": _("Saved at %(time)s. You can change it until the deadline.") % {"time": at},
            "short": _("Saved at %(time)s") % {"time": at},
            "answered": saved.answered,
            "asked": saved.asked,
        }
    )


def _onwards(request: HttpRequest, public_id: str, number: int, count: int) -> HttpResponseRedirect:
    """Without JavaScript: to the next feature, or to the overview after the last."""
    if request.POST.get("stay"):
        to = reverse("prioritization:ballot-list", args=[public_id]) + f"#feature-{number}"
    elif number >= count:
        to = reverse("prioritization:ballot-answers", args=[public_id])
    else:
        to = reverse("prioritization:ballot-feature", args=[public_id, number + 1])
    return HttpResponseRedirect(to, status=303)


def _late(mine: Ballot, refusal: AnswerIsLate | RoundIsClosed) -> str:
    """Say that it came too late, by how much, and that nothing that was in is lost."""
    round = refusal.round
    if isinstance(refusal, AnswerIsLate):
        return _(
            "This round closed on %(deadline)s; this answer came at %(arrived)s. Your answers until then count."
        ) % {
            "deadline": deadline_wording.short(mine.invitation),
            "arrived": wording.to_the_second(refusal.arrived, round.zone),
        }
    when = wording.instant(round.closed_at or round.cancelled_at, round.zone)
    return _("This round closed on %(when)s. Your answers until then count.") % {"when": when}


def _busy(request: HttpRequest, mine: Ballot) -> HttpResponse:
    response = _refused(
        request, mine, _("Not saved: too many answers at this moment. Trying again."), status=ROUND_IS_BUSY
    )
    response["Retry-After"] = TRY_AGAIN_AFTER_SECONDS
    return response


def _refused(request: HttpRequest, mine: Ballot, said: str, *, status: int) -> HttpResponse:
    """Tell why nothing was saved; what was chosen stays on the screen, or is printed where there is no JavaScript."""
    if _wants_json(request):
        return JsonResponse({"said": said}, status=status)
    criteria = queries.criteria_for(mine.voting, mine.invitation.department_id)
    chosen = [(each, request.POST[each.key]) for each in criteria if request.POST.get(each.key)]
    return _page(request, "prioritization/ballot_refused.html", _context(mine, said=said, chosen=chosen), status=status)


@require_safe
@ensure_csrf_cookie
def ballot_token(request: HttpRequest, public_id: str) -> JsonResponse:
    """The CSRF token of now, for a page whose cookie was renewed by another tab."""
    access.ballot(request, public_id)
    response = JsonResponse({"token": get_token(request)})
    response["Cache-Control"] = "no-store, private"
    return response
