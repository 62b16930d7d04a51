"""The timeline page: what it draws, that its table says the same, and what it costs."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmap.models import Dependency, Feature, Milestone
from tests import factories
from tests.roadmap.drawn import drawing_in, table_in

URL = "/p/beacon/roadmap/"


@pytest.fixture(autouse=True)
def on_24_november(monkeypatch):
    monkeypatch.setattr("roadmap.views.timeline.now", lambda: factories.NOW)


@pytest.fixture
def planned(beacon, mia):
    """Three lanes, two releases, one milestone, a broken order, something late, and something for later."""
    reply = factories.objective(beacon, "A", name="First reply within 2 h")
    cost = factories.objective(beacon, "C", name="Halve the cost per ticket")
    winter = factories.release(beacon, "2026.4", date(2026, 10, 1), date(2026, 12, 17))
    spring = factories.release(beacon, "2027.1", date(2026, 12, 18), date(2027, 3, 25))
    Milestone.objects.create(product=beacon, name="ISO audit", on=date(2027, 2, 9))
    inbox, platform = factories.team(beacon, "Inbox"), factories.team(beacon, "Platform")
    factories.capacity(inbox, winter, 20)
    triage = factories.feature(
        beacon, "Keyboard-only triage", objective=reply, days=30, team=inbox, release=winter, status="in-progress",
        starts_on=date(2026, 10, 5), ends_on=date(2026, 12, 10), progress=0.4,
    )  # fmt: skip
    routing = factories.feature(
        beacon, "Route by skill & load", objective=reply, days=10, team=platform, release=spring, status="planned",
        starts_on=date(2026, 12, 1), ends_on=date(2027, 4, 8),
    )  # fmt: skip
    factories.feature(
        beacon, "Bulk actions", objective=cost, team=inbox, release=spring, status="planned",
        starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 31), precision="quarter",
    )  # fmt: skip
    factories.feature(beacon, "Macros with a dry run", objective=cost, release=spring, status="planned")
    factories.feature(beacon, "Voice calls", precision="later", status="planned")
    factories.feature(beacon, "An idea without a place")
    factories.feature(beacon, "Dropped", status="dropped", release=spring)
    Dependency.objects.create(feature=routing, needs=triage)
    return beacon


def get(client, query=""):
    response = client.get(URL + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("lanes", ["objective", "team", "release"])
def test_the_table_says_what_the_drawing_says(client, sign_in, vera, planned, lanes):
    sign_in(vera)
    drawing = drawing_in(get(client, f"?lanes={lanes}"))
    table = table_in(get(client, f"?view=table&lanes={lanes}"))
    assert drawing.lanes == table.lanes
    assert sum(len(lane) for lane in drawing.lanes.values()) == 5
    assert drawing.marks.keys() == table.marks.keys() == {"2026.4", "2027.1", "ISO audit"}


def test_lanes_hold_their_features_with_their_dates(client, sign_in, vera, planned):
    sign_in(vera)
    assert drawing_in(get(client)).lanes == {
        "First reply within 2 h": {
            "BCN-1": ("2026-10-05", "2026-12-10"),
            "BCN-2": ("2026-12-01", "2027-04-08"),
        },
        "Halve the cost per ticket": {
            "BCN-3": ("2027-01-01", "2027-03-31"),
            "BCN-4": ("2026-12-18", "2027-03-25"),
        },
        "No objective": {"BCN-5": ("", "")},
    }


def test_a_bar_says_in_words_what_it_shows(client, sign_in, vera, planned):
    sign_in(vera)
    html = get(client).replace("\u00a0", " ")
    assert (
        "BCN-1 Keyboard-only triage · 5 Oct 2026 – 10 Dec 2026 · 2026.4 · 40 % done · draft, nobody asked yet</title>"
        in html
    )
    assert "BCN-3 Bulk actions · Q1 2027 · 2027.1 · not begun" in html
    assert "BCN-4 Macros with a dry run · in 2027.1, no dates yet" in html
    assert "· +2 wk · needs first: BCN-1 Keyboard-only triage</title>" in html


def test_the_first_sentence_is_what_the_plan_comes_to(client, sign_in, vera, planned):
    sign_in(vera)
    words = re.sub(r"<[^>]+>", "", re.search(r'<p class="conclusion">(.*?)</p>', get(client), re.S)[1])
    assert words.replace("\u00a0", " ") == (
        "One of two releases holds what is planned for it; 2027.1 does not: Route by skill &amp; load ends two weeks "
        "after it. One starts before what it needs has ended and in one place a team has more planned than it can do."
    )


def test_a_broken_order_is_drawn_without_pointing_at_it(client, sign_in, vera, planned):
    sign_in(vera)
    assert get(client).count('class="needs needs--broken"') >= 1
    Dependency.objects.all().delete()
    assert "needs--broken" not in get(client)


def test_an_empty_roadmap_says_what_to_do(client, sign_in, mia, vera):
    sign_in(mia)
    assert "Choose a feature" in get(client)
    sign_in(vera)
    html = get(client)
    assert "Nothing is planned yet." in html
    assert "Choose a feature" not in html


def test_what_shipped_long_ago_is_one_click_away(client, sign_in, vera, planned):
    factories.feature(
        planned, "Long done", status="shipped", progress=1, starts_on=date(2024, 1, 8), ends_on=date(2024, 3, 1)
    )
    sign_in(vera)
    assert "Long done" not in get(client)
    assert "1 shipped earlier" in get(client)
    assert "Long done" in get(client, "?past=1")


@pytest.mark.parametrize("query", ["?lanes=nonsense", "?scale=%00", "?lane=999", "?past=maybe", "?feature="])
def test_a_query_that_makes_no_sense_is_no_error(client, sign_in, vera, planned, query):
    sign_in(vera)
    get(client, query)


def test_the_panel_shows_one_feature_and_only_managers_move_it(client, sign_in, vera, mia, planned):
    sign_in(vera)
    html = get(client, "?feature=BCN-2")
    assert 'id="panel"' in html
    assert "Save its place" not in html
    sign_in(mia)
    assert "Save its place" in get(client, "?feature=BCN-2")
    assert client.get(URL + "?feature=BCN-99").status_code == 404


def test_now_next_and_later_follow_the_releases(client, sign_in, vera, planned):
    sign_in(vera)
    html = client.get(URL + "now-next-later/").content.decode()
    found = {}
    for part in html.split('data-horizon="')[1:]:
        found[part.partition('"')[0]] = re.findall(r'data-feature="([^"]+)"', part)
    assert found == {"now": ["BCN-1"], "next": ["BCN-4", "BCN-3", "BCN-2"], "later": ["BCN-5"]}


def test_a_stranger_learns_nothing(client, sign_in, max, planned):
    sign_in(max)
    assert client.get(URL).status_code == 404
    client.logout()
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize("query", ["", "?view=table", "?lanes=team", "?feature=BCN-1", "now-next-later/"])
def test_a_page_costs_the_same_at_thirty_and_at_three_thousand_features(client, sign_in, mia, planned, query):
    release = planned.releases.get(name="2027.1")
    Feature.objects.bulk_create(
        Feature(product=planned, number=100 + n, title=f"Planned {n}", release=release, status="planned")
        for n in range(55)
    )
    sign_in(mia)
    client.get(URL + query)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(URL + query)
    Feature.objects.bulk_create(
        Feature(product=planned, number=1000 + n, title=f"Idea {n}", status="candidate") for n in range(3000)
    )
    with CaptureQueriesContext(connection) as many:
        client.get(URL + query)
    assert len(few) == len(many)
    assert len(many) < 40
