"""The page that publishes a version: what changed, what is missing, whom to ask; then it asks once more."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from roadmap.actions.publishing import ConfirmationIsOpen, PlanHasChanged, VersionTaken, publish_version
from roadmap.forms.publishing import PublishForm
from roadmap.models import Version
from roadmap.queries.changes import count_words
from roadmap.queries.outcome_words import rule_in_words
from roadmap.queries.versions import draft
from roadmap.rules.outcome import Rule
from stakeholders import clock, deadline_wording, wording
from stakeholders.access import EDIT
from stakeholders.access import seat as seat_of
from stakeholders.forms.deadlines import off_hours_in_words, twice_in_words
from stakeholders.mail.preview import preview_invitations, wanted
from stakeholders.models import Round, Seat
from stakeholders.pages import letter, said
from stakeholders.rules import reminders as reminder_rules


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    seat, now = seat_of(request.user, slug, need=EDIT), clock.database_now()
    if request.method != "POST":
        return _page(request, seat, now)
    form = _form(seat, now, request.POST)
    if "sure" not in request.POST:
        if "back" in request.POST:
            return _page(request, seat, now, form=form)
        if form.is_stale or form.draft.open:
            return _refused(request, seat, now, _changed_words())
        if not form.is_valid():
            return _page(request, seat, now, form=form, status=422)
        return _ask(request, seat, form, now)
    if not form.is_valid():
        return _page(request, seat, now, form=form, status=422)
    try:
        version = _publish(seat, form, now)
    except VersionTaken as taken:
        words = _("%(who)s has published version %(number)s meanwhile. What you typed is below.")
        facts = {"who": taken.version.published_by.user.get_full_name(), "number": taken.version.number}
        return _refused(request, seat, now, words % facts)
    except (PlanHasChanged, ConfirmationIsOpen):
        return _refused(request, seat, now, _changed_words())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, seat, now, form=form, status=422)
    words = ngettext(
        "Version %(number)s is published. %(count)s person is asked to confirm it.",
        "Version %(number)s is published. %(count)s people are asked to confirm it.",
        form.asked,
    )
    said(request, words % {"number": version.number, "count": form.asked})
    response = redirect("roadmap:version", slug, version.number)
    response.status_code = 303
    return response


def _publish(seat: Seat, form: PublishForm, now: datetime) -> Version:
    return publish_version(
        seat.product,
        number=form.cleaned_data["number"],
        seen=form.cleaned_data["seen"],
        note=form.cleaned_data["note"],
        gaps_why=form.cleaned_data["gaps_why"],
        terms=form.terms,
        by=seat,
        now=now,
    )


def _ask(request: HttpRequest, seat: Seat, form: PublishForm, now: datetime) -> HttpResponse:
    """Ask whether one is sure: what follows, and every mail as it would go out."""

    def publish_it() -> Round:
        return _publish(seat, form, now).confirmations.get().round

    try:
        mails = preview_invitations(publish_it, now=now, limit=wanted(request.POST, form.asked))
    except (VersionTaken, PlanHasChanged, ConfirmationIsOpen):
        return _refused(request, seat, now, _changed_words())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, seat, now, form=form, status=422)
    if "letter" in request.POST:
        return letter(mails[-1].html)
    context = _context(seat, form) | _what_follows(form, now) | {"mails": mails}
    return render(request, "roadmap/publish_sure.html", context)


def _changed_words() -> str:
    return _(
        "The roadmap has changed since you opened this page. Look at the differences again; what you typed is below."
    )


def _form(seat: Seat, now: datetime, data=None) -> PublishForm:
    seats = Seat.objects.filter(product=seat.product).current().select_related("user", "department")
    return PublishForm(data, draft=draft(seat.product), seats=seats, now=now, zone=seat.product.time_zone)


def _refused(request: HttpRequest, seat: Seat, now: datetime, why: str) -> HttpResponse:
    """Show the plan as it stands now, with everything that was typed, so that one press sends it again."""
    data = request.POST.copy()
    fresh = draft(seat.product)
    data["number"], data["seen"] = str(fresh.number), fresh.seen
    return _page(request, seat, now, form=_form(seat, now, data), why=why, status=409)


def _page(
    request: HttpRequest,
    seat: Seat,
    now: datetime,
    *,
    form: PublishForm | None = None,
    why: str = "",
    status: int = 200,
) -> HttpResponse:
    form = form or _form(seat, now)
    return render(request, "roadmap/publish.html", {**_context(seat, form), "why": why}, status=status)


def _what_follows(form: PublishForm, now: datetime) -> dict:
    terms = form.terms
    rule = Rule(quorum=terms.quorum, threshold=terms.threshold, silence=terms.silence)
    deadline, reminders = terms.deadline, terms.reminders
    if reminders is None:
        reminders = reminder_rules.schedule(now, deadline.at, deadline.zone)
    return {
        "caution": off_hours_in_words(deadline),
        "reminders": [wording.instant(at, deadline.zone) for at in reminders],
        "deadline": deadline_wording.long_at(deadline.at, deadline.zone, is_date_only=deadline.is_end_of_day),
        "twice": twice_in_words(deadline),
        "rule": rule_in_words(rule, required=len(terms.required)),
    }


def _context(seat: Seat, form: PublishForm) -> dict:
    draft = form.draft
    return {
        "seat": seat,
        "product": seat.product,
        "can_edit": True,
        "tab": "roadmap",
        "form": form,
        "draft": draft,
        "changed_words": count_words(len(draft.changes), version=draft.last.number if draft.last else None),
        "open_url": reverse("stakeholders:round", args=[seat.product.slug, draft.open.round.public_id])
        if draft.open
        else "",
    }
