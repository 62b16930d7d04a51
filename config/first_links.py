"""Knows which links the console prints once Accord is ready."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from stakeholders.actions import links
from stakeholders.clock import now

CONSOLE_TTL = timedelta(hours=24)


def first_links() -> dict[str, str]:
    """Return an address for each person who may want to come in first, by the word to print before it.

    With the sample: its manager, a stakeholder and a leader. With nobody: the set-up link. Else the sign-in page.
    """
    if not get_user_model().objects.exists():
        return {"set-up": links.url_of(links.make_set_up_link(now=now()))}
    return {"sign-in": settings.BASE_URL + reverse("account_login")}
