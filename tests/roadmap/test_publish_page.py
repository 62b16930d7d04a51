import re
from datetime import timedelta

import pytest
from django.test import Client

from roadmap.models import Version
from roadmap.queries.versions import draft, snapshot_of
from stakeholders import clock
from stakeholders.models import Invitation, Message, Round
from tests import factories
from tests.roadmap.confirming import plan_beacon, publish, round_of
from tests.roadmap.test_confirm_page import text_of

URL = "/p/beacon/roadmap/publish/"


@pytest.fixture
def features(beacon, mia):
    return plan_beacon(beacon, mia)


def filled(beacon, *seats, **more):
    """What the form holds when one has only looked at it; `seats` must confirm."""
    found = draft(beacon)
    day = (clock.now() + timedelta(days=9)).date()
    data = {
        "number": found.number,
        "seen": found.seen,
        "note": "",
        "gaps_why": "",
        "deadline_on": f"{day}",
        "deadline_time": "17:00",
        "deadline_zone": "Europe/Berlin",
        "remind": "fitting",
        "remind_at": "",
        "quorum": "2/3",
        "threshold": "1",
        "silence": "nothing",
    }
    for seat in beacon.seats.all():
        data[f"seat-{seat.pk}"] = "required" if seat in seats else "none"
    return data | more


def test_the_page_shows_what_would_be_published(sign_in, mia, stan, features):
    page = text_of(sign_in(mia).get(URL))
    assert "Publish version 1" in page
    assert "The first version holds 3 features." in page
    assert "Route by skill" in page
    assert "Nothing is missing." in page


def test_what_is_missing_is_named_by_feature(sign_in, beacon, mia, stan, features):
    features[0].owner = None
    features[0].save(update_fields=["owner"])
    factories.feature(beacon, "No size yet", owner=mia, release=features[0].release)
    page = text_of(sign_in(mia).get(URL))
    assert "2 of 4 features lack something:" in page
    assert "BCN-1 Route by skill no owner" in page
    assert "BCN-4 No size yet no objective, no size" in page


def test_a_team_asked_for_more_than_it_has_is_named_with_both_numbers(sign_in, beacon, mia, features):
    factories.feature(beacon, "Too much", owner=mia, days=40, release=features[0].release)
    page = text_of(sign_in(mia).get(URL))
    assert "Inbox in 2027.1: 70 d are planned, and it has 60 d." in page
    assert "No room: BCN-4." in page


def test_publishing_asks_once_with_the_number_of_people_then_does_it(sign_in, beacon, mia, stan, olga, features):
    client = sign_in(mia)
    asked = client.post(URL, filled(beacon, stan, olga, note="Here it is."))
    assert asked.status_code == 200
    assert "Publish version 1 to 2 people?" in text_of(asked)
    assert "One objection of theirs that stands means “not confirmed”." in text_of(asked)
    assert "What each person gets" in text_of(asked) and "Stan, do you confirm version 1?" in text_of(asked)
    assert "/s/***/" in text_of(asked) and "Here it is." in text_of(asked)
    drawn = client.post(URL, filled(beacon, stan, olga, note="Here it is.") | {"letter": "1"})
    assert "sandbox" in drawn["Content-Security-Policy"] and "script-src" not in drawn["Content-Security-Policy"]
    assert drawn.content.decode().count("do you confirm version 1?") == 1 and "<form" not in drawn.content.decode()
    assert not Version.objects.exists() and not Message.objects.exists()

    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked.content.decode()))
    done = client.post(URL, fields | {"sure": "1"})
    assert (done.status_code, done["Location"]) == (303, "/p/beacon/versions/1/")
    version = Version.objects.get()
    assert version.note == "Here it is."
    assert Message.objects.filter(kind=Message.Kind.INVITATION).count() == 2
    page = text_of(client.get(done["Location"]))
    assert "Version 1 is published. 2 people are asked to confirm it." in page


def test_going_back_keeps_what_was_typed(sign_in, beacon, mia, stan, features):
    back = sign_in(mia).post(URL, filled(beacon, stan, note="Half a thought") | {"back": "1"})
    assert back.status_code == 200
    assert "Half a thought" in back.content.decode()
    assert not Version.objects.exists()


def test_consulted_people_are_asked_and_not_required(sign_in, beacon, mia, stan, olga, features):
    client = sign_in(mia)
    client.post(URL, filled(beacon, stan, **{f"seat-{olga.pk}": "consulted"}) | {"sure": "1"})
    asked = dict(Invitation.objects.values_list("seat_id", "is_required"))
    assert asked == {stan.pk: True, olga.pk: False}


@pytest.mark.parametrize(
    "field, value, sentence",
    [
        ("deadline_on", "2020-01-01", "The deadline has passed already."),
        ("deadline_on", "", "Fill in “Deadline, day”."),
        ("quorum", "7/3", "Select a valid choice."),
    ],
)
def test_a_form_with_a_fault_is_shown_again_with_what_was_typed(
    sign_in, beacon, mia, stan, features, field, value, sentence
):
    refused = sign_in(mia).post(URL, filled(beacon, stan, note="Half a thought") | {field: value})
    assert refused.status_code == 422
    assert sentence in text_of(refused)
    assert "Half a thought" in refused.content.decode()


def test_nobody_who_must_confirm_is_refused(sign_in, beacon, mia, stan, features):
    refused = sign_in(mia).post(URL, filled(beacon))
    assert refused.status_code == 422
    assert "Choose at least one person who must confirm." in text_of(refused)


def test_gaps_without_a_reason_are_refused_and_with_one_are_published(sign_in, beacon, mia, stan, features):
    features[0].owner = None
    features[0].save(update_fields=["owner"])
    client = sign_in(mia)
    refused = client.post(URL, filled(beacon, stan))
    assert refused.status_code == 422
    assert "Say why it goes out although something is missing." in text_of(refused)
    client.post(URL, filled(beacon, stan, gaps_why="Jonas starts in January.") | {"sure": "1"})
    assert snapshot_of(Version.objects.get())["gaps"]["why"] == "Jonas starts in January."


def test_a_roadmap_that_changed_meanwhile_is_shown_again_before_anything_is_published(
    sign_in, beacon, mia, stan, features
):
    client, data = sign_in(mia), filled(beacon, stan, note="Half a thought")
    features[0].title = "Route by mood"
    features[0].save(update_fields=["title"])
    refused = client.post(URL, data | {"sure": "1"})
    assert refused.status_code == 409
    assert "The roadmap has changed since you opened this page." in text_of(refused)
    assert "Half a thought" in refused.content.decode()
    assert draft(beacon).seen in refused.content.decode()
    assert not Version.objects.exists()


def test_of_two_who_publish_at_once_the_second_is_told(sign_in, beacon, mia, olga, stan, features):
    data = filled(beacon, stan)
    assert sign_in(mia).post(URL, data | {"sure": "1"}).status_code == 303
    second = sign_in(olga, on=Client()).post(URL, data | {"sure": "1"})
    assert second.status_code == 409
    assert "Mia Okafor has published version 1 meanwhile." in text_of(second)
    assert (Version.objects.count(), Round.objects.count()) == (1, 1)


def test_the_same_press_twice_leads_to_the_same_version(sign_in, beacon, mia, stan, features):
    client, data = sign_in(mia), filled(beacon, stan) | {"sure": "1"}
    assert client.post(URL, data)["Location"] == client.post(URL, data)["Location"] == "/p/beacon/versions/1/"
    assert (Version.objects.count(), Round.objects.count()) == (1, 1)


def test_an_open_confirmation_stands_in_the_way_and_leads_to_its_round(sign_in, beacon, mia, stan, features):
    first = publish(beacon, mia, required=[stan])
    page = sign_in(mia).get(URL)
    assert "Version 1 is still out for confirmation" in text_of(page)
    assert f"/p/beacon/rounds/{round_of(first).public_id}/" in page.content.decode()
    assert '<form class="publish"' not in page.content.decode()


def test_nothing_planned_says_what_to_do(sign_in, beacon, mia):
    assert "Nothing is planned yet" in text_of(sign_in(mia).get(URL))


@pytest.mark.parametrize("who, status", [("stan", 403), ("vera", 403), ("max", 404), ("mia", 200), ("olga", 200)])
def test_who_may_publish(request, sign_in, beacon, features, who, status):
    client = sign_in(request.getfixturevalue(who))
    assert client.get(URL).status_code == status
    if status != 200:
        assert client.post(URL, {"sure": "1"}).status_code == status
    assert not Version.objects.exists()


def test_an_open_vote_cannot_be_read_from_a_version(beacon, mia, stan, features):
    from roadmap.models import Standing

    Standing.objects.create(feature=features[0], product=beacon, run=1, score=71.25, rank=1)
    assert draft(beacon).plan["features"][0]["rank"] == 1
    factories.round_(beacon, kind="voting", deadline_at=clock.now() + timedelta(days=3))
    entry = draft(beacon).plan["features"][0]
    assert (entry["rank"], entry["score"]) == (None, None)


def test_the_page_that_asks_names_reminders_as_dates_and_a_deadline_when_few_work(sign_in, beacon, mia, stan, features):
    own = ["2030-11-28T08:00", "2030-11-29T09:30", ""]
    typed = filled(beacon, stan, deadline_on="2030-11-30", remind="own", remind_at=own)
    words = text_of(sign_in(mia).post(URL, typed)).replace("\u00a0", " ")
    assert "Saturday 30 November 2030 is on a weekend: few people look at their mail then." in words
    assert "Whoever is silent is reminded: Thu 28 Nov, 08:00 CET; Fri 29 Nov, 09:30 CET." in words
