"""The first owner's home, and the sample that is loaded from it."""

import re

import pytest
from django.conf import settings as configured

from prioritization.tasks import open_sample_to
from roadmap.models import Product
from stakeholders import clock
from stakeholders.actions.organisation import set_up
from stakeholders.models import Seat
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return set_up(organisation="Acme", time_zone="Europe/Berlin", name="Olga Owner", email="olga@acme.example")


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


def test_the_first_owner_is_shown_the_three_ways_to_begin(page, settings):
    settings.MAIL_IS_KEPT = True
    said = page.get("/").content.decode()
    assert re.findall(r'step__title">([^<]+)<', said) == [
        "Start a product",
        "Or look around in the sample first",
        "Connect mail",
    ]
    assert str(configured.OUTBOX_DIR) in said and "EMAIL_URL=" in said
    settings.MAIL_IS_KEPT = False
    assert "Mail is sent through your mail server." in page.get("/").content.decode()


def test_others_and_later_visits_see_the_list(page, client, beacon, owner, mia):
    assert "Connect mail" not in page.get("/").content.decode(), "somebody has begun"
    assert 'href="/organisation/"' in page.get("/").content.decode()
    client.force_login(mia.user)
    assert 'href="/organisation/"' not in client.get("/").content.decode()


@pytest.fixture
def broker():
    """The folders that `bin/start` makes for messages."""
    (configured.BROKER_DIR / "messages").mkdir(parents=True, exist_ok=True)
    (configured.BROKER_DIR / "control").mkdir(parents=True, exist_ok=True)


@pytest.mark.usefixtures("broker")
def test_a_press_has_the_sample_loaded_and_leads_to_it(page, owner):
    answer = page.post("/sample/load/")
    assert (answer.status_code, answer["Location"]) == (303, "/sample/")
    waiting = page.get("/sample/").content.decode()
    assert "is being loaded" in waiting and 'hx-trigger="every 2s"' in waiting
    sample = factories.product("beacon", is_sample=True)  # as if it was loaded: loading again changes nothing
    factories.seat(sample, Seat.Role.OWNER, name="Mia Okafor")
    open_sample_to(owner.pk)
    assert Seat.objects.get(product=sample, user=owner).role == Seat.Role.OWNER
    assert page.get("/sample/")["Location"] == f"/p/{sample.slug}/"
    assert page.get("/sample/", headers={"HX-Request": "true"})["HX-Redirect"] == f"/p/{sample.slug}/"


def test_the_sample_is_not_loaded_beside_peoples_work(page, owner, beacon):
    assert page.post("/sample/load/")["Location"] == "/"
    assert "is not loaded beside it" in page.get("/").content.decode()
    open_sample_to(owner.pk)
    assert not Product.objects.filter(is_sample=True).exists()


@pytest.mark.usefixtures("broker")
def test_a_sample_that_does_not_come_may_be_asked_for_again(page):
    page.post("/sample/load/")
    session = page.session
    session["sample-asked-at"] = clock.now().replace(year=2020).isoformat()
    session.save()
    said = page.get("/sample/").content.decode()
    assert "has not come" in said and "Try again" in said
