"""The page of one person: all that is asked of them, what they said, and what became of it."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from prioritization.queries import your_part as queries
from stakeholders import clock, grants
from stakeholders.models import Invitation, User


@require_safe
def your_part(request: HttpRequest) -> HttpResponse:
    """Show everything to who is signed in; to who came by a link, the rounds whose links were opened on this browser.

    A link is worth its round and nothing else, so it opens no other round of the same person. `?round=` says on whose
    page one was: on a browser that several people used, theirs is shown and nobody else's.
    """
    granted = grants.invitations_of(request)
    named = [each for each in granted if each.round.public_id == request.GET.get("round")]
    person = _person(named[0]) if named else None
    now, page = clock.database_now(), request.GET.get("page")
    if isinstance(request.user, User) and person in (None, request.user):
        person, part = request.user, queries.part_of_user(request.user, now=now, page=page)
    elif granted:
        person = person or _person(granted[0])
        own = [each for each in granted if _person(each) == person]
        part = queries.part_of_grants(own, person, now=now, page=page)
    else:
        return redirect_to_login(request.get_full_path())
    context = {
        "person": person,
        "part": part,
        "is_signed_in": person == request.user,
        "granted": {each.pk for each in granted if _person(each) == person},
        "round_of_link": request.GET.get("round", "") if named else "",
    }
    response = render(request, "prioritization/your_part.html", context)
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _person(invitation: Invitation) -> User:
    """Return who answers by an invitation: the person asked, or who stands in."""
    return (invitation.standing_in or invitation.seat).user
