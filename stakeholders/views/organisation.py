"""The organisation: its set-up by the first owner, its name, zone, administrators and departments."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stakeholders import access, clock
from stakeholders.actions import links
from stakeholders.actions import organisation as actions
from stakeholders.forms.people import AdminsForm, DepartmentForm, OrganisationForm, SetUpForm
from stakeholders.grants import Gone
from stakeholders.models import Department, Link, Organisation
from stakeholders.pages import gone_back, said
from stakeholders.sign_in import sign_in


@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Create the first owner: only for the browser that pressed the set-up link's button."""
    now = clock.now()
    link = Link.objects.filter(pk=request.session.get("set-up-link"), kind=Link.Kind.SET_UP).first()
    if link is None:
        raise Http404
    if link.used_at or not link.is_live_at(now):
        raise Gone("used" if link.used_at else "expired", kind=link.kind)
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = actions.set_up(**form.cleaned_data)
                if not links.use_once(link, now=now):
                    raise Gone("used", kind=link.kind)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            del request.session["set-up-link"]
            response = sign_in(request, user, to="/")
            response.status_code = 303
            return response
    return render(request, "stakeholders/set_up.html", {"form": form}, status=422 if form.errors else 200)


def _page(request: HttpRequest, found: Organisation, *, status: int = 200, **forms) -> HttpResponse:
    admins = "\n".join(f"{user.get_full_name()} <{user.email}>" for user in found.admins.all())
    context = {
        "organisation": found,
        "form": forms.get("form") or OrganisationForm(instance=found),
        "admins": forms.get("admins") or AdminsForm(initial={"text": admins}),
        "new_department": forms.get("new_department") or DepartmentForm(),
        "departments": Department.objects.all(),
    }
    return render(request, "stakeholders/organisation.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    found = access.organisation(request.user)
    if request.method != "POST":
        return _page(request, found)
    form = OrganisationForm(request.POST, instance=found)
    if not form.is_valid():
        return _page(request, Organisation.objects.get(pk=1), form=form, status=422)
    actions.change_organisation(**form.cleaned_data, by=request.user, now=clock.now())
    said(request, _("Saved."))
    return gone_back(request, "stakeholders:organisation")


@login_required
@require_POST
def change_admins(request: HttpRequest) -> HttpResponse:
    found = access.organisation(request.user)
    form = AdminsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, admins=form, status=422)
    actions.set_admins(form.cleaned_data["text"], by=request.user, now=clock.now())
    said(request, _("Administrators changed."))
    return gone_back(request, "stakeholders:organisation" if access.is_admin(request.user) else "/")


@login_required
@require_POST
def add_department(request: HttpRequest) -> HttpResponse:
    found = access.organisation(request.user)
    form = DepartmentForm(request.POST)
    if not form.is_valid():
        return _page(request, found, new_department=form, status=422)
    said(request, _("Added %(name)s.") % {"name": actions.add_department(**form.cleaned_data).name})
    return gone_back(request, "stakeholders:organisation")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def department(request: HttpRequest, pk: int) -> HttpResponse:
    found = access.organisation(request.user)
    row = get_object_or_404(Department, pk=pk)
    form = DepartmentForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        actions.change_department(row, **form.cleaned_data, by=request.user, now=clock.now())
        said(request, _("Saved %(name)s.") % {"name": row.name})
        return gone_back(request, "stakeholders:organisation")
    context = {"organisation": found, "department": row, "form": form}
    return render(request, "stakeholders/department.html", context, status=422 if form.errors else 200)
