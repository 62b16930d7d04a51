"""The page on which a manager opens a voting round."""

import re
from datetime import timedelta

import pytest

from prioritization.models import Criterion, VotingRound
from stakeholders import clock
from stakeholders.models import Message, Round
from tests import factories
from tests.prioritization.test_ballot import text_of

URL = "/p/beacon/rounds/new/voting/"


@pytest.fixture
def features(beacon):
    a = factories.objective(beacon, "A")
    return [
        factories.feature(beacon, "Undo send", objective=a),
        factories.feature(beacon, "Dark theme"),
        factories.feature(beacon, "Weekly digest", objective=a),
    ]


@pytest.fixture
def typed(features, stan, three_days):
    return {
        "title": "Q1 2027 priorities",
        "features": [features[0].pk, features[2].pk],
        "seats": [stan.pk],
        "deadline_on": three_days.wall[:10],
        "deadline_time": "17:00",
        "deadline_zone": "Europe/Berlin",
        "remind": "fitting",
        "results": "after-done",
        "secrecy": "named",
        "note": "Argue now.",
    }


def picked(page):
    body = page.content.decode()
    boxes = re.findall(r'name="features" value="(\d+)" checked', body)
    hidden = re.findall(r'type="hidden" name="features" value="(\d+)"', body)
    return {int(each) for each in boxes + hidden}


def test_the_page_offers_living_features_and_all_who_may_vote(client, sign_in, mia, stan, vera, features, beacon):
    factories.feature(beacon, "Long gone", status="dropped")
    words = text_of(sign_in(mia).get(URL))
    assert "Undo send" in words and "Long gone" not in words
    assert "Stan Lindqvist" in words and "Vera Vogel" not in words
    assert "nothing picked yet" in words


@pytest.mark.parametrize("odd", ["9" * 20, "9" * 5000, "²"])
def test_ids_that_no_feature_can_have_are_passed_over(client, sign_in, mia, odd):
    assert sign_in(mia).get(URL, {"features": odd}).status_code == 200


def test_it_asks_once_before_any_mail_goes_out(client, sign_in, mia, typed):
    page = sign_in(mia).post(URL, typed | {"check": "1"})
    assert page.status_code == 200
    words = text_of(page)
    assert "Send 1 invitation now?" in words
    assert "“Q1 2027 priorities” asks about 2 features; that takes each person about 20 s." in words
    assert "17:00 in Berlin" in words and "Whoever is silent is reminded:" in words
    assert not Round.objects.exists()


def test_being_sure_opens_the_round_as_it_was_typed(client, sign_in, mia, stan, typed, features, three_days):
    page = sign_in(mia).post(URL, typed | {"sure": "1"})
    round = Round.objects.get()
    assert (page.status_code, page["Location"]) == (303, f"/p/beacon/rounds/{round.public_id}/")
    assert (round.title, round.note, round.deadline_at, round.opened_by) == (
        "Q1 2027 priorities",
        "Argue now.",
        three_days.at,
        mia,
    )
    voting = VotingRound.objects.get()
    assert (voting.results, voting.secrecy) == (VotingRound.Results.AFTER_DONE, VotingRound.Secrecy.NAMED)
    asked = VotingRound.objects.get().asked.values_list("feature", flat=True)
    assert list(asked) == [features[0].pk, features[2].pk]
    assert round.messages.filter(kind=Message.Kind.INVITATION, seat=stan).count() == 1


def test_what_the_sure_page_sends_opens_the_same_round(client, sign_in, mia, typed, features):
    browser = sign_in(mia)
    body = browser.post(URL, typed | {"check": "1"}).content.decode()
    carried: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body):
        carried.setdefault(name, []).append(value)
    assert browser.post(URL, carried | {"sure": "1"}).status_code == 303
    assert VotingRound.objects.get().asked.count() == 2


def test_not_yet_leads_back_to_everything_that_was_typed(client, sign_in, mia, typed, features):
    page = sign_in(mia).post(URL, typed | {"back": "1"})
    assert page.status_code == 200
    assert picked(page) == {features[0].pk, features[2].pk}
    body = page.content.decode()
    assert 'value="Q1 2027 priorities"' in body and "Argue now." in body
    assert "field__error" not in body


def test_filtering_keeps_what_was_picked_and_typed(client, sign_in, mia, typed, features):
    page = sign_in(mia).post(URL, typed | {"filter": "1", "f-q": "dark"})
    words = text_of(page)
    assert "Dark theme" in words and "Undo send" not in words
    assert "1 of 3 shown · 2 picked ones are not among them" in words
    assert picked(page) == {features[0].pk, features[2].pk}
    assert "2 features, about 20 s each person" in words


def test_all_that_a_filter_shows_can_be_picked_and_taken_back_at_once(client, sign_in, mia, typed, features):
    browser = sign_in(mia)
    assert picked(browser.post(URL, typed | {"pick": "1", "f-q": "dark"})) == {each.pk for each in features}
    assert picked(browser.post(URL, typed | {"drop": "1", "f-q": "undo"})) == {features[2].pk}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "A round needs a title."),
        ({"features": []}, "Pick at least one feature to ask about."),
        ({"seats": []}, "Pick at least one person to ask."),
        ({"deadline_on": "2020-01-01"}, "The deadline has passed already."),
        ({"remind": "own", "remind_at": "tomorrow"}, "“tomorrow” is not a date and time."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(client, sign_in, mia, typed, features, wrong, sentence):
    page = sign_in(mia).post(URL, typed | {"check": "1"} | wrong)
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert "Argue now." in page.content.decode()
    if "features" not in wrong:
        assert picked(page) == {features[0].pk, features[2].pk}
    assert not Round.objects.exists()


def test_features_and_people_of_another_product_cannot_be_asked(client, sign_in, mia, typed, stan):
    other = factories.product("other")
    stranger, theirs = factories.seat(other), factories.feature(other)
    for wrong in ({"features": [theirs.pk]}, {"seats": [stranger.pk]}):
        assert sign_in(mia).post(URL, typed | {"sure": "1"} | wrong).status_code == 422
    assert not Round.objects.exists()


def test_who_may_rate_nothing_is_named(client, sign_in, mia, stan, typed, beacon):
    only = Criterion.objects.create(
        product=beacon, key="effort", name="Effort", low_anchor="heavy", high_anchor="light"
    )
    only.raters.add(factories.department("Engineering"))
    browser = sign_in(mia)
    assert "may rate no criterion" in text_of(browser.get(URL))
    assert "Stan Lindqvist’s department may not rate any of the criteria." in text_of(
        browser.post(URL, typed | {"check": "1"})
    )


@pytest.mark.parametrize(("who", "status"), [("stan", 403), ("vera", 403), ("max", 404), ("mia", 200), ("olga", 200)])
def test_who_may_open_a_round(client, sign_in, request, beacon, who, status):
    browser = sign_in(request.getfixturevalue(who))
    assert browser.get(URL).status_code == status
    assert browser.post(URL, {"filter": "1"}).status_code == status


def test_without_features_or_people_the_page_says_what_to_do(client, sign_in, mia, beacon):
    assert "There is no feature to vote on yet." in text_of(sign_in(mia).get(URL))


def test_own_reminder_dates_are_listed_before_one_is_sure(client, sign_in, mia, typed):
    tomorrow = clock.now() + timedelta(days=1)
    page = sign_in(mia).post(URL, typed | {"check": "1", "remind": "own", "remind_at": f"{tomorrow:%Y-%m-%d} 08:00"})
    assert re.search(r"Whoever is silent is reminded: \w+ \d+ \w+, 08:00 CES?T\.", text_of(page).replace("\u00a0", " "))
