"""Knows which links the console prints once Accord is ready."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from prioritization.sample.people import DOMAIN, LEADER, MANAGER, STAKEHOLDER
from stakeholders.actions import links
from stakeholders.clock import now

CONSOLE_TTL = timedelta(hours=24)
SAMPLE = {"manager": MANAGER, "stakeholder": STAKEHOLDER, "leader": LEADER}


def first_links() -> dict[str, str]:
    """Return an address for each person who may want to come in first, by the word to print before it.

    With the sample: its manager, a stakeholder and a leader. With nobody: the set-up link. Else the sign-in page.
    """
    users = get_user_model().objects
    found = {user.email: user for user in users.filter(email__in=[f"{key}@{DOMAIN}" for key in SAMPLE.values()])}
    if len(found) == len(SAMPLE):
        return {
            who: links.url_of(links.make_sign_in_link(found[f"{key}@{DOMAIN}"], now=now(), ttl=CONSOLE_TTL))
            for who, key in SAMPLE.items()
        }
    if not users.exists():
        return {"set-up": links.url_of(links.make_set_up_link(now=now()))}
    return {"sign-in": settings.BASE_URL + reverse("account_login")}
