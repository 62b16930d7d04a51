"""The outbox of a product: a log of every mail, and each mail as it reads, its link masked."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stakeholders import access, clock, pages
from stakeholders.actions import outbox as actions
from stakeholders.mail.delegation import readdress, stand_in_of
from stakeholders.mail.rendering import render as render_mail
from stakeholders.models import Message, Seat
from stakeholders.pages import gone_back, said
from stakeholders.queries import outbox as queries


def _context(seat: Seat, **more: Any) -> dict[str, Any]:
    is_kept = settings.MAIL_IS_KEPT or seat.product.is_sample
    return {
        "product": seat.product,
        "seat": seat,
        "tab": "rounds",
        "can_edit": True,
        "is_kept": is_kept,
        "folder": settings.OUTBOX_DIR if settings.MAIL_IS_KEPT else "",
        **more,
    }


@login_required
@require_safe
def outbox(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT)
    state = request.GET.get("state", "")
    state = state if state in queries.STATES else ""
    now = clock.now()
    people = queries.people_with_mail(seat.product)
    person = next((each for each in people if str(each.pk) == request.GET.get("person")), None)
    context = _context(
        seat,
        messages_page=queries.outbox_page(
            seat.product, now=now, state=state, person=person, number=request.GET.get("page")
        ),
        counts=queries.outbox_counts(seat.product, person=person),
        next_due=queries.next_due(seat.product, now=now, person=person),
        people=people,
        person=person,
        with_person=f"&person={person.pk}" if person else "",
        again=actions.SENT_AGAIN,
        state=state,
        now=now,
    )
    return render(request, "stakeholders/outbox.html", context)


def _message(seat: Seat, pk: int) -> Message:
    rows = Message.objects.select_related("user", "seat__user", "product", "round__product")
    return get_object_or_404(rows, product_id=seat.product_id, pk=pk)


@login_required
@require_safe
@csp_update({"frame-src": [SELF]})
def message(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a mail as it would read now. What it read when it went out is not kept: its subject is."""
    seat = access.seat(request.user, slug, need=access.EDIT)
    found = _message(seat, pk)
    context = _context(seat, message=found, mail=_as_it_reads(found), again=actions.SENT_AGAIN)
    return render(request, "stakeholders/message.html", context)


@login_required
@require_safe
def letter(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the HTML part of a mail, for the frame on its page."""
    seat = access.seat(request.user, slug, need=access.EDIT)
    (page,) = _as_it_reads(_message(seat, pk)).alternatives
    return pages.letter(str(page.content))


def _as_it_reads(found: Message) -> EmailMultiAlternatives:
    """Return a mail as it would read now, its links masked; one that has not gone out, to whom it would go."""
    if found.kind == Message.Kind.REMINDER and found.sent_at is None:
        readdress(found, stand_in_of(found))
    return render_mail(found, now=clock.now(), masked=True)


@login_required
@require_POST
def try_again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send again: a mail that failed as the row that it is, one that went out as a row of its own."""
    seat = access.seat(request.user, slug, need=access.EDIT)
    found, now = _message(seat, pk), clock.database_now()
    name = found.user.get_full_name()
    if actions.try_again(found, by=seat, now=now):
        said(request, _("The mail to %s is due again.") % name)
    elif actions.send_again(found, by=seat, now=now):
        said(request, _("The mail to %s goes out once more.") % name)
    elif found.sent_at is None:
        said(request, _("This mail has not failed; nothing was changed."))
    else:
        said(
            request,
            _("Not sent again: %s had a mail of this round within the hour, or need not get this one any more.") % name,
        )
    return gone_back(request, "stakeholders:outbox", slug)
