"""Where one person says whether they confirm a version: the page, the answer, and a note that came too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from roadmap.actions import confirming as actions
from roadmap.forms.confirming import ConfirmForm, LateNoteForm
from roadmap.queries.changes import count_words
from roadmap.queries.confirm_page import ConfirmPage, LatePage, confirm_page, late_page
from roadmap.queries.confirmation import STATES
from roadmap.queries.snapshots import CONFIRMATION
from roadmap.queries.version_drawing import drawing_of
from roadmap.rules.outcome import Choice
from stakeholders import clock, deadline_wording, wording
from stakeholders.access import granted_invitation
from stakeholders.actions import closing
from stakeholders.grants import Gone
from stakeholders.models import Invitation


@require_safe
def confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    invitation, now = _asked(request, public_id)
    page = confirm_page(invitation, now=now)
    return _page(request, page, is_changing="change" in request.GET)


@require_POST
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Nothing but what decides stands between the arrival and the write: the page is read only where it is shown."""
    arrived = clock.arrived_at()
    invitation, now = _asked(request, public_id)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        page = confirm_page(invitation, now=now)
        if page.state != "open":
            return _late(request, invitation, form.typed, arrived)
        return _page(request, page, form=form, status=422)
    try:
        actions.answer_confirmation(invitation, arrived=arrived, **form.said)
    except (closing.AnswerIsLate, closing.RoundIsClosed):
        return _late(request, invitation, form.typed, arrived)
    except closing.RoundIsBusy:
        busy = _("Not saved yet: too many answers at once. Send it again; what you typed is still here.")
        response = _page(request, confirm_page(invitation, now=now), form=form, why=busy, status=503)
        response["Retry-After"] = "3"
        return response
    except ValidationError as refusal:
        form.add_error(None, "; ".join(refusal.messages))
        return _page(request, confirm_page(invitation, now=now), form=form, status=422)
    return _back(public_id, "#receipt")


@require_POST
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    arrived = clock.arrived_at()
    invitation, now = _asked(request, public_id)
    form = LateNoteForm(request.POST)
    if form.is_valid():
        try:
            actions.leave_late_note(invitation, text=form.cleaned_data["text"], arrived=arrived)
        except ValidationError as refusal:
            form.add_error("text", refusal)
        else:
            return _back(public_id)
    return _page(request, confirm_page(invitation, now=now), note_form=form, status=422)


def _asked(request: HttpRequest, public_id: str) -> tuple[Invitation, datetime]:
    """Return whom this browser answers for, and the database's present; the first to come after the grace closes."""
    invitation = granted_invitation(request, public_id, kind=CONFIRMATION)
    round, now = invitation.round, clock.database_now()
    if round.cancelled_at:
        raise Gone("cancelled", product=round.product, round=round)
    invitation.round = closing.close_if_due(round, now=now)
    return invitation, now


def _page(
    request: HttpRequest,
    page: ConfirmPage,
    *,
    form: ConfirmForm | None = None,
    note_form: LateNoteForm | None = None,
    is_changing: bool = False,
    why: str = "",
    status: int = 200,
) -> HttpResponse:
    takes_answers = page.state == "open"
    today = clock.now().astimezone(wording.as_zone(page.invitation.round.zone)).date()
    changed = {change.id for change in page.since.changes if change.is_feature} if page.since.version else ()
    context = _context(page) | {
        "form": (form or ConfirmForm.empty(page)).offer(page.choices) if takes_answers else None,
        "shows_form": takes_answers and (form is not None or page.answer is None or is_changing),
        "note_form": note_form or LateNoteForm(),
        "drawing": drawing_of(page.version, page.snapshot, changed=changed, today=today, is_narrow=True),
        "drawing_label": _("Version %(number)s as a timeline") % {"number": page.version.number},
        "changed_words": count_words(page.since.count),
        "own_groups": [group for group in page.since.groups if not group.kind],
        "own_state": STATES[Choice(page.answer.verdict) if page.answer else None],
        "why": why,
        "is_busy": status == HTTPStatus.SERVICE_UNAVAILABLE,
    }
    return _sealed(render(request, "roadmap/confirm.html", context, status=status))


def _late(request: HttpRequest, invitation: Invitation, typed: str, arrived: datetime) -> HttpResponse:
    """Refuse an answer, and keep what was typed: it may stay as a note under the outcome."""
    context = _context(late_page(invitation)) | {
        "arrived": arrived,
        "late_by": late_by_in_words(arrived - invitation.deadline_at),
        "note_form": LateNoteForm(initial={"text": typed}),
    }
    return _sealed(render(request, "roadmap/confirm_late.html", context, status=409))


def late_by_in_words(late: timedelta) -> str:
    """Return how late an answer was, or "" when it was not late: then the round was closed or withdrawn early."""
    seconds = late.total_seconds()
    if seconds < 0:
        return ""
    if seconds < 1:
        return _("less than a second")
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", int(seconds)) % {"count": int(seconds)}
    return wording.duration(seconds)


def _context(page: ConfirmPage | LatePage) -> dict:
    return {
        "page": page,
        "round": page.invitation.round,
        "invitation": page.invitation,
        "seat": page.invitation.seat,
        "product": page.invitation.round.product,
        "version": page.version,
        "deadline": deadline_wording.long(page.invitation),
    }


def _back(public_id: str, place: str = "") -> HttpResponse:
    response = redirect(reverse("roadmap:confirm", args=[public_id]) + place)
    response.status_code = 303
    return _sealed(response)


def _sealed(response: HttpResponse) -> HttpResponse:
    """What one person sees is neither stored nor indexed."""
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, no_store=True, private=True)
    return response
