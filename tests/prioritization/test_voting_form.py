"""The page on which a manager opens a voting round."""

import html
import re
from datetime import timedelta

import pytest
from django.apps import apps

from prioritization.models import Criterion, VotingRound
from roadmap.models import Standing
from stakeholders import clock
from stakeholders.mail.rendering import render
from stakeholders.models import Message, Round, Seat, User
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


def test_own_reminder_dates_outlive_every_press(client, sign_in, mia, typed, three_days):
    own = [f"{three_days.wall[:10]}T08:00", f"{three_days.wall[:10]}T11:30", ""]
    page = sign_in(mia).post(URL, typed | {"remind": "own", "remind_at": own, "nobody": "1"})
    assert all(f'value="{each}"' in page.content.decode() for each in own[:2])


def test_dates_that_fit_are_proposed_anew_for_the_deadline_typed(client, sign_in, mia, typed):
    page = sign_in(mia).post(URL, typed | {"deadline_on": "2027-03-19", "remind_at": ["", ""], "filter": "1"})
    assert (
        "For the deadline proposed: Fri 12 Mar, 08:00 CET · Wed 17 Mar, 08:00 CET · Fri 19 Mar, 09:00 CET."
        in text_of(page).replace("\u00a0", " ")
    )


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
    assert "Stan Lindqvist may not rate any of the criteria: they are for other departments." in text_of(
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


# people


def ticked(page):
    return {int(each) for each in re.findall(r'name="seats" value="(\d+)" checked', page.content.decode())}


@pytest.fixture
def ines(beacon):
    return factories.seat(beacon, name="Ines Duarte", department_name="Support")


def test_a_whole_department_is_asked_or_left_out_by_one_press(client, sign_in, mia, stan, ines, typed):
    browser = sign_in(mia)
    assert ticked(browser.get(URL)) == {mia.pk, stan.pk, ines.pk}
    assert ticked(browser.post(URL, typed | {"department": ines.department_id})) == {stan.pk, ines.pk}
    assert ticked(browser.post(URL, typed | {"without": stan.department_id})) == set()
    assert ticked(browser.post(URL, typed | {"everybody": "1"})) == {mia.pk, stan.pk, ines.pk}
    assert ticked(browser.post(URL, typed | {"nobody": "1"})) == set()


def test_each_department_says_what_it_may_rate(client, sign_in, mia, stan, ines, features, beacon):
    for key, name in (("effort", "Effort"), ("impact", "Impact")):
        Criterion.objects.create(product=beacon, key=key, name=name, low_anchor="low", high_anchor="high")
    Criterion.objects.get(key="effort").raters.add(stan.department)
    words = text_of(sign_in(mia).get(URL))
    assert re.search(r"Sales 1 of 1 · rates every criterion", words)
    assert re.search(r"Support 1 of 1 · rates Impact", words)


def test_as_last_time_picks_what_and_whom_the_last_round_asked(client, sign_in, mia, olga, stan, voting, typed):
    browser = sign_in(mia)
    nothing = typed | {"features": [], "seats": [mia.pk]}
    assert ticked(browser.post(URL, nothing | {"last-people": "1"})) == {stan.pk, olga.pk}
    last = set(voting.voting.asked.values_list("feature", flat=True))
    assert picked(browser.post(URL, nothing | {"last-features": "1"})) == last


def test_all_that_lack_votes_are_added_to_what_is_picked(client, sign_in, mia, typed, features, beacon):
    Standing.objects.create(feature=features[0], product=beacon, run=1, votes=3)
    Standing.objects.create(feature=features[1], product=beacon, run=1, votes=2)
    page = sign_in(mia).post(URL, typed | {"features": [features[0].pk], "lacking": "1"})
    assert picked(page) == {each.pk for each in features}
    page = sign_in(mia).post(URL, typed | {"features": [], "lacking": "1"})
    assert picked(page) == {features[1].pk, features[2].pk}


@pytest.mark.parametrize(("votes", "found"), [("lacking", "Weekly digest"), ("split", "Undo send")])
def test_features_are_filtered_by_their_votes(client, sign_in, mia, typed, features, beacon, votes, found):
    for feature in features[:2]:
        Standing.objects.create(
            feature=feature, product=beacon, run=1, votes=9, split=0.9 if feature == features[0] else 0.1
        )
    words = text_of(sign_in(mia).post(URL, typed | {"filter": "1", "f-votes": votes}))
    assert "1 of 3 shown" in words and found in words


PASTE = "Ann Lee <ann@new.example>; bob@new.example, stan.lindqvist@people.example\nann@new.example"


def test_pasted_addresses_are_shown_as_new_known_and_repeated_before_anything_is_written(
    client, sign_in, mia, stan, typed
):
    people = Seat.objects.count()
    page = sign_in(mia).post(URL, typed | {"seats": [], "addresses": PASTE, "read": "1"})
    words = text_of(page)
    assert "2 people are new and get seats when the round opens: Ann Lee" in words
    assert "Here already, and asked: Stan Lindqvist" in words
    assert "Given twice, counted once: ann@new.example." in words
    assert ticked(page) == {stan.pk}
    assert (Seat.objects.count(), Round.objects.count()) == (people, 0)


def test_new_people_get_their_seat_and_mail_when_the_round_opens(client, sign_in, mia, stan, typed):
    support = factories.department("Support")
    sent = typed | {"seats": [], "addresses": PASTE, "new_department": support.pk}
    browser = sign_in(mia)
    words = text_of(browser.post(URL, sent | {"check": "1"}))
    assert "Send 3 invitations now?" in words and "Ann Lee" in words
    assert not Round.objects.exists() and not User.objects.filter(email="ann@new.example").exists()

    browser.post(URL, sent | {"sure": "1"})
    asked = Round.objects.get().invitations.all()
    assert {each.seat.user.email for each in asked} == {
        "ann@new.example", "bob@new.example", "stan.lindqvist@people.example",
    }  # fmt: skip
    ann = Seat.objects.get(user__email="ann@new.example")
    assert (ann.department, ann.role, ann.user.name) == (support, Seat.Role.STAKEHOLDER, "Ann Lee")


@pytest.mark.parametrize(
    ("addresses", "sentence"),
    [
        ("ann@new.example; not an address", "No e-mail address in “not an address”. Correct or remove it."),
        ("vera.vogel@people.example", "Vera Vogel may only read. Make a stakeholder of them on the People page first."),
    ],
)
def test_a_wrong_address_is_quoted_and_nothing_is_lost(
    client, sign_in, mia, stan, vera, typed, features, addresses, sentence
):
    page = sign_in(mia).post(URL, typed | {"addresses": addresses, "check": "1"})
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert addresses in page.content.decode().replace("&#x27;", "'") and "Argue now." in page.content.decode()
    assert picked(page) == {features[0].pk, features[2].pk} and ticked(page) == {stan.pk}


# what is worth a second thought, and the mails


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"deadline_on": "2030-11-30"},
            "Saturday 30 November 2030 is on a weekend: few people look at their mail then.",
        ),
        ({"deadline_on": "2030-11-30", "deadline_time": ""}, "Saturday 30 November 2030 is on a weekend"),
        ({"deadline_on": "2030-11-28", "deadline_time": "22:30"}, "22:30 in Berlin is outside working hours"),
        ({}, "Product, Support have no voice: nobody of them is asked."),
    ],
)
def test_it_warns_and_does_not_refuse(client, sign_in, mia, ines, typed, changes, sentence):
    page = sign_in(mia).post(URL, typed | changes | {"check": "1"})
    assert page.status_code == 200
    assert sentence in text_of(page)
    assert sentence in text_of(sign_in(mia).post(URL, typed | changes | {"back": "1"}))
    assert client.post(URL, typed | changes | {"sure": "1"}).status_code == 303


def test_a_ballot_that_few_finish_is_named_with_the_number_that_fits(client, sign_in, mia, stan, typed, beacon):
    many = [factories.feature(beacon) for _ in range(70)]
    words = text_of(sign_in(mia).post(URL, typed | {"features": [each.pk for each in many], "check": "1"}))
    assert (
        "70 features take about 12 min a person, and few people get to the end of more than 10 min. "
        "About 60 features fit." in words
    )


def test_each_persons_mail_is_shown_as_it_will_be_sent_and_no_row_is_left(client, sign_in, mia, stan, ines, typed):
    sent = typed | {"seats": [stan.pk, ines.pk]}
    browser = sign_in(mia)
    before = rows()
    page = browser.post(URL, sent | {"check": "1"})
    assert rows() == before
    shown = {
        html.unescape(each)
        for each in re.findall(r'<pre class="letter" dir="auto">(.*?)</pre>', page.content.decode(), re.S)
    }
    assert len(shown) == 2

    browser.post(URL, sent | {"sure": "1"})
    messages = Message.objects.filter(kind=Message.Kind.INVITATION).select_related(
        "user", "seat__user", "product", "round__product"
    )
    assert {str(render(each, now=each.created_at, masked=True).body) for each in messages} == shown


def test_all_mails_are_shown_on_demand(client, sign_in, mia, typed, beacon, monkeypatch):
    monkeypatch.setattr("stakeholders.mail.preview.MAILS_SHOWN", 2)
    sent = typed | {"seats": [factories.seat(beacon).pk for _ in range(4)]}
    page = sign_in(mia).post(URL, sent | {"check": "1"})
    assert page.content.decode().count('class="letter"') == 2 and "Show all 4 mails" in text_of(page)
    assert client.post(URL, sent | {"all": "1"}).content.decode().count('class="letter"') == 4


def rows():
    """How many rows each table of ours has."""
    models = [
        each for each in apps.get_models() if each._meta.app_label in ("stakeholders", "roadmap", "prioritization")
    ]
    return {each._meta.label: each.objects.count() for each in models}


def test_the_same_press_twice_opens_one_round_and_sends_one_mail(client, sign_in, mia, typed):
    page = sign_in(mia).post(URL, typed | {"check": "1"})
    once = re.search(r'name="once" value="(\w+)"', page.content.decode())[1]
    first, second = (client.post(URL, typed | {"sure": "1", "once": once}) for _ in range(2))
    assert (
        (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (303, first["Location"])
    )
    assert Round.objects.count() == Message.objects.filter(kind="invitation").count() == 1


def test_a_name_for_the_round_that_we_did_not_give_is_passed_over(client, sign_in, mia, typed):
    other = factories.round_(factories.product("other"), deadline_at=clock.now() + timedelta(days=90))
    for once in ("../evil", "a" * 13, "A" * 12, "\x00", other.public_id):
        page = sign_in(mia).post(URL, typed | {"sure": "1", "once": once})
        assert page.status_code == 303
        assert page["Location"] not in (f"/p/beacon/rounds/{once}/", f"/p/other/rounds/{once}/")
