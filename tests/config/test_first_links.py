"""What the console prints once Accord is ready: how to get in."""

from datetime import timedelta

import pytest

from config.first_links import first_links
from prioritization.sample.people import DOMAIN, LEADER, MANAGER, STAKEHOLDER
from stakeholders.models import Link, User
from tests import factories


@pytest.mark.django_db
def test_with_nobody_there_is_one_set_up_link_and_the_one_before_ends():
    (first,) = first_links().values()
    assert first.startswith("http://testserver/s/")
    first_links()
    assert [link.revoked_at is None for link in Link.objects.filter(kind=Link.Kind.SET_UP).order_by("pk")] == [
        False,
        True,
    ]


def test_with_the_sample_there_is_a_sign_in_link_for_each_of_three_people(client, db):
    for key in (MANAGER, STAKEHOLDER, LEADER):
        factories.user(email=f"{key}@{DOMAIN}")
    found = first_links()
    assert list(found) == ["manager", "stakeholder", "leader"]
    for who, key in {"manager": MANAGER, "stakeholder": STAKEHOLDER, "leader": LEADER}.items():
        path = found[who].removeprefix("http://testserver")
        client.logout()
        client.post(f"{path}open/")
        assert client.session["_auth_user_id"] == str(User.objects.get(email=f"{key}@{DOMAIN}").pk)
        assert client.post(f"{path}open/").status_code == 410
    link = Link.objects.filter(kind=Link.Kind.SIGN_IN).first()
    assert link.expires_at - link.created_at == timedelta(hours=24)


def test_with_people_of_ones_own_it_says_where_to_sign_in(max):
    assert first_links() == {"sign-in": "http://testserver/accounts/login/"}
