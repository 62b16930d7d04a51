"""A form that makes something makes it once, however often it is sent."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from roadmap.models import Feature, Milestone, Objective, Product, Release, ShareLink, Team
from stakeholders.models import Activity, ApiToken, Made
from tests import factories

HOME = "/p/beacon/"
FORMS = [
    (f"{HOME}features/new/", f"{HOME}features/new/", Feature, {"title": "Undo send", "external_key": "X-1"}, 1),
    (f"{HOME}roadmap/shares/", f"{HOME}roadmap/shares/make/", ShareLink, {"audience": "Board", "days": "90"}, 2),
    (f"{HOME}setup/objectives/new/", f"{HOME}setup/objectives/new/", Objective, {"name": "Faster", "weight": "1"}, 2),
    (f"{HOME}setup/teams/", f"{HOME}setup/teams/new/", Team, {"name": "Inbox"}, 1),
    (
        f"{HOME}setup/releases/",
        f"{HOME}setup/releases/new/",
        Release,
        {"name": "2027.1", "starts_on": "2027-01-01", "ends_on": "2027-03-26"},
        1,
    ),
    (f"{HOME}setup/milestones/", f"{HOME}setup/milestones/new/", Milestone, {"name": "Fair", "on": "2027-02-01"}, 2),
    (
        "/products/new/",
        "/products/new/",
        Product,
        {"name": "Kite", "vision": "Up.", "objective": "Fly", "key": "KIT"},
        1,
    ),
    ("/tokens/", "/tokens/", ApiToken, {"name": "Script", "days": "90"}, 2),
]


def filled(page, typed):
    """Return what a browser would send with the first form of a page that holds a nonce."""
    nonce = re.search(r'name="nonce" value="(\w+)"', page.content.decode()).group(1)
    precision = {"precision": "day", "status": "candidate", "progress": "0"} if "title" in typed else {}
    return typed | precision | {"nonce": nonce}


@pytest.mark.parametrize(("at", "to", "model", "typed", "anew"), FORMS)
def test_the_same_form_twice_makes_one_and_gives_the_first_answer(client, sign_in, mia, at, to, model, typed, anew):
    sign_in(mia)
    before = model.objects.count()
    sent = filled(client.get(at), typed)
    first, again = client.post(to, sent), client.post(to, sent)
    assert first.status_code == again.status_code < 400
    assert first.get("Location") == again.get("Location")
    assert model.objects.count() == before + 1
    logged = Activity.objects.count()
    client.post(to, sent)
    assert Activity.objects.count() == logged
    client.post(to, filled(client.get(at), typed))
    assert model.objects.count() == before + anew, "a form opened anew is another one, where a name may stand twice"


def test_what_is_typed_anew_on_a_form_that_the_back_button_brought_is_another_thing(client, sign_in, mia, beacon):
    sign_in(mia)
    sent = filled(client.get(f"{HOME}features/new/"), {"title": "Undo send"})
    for title in ("Undo send", "Undo send for 30 seconds"):
        client.post(f"{HOME}features/new/", sent | {"title": title})
    assert list(Feature.objects.values_list("title", flat=True)) == ["Undo send", "Undo send for 30 seconds"]


def test_nobody_gets_what_another_person_made(client, sign_in, mia, olga, beacon):
    sent = filled(sign_in(mia).get(f"{HOME}setup/milestones/"), {"name": "Fair", "on": "2027-02-01"})
    client.post(f"{HOME}setup/milestones/new/", sent)
    sign_in(olga).post(f"{HOME}setup/milestones/new/", sent)
    assert Milestone.objects.count() == 2


def test_what_could_not_be_made_is_made_by_a_later_try(client, sign_in, mia, beacon):
    for number in range(26):
        last = factories.objective(beacon, chr(ord("A") + number))
    sent = filled(sign_in(mia).get(f"{HOME}setup/objectives/new/"), {"name": "One more", "weight": "1"})
    assert client.post(f"{HOME}setup/objectives/new/", sent).status_code == 422
    assert not Made.objects.exists()
    last.delete()
    assert client.post(f"{HOME}setup/objectives/new/", sent).status_code == 303


def test_a_repeated_request_for_a_token_shows_the_same_text_which_works(client, sign_in, mia, beacon):
    sent = filled(sign_in(mia).get("/tokens/"), {"name": "Script", "days": "90"})
    texts = [client.post("/tokens/", sent).context["text"] for _ in range(2)]
    assert texts[0] == texts[1]
    answer = Client().get("/api/v1/products/", headers={"Authorization": f"Bearer {texts[0]}"})
    assert answer.status_code == 200
    other = client.post("/tokens/", filled(client.get("/tokens/"), {"name": "Script", "days": "90"}))
    assert other.context["text"] != texts[0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_copies_at_the_same_moment_one_makes_it_and_all_get_it(client, sign_in, mia, beacon):
    sign_in(mia)
    sent = filled(client.get(f"{HOME}features/new/"), {"title": "Undo send"})
    start = Barrier(8)

    def post(_number):
        own = Client()
        own.cookies = client.cookies
        start.wait()
        try:
            return own.post(f"{HOME}features/new/", sent)["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(post, range(8)))
    assert answers == {f"{HOME}features/BCN-1/"}
    assert Feature.objects.count() == 1
