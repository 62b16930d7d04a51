"""The rounds of a product: the list, the manager's page, and what a manager does to a round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stakeholders import access, clock, deadline_wording, kinds, wording
from stakeholders.actions import closing, extending, reminding
from stakeholders.actions import rounds as actions
from stakeholders.actions.closing import CannotCloseEarly, RoundIsClosed
from stakeholders.actions.links import copy_seat_link, end_seat_link, renew_seat_link, url_of
from stakeholders.actions.rounds import DeadlineHasPassed
from stakeholders.forms.deadlines import twice_in_words
from stakeholders.forms.rounds import ExtendForm, WhyForm
from stakeholders.forms.rows import LONGEST_ID
from stakeholders.models import Invitation, Round, Seat, Verb
from stakeholders.pages import gone_back, said
from stakeholders.queries import rounds as queries
from stakeholders.queries.activity import lines_about


def _context(seat: Seat, **more: Any) -> dict[str, Any]:
    return {"product": seat.product, "seat": seat, "tab": "rounds", "can_edit": seat.reaches(access.EDIT), **more}


@login_required
@require_safe
def rounds(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    return render(request, "stakeholders/rounds.html", _context(seat, rounds=queries.rounds_of(seat.product)))


@login_required
@require_safe
def round(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """The manager's page; to others what a round is about, and its outcome once it has closed."""
    seat, found = access.round_of(request.user, slug, public_id)
    found = _settled(found)
    if not seat.reaches(access.EDIT):
        context = _context(seat, round=found, noun=kinds.kind_of(found).noun, **_numbers(found))
        return render(request, "stakeholders/round_outcome.html", context)
    sort = request.GET.get("sort") if request.GET.get("sort") in queries.SORTS else queries.SORTS[0]
    now = clock.now()
    page = queries.round_page(found, now=now, sort=str(sort), department=request.GET.get("department", ""))
    context = _context(
        seat,
        page=page,
        round=found,
        sort=sort,
        department=request.GET.get("department", ""),
        deadline=deadline_wording.short(found),
        zone=wording.abbreviation(found.deadline_local),
        door=settings.BASE_URL + reverse("stakeholders:round-door", args=[found.public_id]),
        takes_answers=found.takes_answers_at(now),
        is_counting=found.is_open and now >= found.closes_at,
        history=lines_about(found, product=seat.product, limit=12, without=[Verb.EXTENDED, Verb.ANSWERED, Verb.VOTED]),
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
    shown = [int(pk) for pk in request.POST.getlist("invitation") if pk.isdecimal() and len(pk) <= LONGEST_ID]
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
        told = found.messages.filter(facts__extension=extension.pk).count()
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

    return _ask(request, seat, found, form, act, "stakeholders/round_extend.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def extend_for(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    """Give one person more time than the others."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    invitation = _standing(found, pk)
    name = invitation.seat.user.get_full_name()
    form = ExtendForm(request.POST if request.method == "POST" else None, round=found, invitation=invitation)

    def act() -> str:
        extending.extend_for(
            invitation,
            to=form.cleaned_data["deadline"],
            why=form.cleaned_data["why"],
            by=seat,
            now=clock.database_now(),
        )
        invitation.refresh_from_db(fields=["extended_to"])
        words = _("%(name)s has until %(deadline)s and is told. The round closes when nobody has time left.")
        said = words % {"name": name, "deadline": deadline_wording.short(invitation)}
        return " ".join(filter(None, [said, twice_in_words(form.cleaned_data["deadline"])]))

    own_deadline = deadline_wording.long(invitation)
    template = "stakeholders/round_extend_for.html"
    return _ask(request, seat, found, form, act, template, invitation=invitation, name=name, own_deadline=own_deadline)


def _standing(found: Round, pk: int) -> Invitation:
    """Return an invitation that stands, its round in hand. Raises Http404."""
    invitation = get_object_or_404(found.invitations.standing().select_related("seat__user", "department"), pk=pk)
    invitation.round = found
    return invitation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_round(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Close a round before its deadline, or say who is missing."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    form = WhyForm(request.POST if request.method == "POST" else None)
    refusal = kinds.kind_of(found).refuses_to_close_early(found) if found.is_open else None

    def act() -> str:
        after = closing.close_early(found, why=form.cleaned_data["why"], by=seat, now=clock.database_now())
        return _("Closed. %s") % (after.outcome or {}).get("sentence", "")

    return _ask(request, seat, found, form, act, "stakeholders/round_close.html", refusal=refusal)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_round(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    form = WhyForm(request.POST if request.method == "POST" else None)

    def act() -> str:
        actions.withdraw_round(found, why=form.cleaned_data["why"], by=seat, now=clock.database_now())
        return _("Withdrawn. Everyone asked is told.")

    return _ask(request, seat, found, form, act, "stakeholders/round_withdraw.html")


def _ask(
    request: HttpRequest,
    seat: Seat,
    found: Round,
    form: WhyForm,
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
    context = _context(
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
@require_POST
def remove_invitation(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    invitation = get_object_or_404(found.invitations.select_related("seat__user"), pk=pk)
    try:
        actions.remove_invitation(invitation, by=seat, now=clock.database_now())
    except (RoundIsClosed, DeadlineHasPassed):
        said(request, _("The deadline has passed: who was asked stays as it is."))
    else:
        name = invitation.seat.user.get_full_name()
        said(request, _("%s is not asked any more. What they answered is kept.") % name)
    return gone_back(request, "stakeholders:round", slug, public_id)


@login_required
@require_POST
def end_link(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    """End someone's personal link; nobody answers by it until a new one is made."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    invitation = get_object_or_404(found.invitations.standing().select_related("seat__user"), pk=pk)
    end_seat_link(invitation.seat, found, by=seat, now=clock.now())
    name = invitation.seat.user.get_full_name()
    said(request, _("The link of %s has ended, and gets no mail until you make a new one.") % name)
    return gone_back(request, "stakeholders:round", slug, public_id)


@login_required
@require_POST
def copy_link(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    """Show someone's personal link, this once; it is written down that it was."""
    return _show_link(request, slug, public_id, pk, copy_seat_link)


@login_required
@require_POST
def renew_link(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    """Make someone a new link and show it, this once; the old one has ended."""
    return _show_link(request, slug, public_id, pk, renew_seat_link)


def _show_link(request: HttpRequest, slug: str, public_id: str, pk: int, make: Callable[..., Any]) -> HttpResponse:
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    invitation = _standing(found, pk)
    link = make(invitation.seat, found, by=seat, now=clock.now())
    context = _context(seat, round=found, invitation=invitation, url=url_of(link), is_new=make is renew_seat_link)
    response = render(request, "stakeholders/round_link.html", context)
    patch_cache_control(response, no_store=True, private=True)
    return response
