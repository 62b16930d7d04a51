"""Signing in by code and by link, and setting up the first owner."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from stakeholders import clock
from stakeholders.actions import links
from stakeholders.models import Link, Message, Organisation, User
from stakeholders.rules.tokens import sign_in_code
from tests import factories


@pytest.fixture(autouse=True)
def _fresh_cache(db):
    cache.clear()


def path(link):
    return links.url_of(link).removeprefix(settings.BASE_URL)


def test_a_mailed_code_signs_in(client, mia):
    answer = client.post(reverse("account_login"), {"email": mia.user.email.upper()})
    assert answer["Location"] == reverse("account_confirm_login_code")
    message = Message.objects.get(kind="sign-in", user=mia.user)
    code = sign_in_code(settings.LINK_KEY, message.key.partition(":")[2])
    assert code not in str(Message.objects.values().get())
    before = client.session.session_key
    answer = client.post(reverse("account_confirm_login_code"), {"code": code.lower()})
    assert answer.status_code == 302
    assert client.session.session_key != before
    assert int(client.session["_auth_user_id"]) == mia.user_id


def test_a_wrong_code_is_refused_three_times_and_then_a_new_one_is_needed(client, mia):
    client.post(reverse("account_login"), {"email": mia.user.email})
    for _try in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": "AAAA-AAAA"})
    message = Message.objects.get(user=mia.user)
    code = sign_in_code(settings.LINK_KEY, message.key.partition(":")[2])
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, mia):
    known = client.post(reverse("account_login"), {"email": mia.user.email}, follow=True)
    client.cookies.clear()
    unknown = client.post(reverse("account_login"), {"email": "nobody@people.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert "nobody@people.example" in unknown.text
    assert list(Message.objects.values_list("user", flat=True)) == [mia.user_id]


def test_nobody_can_sign_up(client, db):
    assert client.get("/accounts/signup/").status_code == 404


def test_a_sign_in_link_works_once_by_its_button(client, mia):
    link = links.make_sign_in_link(mia.user, now=clock.now())
    assert "_auth_user_id" not in client.get(path(link)).wsgi_request.session
    assert client.post(path(link) + "open/").status_code == 303
    assert int(client.session["_auth_user_id"]) == mia.user_id
    client.logout()
    assert client.get(path(link)).status_code == 410
    assert client.post(path(link) + "open/").status_code == 410
    assert "_auth_user_id" not in client.session


def test_who_has_one_product_lands_at_it_and_who_has_several_at_the_list(client, mia):
    link = links.make_sign_in_link(mia.user, now=clock.now())
    assert client.post(path(link) + "open/")["Location"] == "/p/beacon/"
    factories.seat(factories.product("other"), user=mia.user)
    link = links.make_sign_in_link(mia.user, now=clock.now())
    assert client.post(path(link) + "open/")["Location"] == "/"


def test_an_expired_sign_in_link_is_gone(client, mia):
    link = links.make_sign_in_link(mia.user, now=clock.now() - links.SIGN_IN_TTL)
    assert client.get(path(link)).status_code == 410


def test_the_set_up_link_makes_the_owner_once(client, db):
    link = links.make_set_up_link(now=clock.now())
    assert client.get("/set-up/").status_code == 404
    assert client.post(path(link) + "open/")["Location"] == "/set-up/"
    typed = {
        "organisation": "Lighthouse",
        "name": "Olga Olsen",
        "email": "olga@people.example",
        "time_zone": "Europe/Berlin",
    }
    bad = client.post("/set-up/", typed | {"email": "olga"})
    assert bad.status_code == 422
    assert "Lighthouse" in bad.text
    long = client.post("/set-up/", typed | {"email": f"olga@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}"})
    assert long.status_code == 422
    assert client.post("/set-up/", typed).status_code == 303
    owner = User.objects.get()
    assert Organisation.current().admins.get() == owner
    assert int(client.session["_auth_user_id"]) == owner.pk
    assert not owner.has_usable_password()
    assert client.get(path(link)).status_code == 410
    assert Link.objects.get().used_at


def test_a_newer_set_up_link_ends_the_older(client, db):
    old = links.make_set_up_link(now=clock.now())
    links.make_set_up_link(now=clock.now())
    assert client.get(path(old)).status_code == 410


def test_only_admins_see_the_organisation(client, sign_in, olga, max):
    Organisation.current().admins.add(olga.user)
    assert sign_in(max).get("/organisation/").status_code == 403
    assert sign_in(olga).get("/organisation/").status_code == 200
    assert client.post("/organisation/", {"name": "", "time_zone": "Mars/Base"}).status_code == 422
    assert client.post("/organisation/", {"name": "Pharos", "time_zone": "Europe/Athens"}).status_code == 303
    assert Organisation.current().name == "Pharos"


def test_administrators_are_never_nobody(client, sign_in, olga):
    Organisation.current().admins.add(olga.user)
    sign_in(olga)
    assert client.post(reverse("stakeholders:organisation-admins-change"), {"text": " "}).status_code == 422
    assert (
        client.post(
            reverse("stakeholders:organisation-admins-change"), {"text": "Max <max@people.example>"}
        ).status_code
        == 303
    )
    assert [user.email for user in Organisation.current().admins.all()] == ["max@people.example"]


def test_tries_to_sign_in_count_by_person_not_by_proxy_and_by_ipv6_network(settings):
    settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "3/m/ip"}
    settings.TRUSTED_PROXIES = ["10.0.0.1"]

    def taken(network, **headers):
        """How many of eight tries, each by a fresh browser, are taken."""
        form = {"email": "nobody@people.example"}
        tries = [
            Client().post(reverse("account_login"), form, HTTP_X_FORWARDED_FOR=f"{network}{n}", **headers)
            for n in range(8)
        ]
        return sum(each.status_code == 302 for each in tries)

    assert taken("203.0.113.", REMOTE_ADDR="10.0.0.1") == 8
    assert taken("2001:db8:1:2::", REMOTE_ADDR="10.0.0.1") == 3
    assert taken("203.0.113.", REMOTE_ADDR="198.51.100.7") == 3, "anybody can write such a header"
