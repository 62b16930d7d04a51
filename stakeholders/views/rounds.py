"""The rounds of a product: the list, the manager's page, and what a manager does to a round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stakeholders import access, clock, deadline_wording, kinds, wording
from stakeholders.actions import closing, extending, reminding
from stakeholders.actions import rounds as actions
from stakeholders.actions.closing import CannotCloseEarly, RoundIsClosed
from stakeholders.actions.rounds import DeadlineHasPassed
from stakeholders.forms.deadlines import twice_in_words
from stakeholders.forms.rounds import ExtendForm, RemindersForm, WhyForm
from stakeholders.forms.rows import number_in
from stakeholders.models import Message, Round, Seat, Verb
from stakeholders.pages import gone_back, said
from stakeholders.queries import rounds as queries
from stakeholders.queries.activity import lines_about
from stakeholders.queries.delegation import delegations_of

NOT_HISTORY = (Verb.EXTENDED, Verb.ANSWERED, Verb.VOTED, Verb.COMMENTED, Verb.ASKED)
"""What the page of a round shows elsewhere."""


def context_of(seat: Seat, **more: Any) -> dict[str, Any]:
    return {"product": seat.product, "seat": seat, "tab": "rounds", "can_edit": seat.reaches(access.EDIT), **more}


@login_required
@require_safe
def rounds(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    return render(request, "stakeholders/rounds.html", context_of(seat, rounds=queries.rounds_of(seat.product)))


@login_required
@require_safe
def round(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """The manager's page; to others what a round is about, and its outcome once it has closed."""
    seat, found = access.round_of(request.user, slug, public_id)
    found = _settled(found)
    if not seat.reaches(access.EDIT):
        context = context_of(seat, round=found, noun=kinds.kind_of(found).noun, **_numbers(found))
        return render(request, "stakeholders/round_outcome.html", context)
    sort = request.GET.get("sort") if request.GET.get("sort") in queries.SORTS else queries.SORTS[0]
    now = clock.now()
    page = queries.round_page(found, now=now, sort=str(sort), department=request.GET.get("department", ""))
    context = context_of(
        seat,
        page=page,
        round=found,
        sort=sort,
        department=request.GET.get("department", ""),
        deadline=deadline_wording.short(found),
        drifted=deadline_wording.drifted(found.deadline_at, found.zone, found.wall_time) if found.is_open else "",
        zone=wording.abbreviation(found.deadline_local),
        door=settings.BASE_URL + reverse("stakeholders:round-door", args=[found.public_id]),
        takes_answers=found.takes_answers_at(now),
        delegations=delegations_of(found),
        is_counting=found.is_open and now >= found.closes_at,
        history=lines_about(found, product=seat.product, limit=12, without=NOT_HISTORY),
    )
    return render(request, "stakeholders/round.html", context)


def _settled(found: Round) -> Round:
    """Close a round whose time is over before showing it: a visitor may come before the sweep."""
    if not found.is_open or clock.now() < found.closes_at:
        return found
    product, fresh = found.product, closing.close_if_due(found, now=clock.database_now())
    fresh.product = product
    return fresh


def _numbers(found: Round) -> dict[str, int]:
    asked = found.invitations.standing()
    return {"asked": asked.count(), "answered": asked.exclude(answered_at=None).count()}


@login_required
@require_POST
def remind_people(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Remind those whose rows the button named, as far as they are still silent."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    shown = [pk for sent in request.POST.getlist("invitation") if (pk := number_in(sent)) is not None]
    try:
        done = reminding.remind(found, invitations=shown, by=seat, now=clock.database_now())
    except (RoundIsClosed, DeadlineHasPassed):
        said(request, _("The deadline has passed: nobody was reminded."))
        return gone_back(request, "stakeholders:round", slug, public_id)
    said(request, _reminded_in_words(done))
    return gone_back(request, "stakeholders:round", slug, public_id)


def _reminded_in_words(done: reminding.Reminded) -> str:
    sentences = []
    if len(done.reminded) == 1:
        sentences.append(_("Reminded %s.") % done.reminded[0].seat.user.get_full_name())
    elif done.reminded:
        sentences.append(_("Reminded %d people.") % len(done.reminded))
    if done.answered:
        sentences.append(
            ngettext("%d had answered meanwhile.", "%d had answered meanwhile.", len(done.answered))
            % len(done.answered)
        )
    if done.lately:
        sentences.append(
            ngettext(
                "%d got a mail within the last hour and gets no other.",
                "%d got a mail within the last hour and get no other.",
                len(done.lately),
            )
            % len(done.lately)
        )
    if done.out_of_reach:
        names = ", ".join(each.seat.user.get_full_name() for each in done.out_of_reach)
        sentences.append(_("Not reminded, for want of a wish or a link: %s.") % names)
    return " ".join(sentences) or _("Nobody is left to remind.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def extend_round(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    form = ExtendForm(request.POST if request.method == "POST" else None, round=found)

    def act() -> str:
        extension = extending.extend_round(
            found, to=form.cleaned_data["deadline"], why=form.cleaned_data["why"], by=seat, now=clock.database_now()
        )
        told = found.messages.filter(kind=Message.Kind.EXTENSION, facts__extension=extension.pk).count()
        return " ".join(
            filter(
                None,
                [
                    _("The deadline is now %s.") % deadline_wording.short(extension.round),
                    twice_in_words(form.cleaned_data["deadline"]),
                    ngettext("%d person is told.", "%d people are told.", told) % told,
                ],
            )
        )

    return ask(request, seat, found, form, act, "stakeholders/round_extend.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_round(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Close a round before its deadline, or say who is missing."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    form = WhyForm(request.POST if request.method == "POST" else None)
    refusal = kinds.kind_of(found).refuses_to_close_early(found) if found.is_open else None

    def act() -> str:
        now = clock.database_now()
        after = closing.close_early(found, why=form.cleaned_data["why"], by=seat, now=now)
        facts = {"outcome": (after.outcome or {}).get("sentence", "")}
        if after.closed_at == now:
            return _("Closed. %(outcome)s") % facts
        if after.closed_by is None:
            return _("It had closed by itself a moment before, at its deadline. %(outcome)s") % facts
        return _("%(who)s had closed it a moment before you. %(outcome)s") % {
            **facts,
            "who": after.closed_by.user.get_full_name(),
        }

    return ask(request, seat, found, form, act, "stakeholders/round_close.html", refusal=refusal)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_round(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    form = WhyForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        actions.withdraw_round(found, why=form.cleaned_data["why"], by=seat, now=clock.database_now())
        return _("Withdrawn. Everyone asked is told.")

    return ask(request, seat, found, form, act, "stakeholders/round_withdraw.html")


def ask(
    request: HttpRequest,
    seat: Seat,
    found: Round,
    form: forms.Form,
    act: Callable[[], str],
    template: str,
    **more: Any,
) -> HttpResponse:
    """Show a form of one question; when it is answered well, act, say so and go back to the round."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sentence = act()
            except RoundIsClosed:
                form.add_error(None, _("This round has ended meanwhile."))
                status = 409
            except DeadlineHasPassed:
                form.add_error(None, _("The deadline has passed meanwhile; closed is final."))
                status = 409
            except CannotCloseEarly as refused:
                more["refusal"] = refused.refusal
                status = 409
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                said(request, sentence)
                return gone_back(request, "stakeholders:round", found.product.slug, found.public_id)
    context = context_of(
        seat,
        round=found,
        form=form,
        deadline=deadline_wording.long(found),
        noun=kinds.kind_of(found).noun,
        people=found.invitations.standing().count(),
        **more,
    )
    return render(request, template, context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_reminders(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Set when those who are silent then are reminded."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    now = clock.database_now()
    form = RemindersForm(
        request.POST if request.method == "POST" else None, round=found, planned=queries.planned(found, now), now=now
    )

    def act() -> str:
        reminding.change_reminders(found, to=form.cleaned_data["reminders"], by=seat, now=now)
        if not form.cleaned_data["reminders"]:
            return _("Nobody is reminded any more.")
        dates = " · ".join(wording.instant(at, found.zone) for at in form.cleaned_data["reminders"])
        return _("Those who are silent then are reminded: %(dates)s.") % {"dates": dates}

    return ask(request, seat, found, form, act, "stakeholders/round_reminders.html")
