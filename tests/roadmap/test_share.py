"""Share links: what an outsider reads behind one, what stays hidden, how it ends, and who may make it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmap.actions.share import ShareTerms, make_share, revoke_share
from roadmap.models import Answer, AnswerFeature, Confirmation, Contribution, Feature, ShareLink
from stakeholders.actions.links import renew_link, url_of
from stakeholders.actions.rounds import withdraw_round
from stakeholders.models import Activity, Link
from tests import factories
from tests.roadmap.confirming import path_of_link, plan_beacon, publish, round_of

SHARES = "/p/beacon/roadmap/shares/"


@pytest.fixture(autouse=True)
def on_24_november(monkeypatch):
    """Readers come on a day on which the planned releases lie ahead; deadlines still go by the database's clock."""
    monkeypatch.setattr("roadmap.views.share.now", lambda: factories.NOW)


@pytest.fixture
def features(beacon, mia):
    return plan_beacon(beacon, mia)


@pytest.fixture
def published(beacon, mia, stan, olga, features):
    return publish(beacon, mia, required=[stan, olga])


def share(product, by, **terms) -> str:
    """The path of a new link."""
    made = make_share(
        product, terms=ShareTerms(**({"audience": "Aldermoor’s customers"} | terms)), by=by, now=factories.NOW
    )
    return url_of(made.link).removeprefix("http://testserver")


def answer(version, seat, verdict, text="", *features):
    said = Answer.objects.create(
        confirmation=Confirmation.objects.get(version=version),
        seat=seat,
        verdict=verdict,
        text=text,
        arrived_at=datetime.now(UTC),
        nonce=uuid4().hex,
    )
    for feature in features:
        AnswerFeature.objects.create(answer=said, feature=feature)


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode().replace("\u00a0", " "))


# the first screen


def test_a_leader_reads_version_standing_and_three_sentences_without_an_account(
    client, beacon, mia, stan, olga, published, features
):
    answer(published, stan, "confirm")
    answer(published, olga, "concerns", "Too early.", features[1])
    html = read(client, share(beacon, mia))
    assert "for Aldermoor’s customers" in html
    assert "Every customer gets a good answer within two hours." in html
    assert "Version 1" in html
    assert "confirmed by 2 of 2 so far" in html
    assert "Next comes 2027.1, by 26 March 2027, with Route by skill, Macros with a dry run and one more" in html
    assert "it serves “First reply within 2 h”. 2027.2 follows by 25 June 2027." in html
    assert "This is the first version." in html
    assert "Agreement is weakest on Undo send: one person has a concern about it." in html
    assert html.index("This is the first version.") < html.index('<svg class="drawing')


def test_before_anyone_has_answered_nobody_is_said_to_have_no_concern(client, beacon, mia, published):
    html = read(client, share(beacon, mia))
    assert "Nobody has answered yet." in html
    assert "Nobody who answered" not in html


def test_a_roadmap_that_serves_no_objective_is_read_too(client, beacon, mia, stan, features, monkeypatch):
    monkeypatch.setattr("roadmap.views.share.now", lambda: factories.NOW)
    Contribution.objects.filter(feature__product=beacon).delete()
    publish(beacon, mia, required=[stan])
    assert "Next comes 2027.1, by 26 March 2027, with Route by skill, Macros with a dry run and one more." in read(
        client, share(beacon, mia)
    )


def test_what_changed_since_the_version_before_is_told(client, beacon, mia, stan, published, features):
    withdraw_round(round_of(published), why="More to come.", by=mia, now=datetime.now(UTC))
    Feature.objects.filter(pk=features[0].pk).update(release=beacon.releases.get(name="2027.2"))
    Feature.objects.filter(pk=features[1].pk).update(release=None, starts_on=None, ends_on=None)
    factories.feature(beacon, "Brand new", release=beacon.releases.get(name="2027.2"), status="planned")
    publish(beacon, mia, required=[stan])
    path = share(beacon, mia)
    assert "Since version 1 one feature was added, one has moved and one was taken out." in read(client, path)
    changes = read(client, path + "?view=changes")
    rows = re.findall(r'<tr data-kind="(\w+)"><th[^>]*>(.*?)</th>', changes)
    assert sorted(rows) == [("added", "Brand new"), ("moved", "Route by skill"), ("removed", "Undo send")]


def test_what_the_manager_wrote_stands_instead_of_the_facts(client, beacon, mia, published):
    html = read(client, share(beacon, mia, summary="We ship less, and better.\n<b>Really.</b>"))
    assert "We ship less, and better." in html
    assert "&lt;b&gt;Really.&lt;/b&gt;" in html
    assert "This is the first version." not in html


@pytest.mark.parametrize(
    ("query", "words"),
    [("", '<svg class="drawing'), ("?view=table", '<table class="table'), ("?view=columns", 'data-horizon="later"')],
)
def test_the_faces_of_a_shared_roadmap_are_links(client, beacon, mia, published, query, words):
    html = read(client, share(beacon, mia) + query)
    assert words in html
    assert html.count("Route by skill") >= 1


def test_a_tapped_feature_says_what_it_is_good_for_and_what_it_waits_for(client, beacon, mia, published, features):
    html = read(client, share(beacon, mia) + "?feature=BCN-2")
    panel = html[html.index('id="panel"') : html.index("</aside>")]
    assert "Undo send" in panel
    assert "First reply within 2 h" in panel
    assert "Waits for" in panel
    assert 'id="panel"' not in read(client, share(beacon, mia) + "?feature=BCN-999")


def test_the_latest_version_is_shown_unless_the_link_names_one(client, beacon, mia, stan, published):
    fixed, latest = share(beacon, mia, version=published), share(beacon, mia)
    withdraw_round(round_of(published), why="More to come.", by=mia, now=datetime.now(UTC))
    factories.feature(beacon, "Brand new", release=beacon.releases.get(name="2027.2"), status="planned")
    assert "Brand new" not in read(client, latest), "a draft is nobody's business"
    publish(beacon, mia, required=[stan])
    assert "Brand new" in read(client, latest)
    assert "Brand new" not in read(client, fixed)


def test_before_anything_is_published_the_page_says_so(client, beacon, mia, features):
    html = read(client, share(beacon, mia))
    assert "Nothing is published yet" in html
    assert "Route by skill" not in html


# what stays hidden


@pytest.mark.parametrize("query", ["", "?view=table", "?view=columns", "?view=changes", "?feature=BCN-2"])
def test_no_names_answers_or_effort_unless_the_link_says_so(
    client, beacon, mia, stan, olga, published, features, query
):
    answer(published, olga, "object", "Voice was promised to Kestrel.", features[0])
    hidden = ["Stan Lindqvist", "Olga Olsen", "Mia Okafor", "Kestrel", "@people.example", "10 d", "30 / 60 d"]
    html = read(client, share(beacon, mia) + query)
    assert [words for words in hidden if words in html] == []
    assert "agreement--" not in html


def test_names_and_sizes_are_shown_where_the_link_says_so(client, beacon, mia, olga, published, features):
    answer(published, olga, "object", "Voice was promised to Kestrel.", features[0])
    html = read(client, share(beacon, mia, shows_names=True, shows_sizes=True) + "?feature=BCN-1")
    for words in ("Olga Olsen", "Kestrel", "10 d", "30 / 60 d", "somebody objects"):
        assert words in html


# headers, caching, no cookies


def test_a_reader_gets_no_cookie_and_tells_nobody_where_they_were(client, beacon, mia, published):
    response = client.get(share(beacon, mia))
    assert not response.cookies
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert {"private", "no-cache"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_an_unchanged_page_is_not_sent_twice(client, beacon, mia, stan, published):
    path = share(beacon, mia)
    client.get(path)
    tag = client.get(path)["ETag"]
    again = client.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    answer(published, stan, "confirm")
    assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_the_day_of_the_last_reading_is_remembered_with_one_write_a_day(client, beacon, mia, published):
    path = share(beacon, mia)
    client.get(path)
    assert ShareLink.objects.get().last_used_on is not None
    with CaptureQueriesContext(connection) as queries:
        client.head(path)
    assert ShareLink.objects.count() == 1
    assert not [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_page_costs_the_same_however_many_features_the_version_holds(client, beacon, mia, stan, published):
    path = share(beacon, mia)
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    withdraw_round(round_of(published), why="More.", by=mia, now=datetime.now(UTC))
    release = beacon.releases.get(name="2027.2")
    Feature.objects.bulk_create(
        Feature(product=beacon, number=100 + n, title=f"Planned {n}", release=release, status="planned")
        for n in range(50)
    )
    publish(beacon, mia, required=[stan])
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) <= len(few)


# how it ends


def test_an_unknown_link_is_not_found(client, beacon, mia, published):
    path = share(beacon, mia)
    assert client.get("/r/nonsense/").status_code == 404
    swapped = path[:-6] + ("a" if path[-6] != "a" else "b") + path[-5:]
    assert client.get(swapped).status_code == 404


def test_a_link_of_another_kind_opens_no_roadmap(client, beacon, mia, stan, published):
    personal = path_of_link(stan, round_of(published))
    assert client.get(personal).status_code == 200
    assert client.get(personal.replace("/s/", "/r/")).status_code == 404
    assert client.get(share(beacon, mia).replace("/r/", "/s/")).status_code == 404


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_link_that_is_over_says_what_to_do(client, beacon, mia, published, end):
    path = share(beacon, mia)
    found = ShareLink.objects.get()
    if end == "revoked":
        revoke_share(found, by=mia, now=factories.NOW)
    else:
        Link.objects.update(expires_at=factories.NOW)
    response = client.get(path)
    assert response.status_code == 410
    html = response.content.decode()
    assert "Ask whoever sent it to you for a new one." in html
    assert "Route by skill" not in html
    assert client.post(path).status_code == 410


def test_a_renewed_link_kills_the_old_address(client, beacon, mia, published):
    path = share(beacon, mia)
    renewed = renew_link(Link.objects.get(kind=Link.Kind.SHARE), by=mia, now=datetime.now(UTC))
    assert client.get(path).status_code == 404
    assert client.get(url_of(renewed).removeprefix("http://testserver")).status_code == 200


# a password


def test_a_password_opens_for_twelve_hours_without_a_cookie(client, beacon, mia, published):
    path = share(beacon, mia, password="sesame-1")
    closed = read(client, path)
    assert "asks for a password" in closed
    assert "Beacon" not in closed
    assert "Aldermoor" not in closed
    opened = client.post(path, {"password": "sesame-1"})
    assert opened.status_code == 303
    assert not opened.cookies
    html = read(client, opened["Location"])
    assert "Route by skill" in html
    table = re.search(r'href="([^"]*view=table[^"]*)"', html)[1].replace("&amp;", "&")
    assert "Route by skill" in read(client, table)
    assert "asks for a password" in read(client, path)
    assert "asks for a password" in read(client, path + "?key=forged")


def test_the_key_of_one_link_opens_no_other(client, beacon, mia, published):
    one, other = share(beacon, mia, password="sesame-1"), share(beacon, mia, password="sesame-1")
    key = client.post(one, {"password": "sesame-1"})["Location"].partition("?")[2]
    assert "asks for a password" in read(client, f"{other}?{key}")


def test_a_wrong_password_is_said_and_ten_of_them_close_the_door_for_a_while(client, beacon, mia, published):
    path = share(beacon, mia, password="sesame-1")
    for _ in range(10):
        response = client.post(path, {"password": "open-up-1"})
        assert response.status_code == 422
        assert "not the password that came with the link" in response.content.decode()
    assert client.post(path, {"password": "sesame-1"}).status_code == 429
    assert client.post(share(beacon, mia, password="sesame-1"), {"password": "sesame-1"}).status_code == 303


# those who manage


def terms(**typed):
    return {"audience": "the board", "days": "90"} | typed


def test_a_manager_makes_a_link_finds_it_in_the_list_and_revokes_it(client, sign_in, beacon, mia, published):
    sign_in(mia)
    made = client.post(SHARES + "make/", terms(shows_names="on"))
    assert made.status_code == 303
    html = client.get(SHARES).content.decode()
    found = ShareLink.objects.get()
    assert found.link.expires_at - found.link.created_at == timedelta(days=90)
    assert url_of(found.link) in html
    for words in ("for the board", "always the latest version", "with names", "never opened"):
        assert words in html
    address = url_of(found.link).removeprefix("http://testserver")
    assert client.post(f"{SHARES}{found.pk}/revoke/").status_code == 303
    assert client.get(address).status_code == 410
    after = client.get(SHARES).content.decode()
    assert address not in after
    assert "revoked" in after
    assert list(Activity.objects.filter(object_label="the board").values_list("verb", flat=True)) == [
        "revoked",
        "shared",
    ]


def test_every_link_that_is_live_is_listed(client, sign_in, beacon, mia, olga, published):
    for number in range(5):
        share(beacon, mia if number % 2 else olga, audience=f"audience {number}")
    sign_in(mia)
    html = client.get(SHARES).content.decode()
    assert all(url_of(each.link) in html for each in ShareLink.objects.all())
    assert html.count("data-share=") == 5


def test_a_password_is_kept_hashed(client, sign_in, beacon, mia, published):
    sign_in(mia)
    client.post(SHARES + "make/", terms(password="sesame-1"))
    assert "sesame" not in ShareLink.objects.get().password
    assert "sesame" not in client.get(SHARES).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"audience": ""}, "Say for whom the link is."),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "366"}, "less than or equal to 365"),
        ({"password": "short"}, "at least 8 characters"),
        ({"version": "999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_made_is_explained(client, sign_in, beacon, mia, published, typed, words):
    sign_in(mia)
    response = client.post(SHARES + "make/", terms(**typed))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("vera", 403), ("stan", 403), ("max", 404)])
def test_only_managers_see_make_and_revoke_links(request, client, sign_in, beacon, mia, published, who, status):
    share(beacon, mia)
    pk = ShareLink.objects.get().pk
    sign_in(request.getfixturevalue(who))
    assert client.get(SHARES).status_code == status
    assert client.post(SHARES + "make/", terms()).status_code == status
    assert client.post(f"{SHARES}{pk}/revoke/").status_code == status
    assert ShareLink.objects.count() == 1
    assert ShareLink.objects.get().link.revoked_at is None


def test_a_link_of_another_product_is_not_found(client, sign_in, beacon, mia, published):
    atlas = factories.product("atlas")
    owner = factories.seat(atlas, "owner")
    share(atlas, owner)
    sign_in(mia)
    assert client.post(f"{SHARES}{ShareLink.objects.get().pk}/revoke/").status_code == 404
