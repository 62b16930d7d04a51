"""A person's ballot, opened by their own link: one feature a page, each answer saved as it is given."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from prioritization import access
from prioritization.actions import ballots as actions
from prioritization.actions.remarks import answerer_of, leave_remark
from prioritization.models import Ballot, Remark
from prioritization.queries import ballot as queries
from prioritization.queries.remarks import are_held_back, own_remarks
from prioritization.queries.why import why
from prioritization.rules.ballots import Nonce, NotAnAnswer, read_answer, read_nonce, read_wait
from stakeholders import clock, deadline_wording, wording
from stakeholders.actions.closing import AnswerIsLate, RoundIsBusy, RoundIsClosed, close_if_due
from stakeholders.grants import is_shared

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
        "nonce": Nonce(secrets.token_hex(8), 0),
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
    sheet = queries.sheet(mine, with_last=True)
    asked = sheet.at(number)
    if asked is None:
        raise Http404
    context = _context(
        mine,
        sheet=sheet,
        asked=asked,
        is_shared=is_shared(request, mine.invitation.round_id),
        segments=sheet.segments(number),
        why=why(asked.feature),
        own=own_remarks(mine, asked.feature.pk),
        answerer=answerer_of(asked.feature, mine.invitation.round, asked_by=mine.invitation.seat),
    )
    return _page(request, "prioritization/ballot_feature.html", context)


@require_safe
@ensure_csrf_cookie
def ballot_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """All features in one grid, for wide screens."""
    mine = access.ballot(request, public_id)
    return _closed(request, mine) or _page(
        request, "prioritization/ballot_list.html", _context(mine, sheet=queries.sheet(mine, with_last=True))
    )


@require_safe
@ensure_csrf_cookie
def ballot_answers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything answered so far, what is missing marked, and Done."""
    mine = access.ballot(request, public_id)
    return _closed(request, mine) or _page(
        request,
        "prioritization/ballot_answers.html",
        _context(mine, sheet=queries.sheet(mine), own=own_remarks(mine, None)),
    )


@require_POST
def rate_feature(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Save what was tapped or said, or what a form without JavaScript sends: any of the criteria, and words."""
    arrived = clock.arrived_at()
    mine = access.ballot_to_answer(request, public_id)
    feature, nonce = queries.feature_at(mine, number), read_nonce(request.POST.get("nonce", ""))
    if feature is None:
        raise Http404
    try:
        answers = _answers(request, mine)
        # the words first: only they can be refused for what they say, and then the page says that nothing was saved
        remark = _leave_remark(request, mine, feature, arrived, nonce)
        saved = actions.save_ratings(
            mine,
            feature,
            answers,
            arrived=arrived,
            nonce=nonce,
            waited=read_wait(request.POST.get("waited", "")),
        )
    except (NotAnAnswer, ValidationError, AnswerIsLate, RoundIsClosed, RoundIsBusy) as refusal:
        return _refused(request, mine, refusal)
    if _wants_json(request):
        return _saved(mine, saved, remark)
    return _onwards(request, public_id, number, len(mine.voting.feature_ids))


@require_POST
def finish_ballot(request: HttpRequest, public_id: str) -> HttpResponse:
    """“Done”: the receipt is shown, and mailed; a comment on all of it comes along."""
    arrived = clock.arrived_at()
    mine = access.ballot(request, public_id)
    try:
        _leave_remark(request, mine, None, arrived, read_nonce(request.POST.get("nonce", "")))
        actions.finish_ballot(mine, arrived=arrived)
    except (ValidationError, AnswerIsLate, RoundIsClosed, RoundIsBusy) as refusal:
        return _refused(request, mine, refusal)
    response = redirect("prioritization:ballot", public_id)
    response.status_code = 303
    return response


def _leave_remark(
    request: HttpRequest, mine: Ballot, feature_id: int | None, arrived: datetime, nonce: Nonce | None
) -> Remark | None:
    """Keep the words that came along, if any did: they are a comment unless a question was asked."""
    text = request.POST.get("text", "").strip()
    if not text:
        return None
    is_question = feature_id is not None and request.POST.get("remark") == Remark.Kind.QUESTION
    kind = Remark.Kind.QUESTION if is_question else Remark.Kind.COMMENT
    return leave_remark(mine, feature_id, kind=kind, text=text, arrived=arrived, nonce=nonce)


def _answers(request: HttpRequest, mine: Ballot) -> actions.Answers:
    """Return what was sent; of the button "no opinion on this feature" that, on every criterion. Raises NotAnAnswer.

    A form sends the whole row: what it was drawn with and nobody touched is no answer, or it would undo a newer one.
    """
    criteria = queries.criteria_for(mine.voting, mine.invitation.department_id)
    if "no-opinion" in request.POST:
        return {each.key: None for each in criteria}
    sent = {each.key: request.POST.get(each.key, "") for each in criteria}
    return {key: read_answer(text) for key, text in sent.items() if text and text != request.POST.get(f"was-{key}")}


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _saved(mine: Ballot, saved: actions.Saved, remark: Remark | None) -> JsonResponse:
    at = wording.clock_time(saved.arrived, mine.invitation.round.zone)
    answer: dict[str, object] = {
        "said": _("Saved at %(time)s. You can change it until the deadline.") % {"time": at},
        "short": _("Saved at %(time)s") % {"time": at},
        "answered": saved.answered,
        "asked": saved.asked,
        "standing": {criterion: answer for (_feature, criterion), answer in saved.standing.items()},
    }
    if remark:
        at = wording.clock_time(remark.arrived_at, mine.invitation.round.zone)
        if remark.kind == Remark.Kind.COMMENT:
            words = _("Your comment was saved at %(time)s.")
        elif are_held_back(mine.invitation.round):
            words = _("Your question was saved at %(time)s. It is mailed when the round closes.")
        else:
            words = _("Your question was sent at %(time)s.")
        answer |= {
            "said": words % {"time": at},
            "remark": render_to_string("prioritization/_ballot_said.html", {"remark": remark}),
        }
    return JsonResponse(answer)


def _onwards(request: HttpRequest, public_id: str, number: int, count: int) -> HttpResponseRedirect:
    """Without JavaScript: to the next feature, or to the overview after the last; after a remark back to it."""
    if request.POST.get("stay"):
        to = reverse("prioritization:ballot-list", args=[public_id]) + f"#feature-{number}"
    elif request.POST.get("remark"):
        to = reverse("prioritization:ballot-feature", args=[public_id, number]) + "#remarks"
    elif number >= count:
        to = reverse("prioritization:ballot-answers", args=[public_id])
    else:
        to = reverse("prioritization:ballot-feature", args=[public_id, number + 1])
    return HttpResponseRedirect(to, status=303)


def _refused(request: HttpRequest, mine: Ballot, refusal: Exception) -> HttpResponse:
    """Tell why nothing was saved; what was chosen and written stays on the screen, or is printed without JavaScript."""
    said, status = _why_refused(mine, refusal)
    if _wants_json(request):
        response: HttpResponse = JsonResponse({"said": said}, status=status)
    else:
        criteria = queries.criteria_for(mine.voting, mine.invitation.department_id)
        chosen = [(each, request.POST[each.key]) for each in criteria if request.POST.get(each.key)]
        context = _context(mine, said=said, chosen=chosen, text=request.POST.get("text", "").strip())
        response = _page(request, "prioritization/ballot_refused.html", context, status=status)
    if status == ROUND_IS_BUSY:
        response["Retry-After"] = TRY_AGAIN_AFTER_SECONDS
    return response


def _why_refused(mine: Ballot, refusal: Exception) -> tuple[str, int]:
    """Return the sentence, and the status: 422 for what is no answer, 409 for too late, 503 for "the same again"."""
    if isinstance(refusal, (AnswerIsLate, RoundIsClosed)):
        return _late(mine, refusal), 409
    if isinstance(refusal, RoundIsBusy):
        return _("Not saved: too many answers at this moment. Trying again."), ROUND_IS_BUSY
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages), 422
    return _("An answer is 1 to 5, or “no opinion”."), 422


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


@require_safe
@ensure_csrf_cookie
def ballot_now(request: HttpRequest, public_id: str) -> JsonResponse:
    """What a page asks that was away: every answer that stands, and the CSRF token of now; 409 once it is too late."""
    mine = access.ballot(request, public_id)
    sheet = queries.sheet(mine)
    now: dict[str, object] = {
        "token": get_token(request),
        "answerer": mine.invitation.answerer,
        "answered": sheet.answered,
        "standing": {each.number: each.answers for each in sheet.asked},
    }
    takes_answers = mine.invitation.takes_answers_at(clock.database_now())
    if not takes_answers:
        now["said"] = _("This round has closed. Your answers until then count.")
    response = JsonResponse(now, status=200 if takes_answers else 409)
    response["Cache-Control"] = "no-store, private"
    return response
