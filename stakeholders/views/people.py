"""The People page of a product: who has a seat, adding, changing, letting go."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stakeholders import access, clock
from stakeholders.actions import people as actions
from stakeholders.forms.people import PasteForm, PeopleFormSet, SeatForm
from stakeholders.models import Seat
from stakeholders.pages import gone_back, said
from stakeholders.queries import people as queries
from stakeholders.rules import addresses


def _context(seat: Seat, **more) -> dict:
    return {
        "product": seat.product,
        "seat": seat,
        "tab": "people",
        "can_edit": seat.reaches(access.EDIT),
        "departments": queries.department_names(),
        **more,
    }


@login_required
@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug)
    return render(
        request, "stakeholders/people.html", _context(seat, seats=queries.seats(seat.product), paste=PasteForm())
    )


@login_required
@require_POST
def read_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who was understood, one row a person, before anything is written."""
    seat = access.seat(request.user, slug, need=access.EDIT)
    form = PasteForm(request.POST)
    if not form.is_valid():
        context = _context(seat, seats=queries.seats(seat.product), paste=form)
        return render(request, "stakeholders/people.html", context, status=422)
    reading = form.cleaned_data["text"]
    emails = [person.email for person in reading.people]
    known = queries.known_addresses(seat.product, emails)
    new = [person for person in reading.people if person.email not in known]
    guesses = queries.guessed_departments(seat.product, [person.email for person in new])
    rows = [
        {
            "email": p.email,
            "name": p.name or addresses.name_in(p.email),
            "role": Seat.Role.STAKEHOLDER,
            "department": guesses.get(p.email, ""),
            "must_confirm": True,
        }
        for p in new
    ]
    formset = PeopleFormSet(initial=rows, form_kwargs={"by": seat}, prefix="people")
    context = _context(seat, formset=formset, known=sorted(known), repeated=reading.repeated, guessed=bool(guesses))
    return render(request, "stakeholders/people_new.html", context)


@login_required
@require_POST
def add_people(request: HttpRequest, slug: str) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT)
    formset = PeopleFormSet(request.POST, form_kwargs={"by": seat}, prefix="people")
    if not formset.is_valid():
        return render(request, "stakeholders/people_new.html", _context(seat, formset=formset), status=422)
    new = [
        actions.NewPerson(
            email=row["email"],
            name=row["name"],
            role=row["role"],
            department_name=row["department"],
            must_confirm=row["must_confirm"],
        )
        for row in formset.cleaned_data
        if row and not row["skip"]
    ]
    added = actions.add_people(seat.product, new, by=seat, now=clock.now())
    said(
        request,
        ngettext("Added %(n)d person. No mail was sent.", "Added %(n)d people. No mail was sent.", len(added))
        % {"n": len(added)},
    )
    return gone_back(request, "stakeholders:people", slug)


def _other_seat(seat: Seat, pk: int) -> Seat:
    found = Seat.objects.filter(product_id=seat.product_id, pk=pk).select_related("user", "department").first()
    if found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_seat(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT)
    other = _other_seat(seat, pk)
    if request.method != "POST":
        return render(
            request, "stakeholders/seat.html", _context(seat, other=other, form=SeatForm(instance=other, by=seat))
        )
    form = SeatForm(request.POST, instance=other, by=seat)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_seat(
                Seat.objects.get(pk=pk),
                role=data["role"],
                department_name=data["department_name"],
                weight=data["weight"],
                must_confirm=data["must_confirm"],
                by=seat,
                now=clock.now(),
            )
        except actions.LastOwner:
            form.add_error("role", _("A product needs an owner. Make someone else an owner first."))
        except actions.OwnersOnly:
            form.add_error("role", _("Only an owner may change an owner's role."))
        else:
            said(request, _("Changed %(name)s.") % {"name": other.user.get_full_name()})
            return gone_back(request, "stakeholders:people", slug)
    return render(request, "stakeholders/seat.html", _context(seat, other=other, form=form), status=422)


@login_required
@require_POST
def remove_seat(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT)
    other = _other_seat(seat, pk)
    try:
        actions.remove_seat(other, by=seat, now=clock.now())
    except actions.LastOwner:
        said(request, _("A product needs an owner. Make someone else an owner first."))
    except actions.OwnersOnly:
        said(request, _("Only an owner may remove an owner."))
    else:
        undo = reverse("stakeholders:seat-restore", args=[slug, pk])
        said(
            request,
            _("Removed %(name)s. What they answered is kept.") % {"name": other.user.get_full_name()},
            undo=undo,
        )
        if other.pk == seat.pk:
            return gone_back(request, "/")
    return gone_back(request, "stakeholders:people", slug)


@login_required
@require_POST
def restore_seat(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    seat = access.seat(request.user, slug, need=access.EDIT)
    other = _other_seat(seat, pk)
    if other.role == Seat.Role.OWNER and not seat.reaches(access.OWN):
        said(request, _("Only an owner may bring an owner back."))
        return gone_back(request, "stakeholders:people", slug)
    actions.restore_seat(other, by=seat, now=clock.now())
    said(request, _("%(name)s is back.") % {"name": other.user.get_full_name()})
    return gone_back(request, "stakeholders:people", slug)
