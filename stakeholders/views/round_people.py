"""What a manager does about one person of a round: ask them too, give more time, stop asking, show or renew the link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from stakeholders import access, clock, deadline_wording, kinds
from stakeholders.actions import extending
from stakeholders.actions import rounds as actions
from stakeholders.actions.links import copy_seat_link, end_seat_link, renew_seat_link, url_of
from stakeholders.forms.deadlines import twice_in_words
from stakeholders.forms.rounds import ExtendForm, InviteForm, NoQuestions
from stakeholders.models import Invitation, Round
from stakeholders.pages import gone_back, said
from stakeholders.views.rounds import ask, context_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite_people(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Ask more people in an open round: of the product, or by an address that gets a seat."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    form = InviteForm(request.POST if request.method == "POST" else None, round=found)

    def act() -> str:
        made = actions.invite_with_newcomers(
            found,
            invitees=form.invitees,
            newcomers=form.cleaned_data["newcomers"],
            is_required=form.is_required,
            by=seat,
            now=clock.database_now(),
        )
        if not made:
            return _("They were asked already.")
        names = ", ".join(each.seat.user.get_full_name() for each in made)
        words = ngettext(
            "%(names)s is asked too; the mail goes out.", "%(names)s are asked too; the mails go out.", len(made)
        )
        return words % {"names": names}

    chosen = set(request.POST.getlist("seats"))
    return ask(request, seat, found, form, act, "stakeholders/round_invite.html", chosen=chosen)


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
    return ask(request, seat, found, form, act, template, invitation=invitation, name=name, own_deadline=own_deadline)


def _standing(found: Round, pk: int) -> Invitation:
    """Return an invitation that stands, its round in hand. Raises Http404."""
    invitation = get_object_or_404(found.invitations.standing().select_related("seat__user", "department"), pk=pk)
    invitation.round = found
    return invitation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_invitation(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    """Say what it means not to ask someone any more, and do it."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    invitation = _standing(found, pk)
    name = invitation.seat.user.get_full_name()

    def act() -> str:
        actions.remove_invitation(invitation, by=seat, now=clock.database_now())
        return _("%s is not asked any more. What they answered is kept.") % name

    meaning = kinds.kind_of(found).removal_words(invitation) if found.is_open else ""
    form = NoQuestions(request.POST if request.method == "POST" else None)
    template = "stakeholders/round_remove.html"
    return ask(request, seat, found, form, act, template, invitation=invitation, name=name, meaning=meaning)


@login_required
@require_POST
def end_link(request: HttpRequest, slug: str, public_id: str, pk: int) -> HttpResponse:
    """End someone's personal link; nobody answers by it until a new one is made."""
    seat, found = access.round_of(request.user, slug, public_id, need=access.EDIT)
    invitation = _standing(found, pk)
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
    context = context_of(seat, round=found, invitation=invitation, url=url_of(link), is_new=make is renew_seat_link)
    response = render(request, "stakeholders/round_link.html", context)
    patch_cache_control(response, no_store=True, private=True)
    return response
