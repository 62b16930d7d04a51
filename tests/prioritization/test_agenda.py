import re
from datetime import timedelta

import pytest

from prioritization.actions import scoring
from prioritization.models import Remark, VoterCheck
from roadmap.models import Decision, Standing
from stakeholders import clock
from tests import factories
from tests.prioritization.votes import rate_all, voting_round

pytestmark = pytest.mark.django_db
AGENDA, ASK = "/p/beacon/agenda/", "/p/beacon/agenda/ask/"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def voters(beacon):
    return [
        factories.seat(beacon, name=name, department_name=department)
        for name, department in (("Sal", "Sales"), ("Sam", "Sales"), ("Eve", "Engineering"), ("Ed", "Engineering"))
    ]


@pytest.fixture
def contested(beacon, voters, now):
    """One feature that Sales wants and Engineering does not, between one that all want and one that none does."""
    features = [factories.feature(beacon, title) for title in ("Wanted", "Contested", "Unwanted")]
    voting = voting_round(beacon, features, closed=True)
    for seat in voters:
        rate_all(voting, seat, features[0], 5)
        rate_all(voting, seat, features[1], 5 if seat.department.name == "Sales" else 1)
        rate_all(voting, seat, features[2], 1)
    run = scoring.score(beacon, now=now)
    run.used["cut"] = {"k": 1, "release": None}
    run.save()
    sales, engineering = voters[0].department_id, voters[2].department_id
    Standing.objects.filter(feature=features[1]).update(
        heat=0.6, cut_chance=0.4, rank_low=1, rank_high=3,
        apart={"criterion": "impact", "low": engineering, "high": sales, "low_mean": 1.4, "high_mean": 4.6, "z": 4.0},
    )  # fmt: skip
    Standing.objects.exclude(feature=features[1]).update(heat=0.0)
    return voting, features


def say(voting, seat, feature, words):
    Remark.objects.create(
        round=voting.round, feature=feature, seat=seat, kind="comment", text=words, nonce=words[:30],
        arrived_at=voting.round.opened_at,
    )  # fmt: skip


def test_it_says_what_to_talk_about_why_and_who_stands_where(client, sign_in, mia, contested):
    voting, features = contested
    shown = text(sign_in(mia).get(AGENDA))
    assert "Contested" in shown and "Unwanted" not in shown
    assert "Ranked 2, plausible 1–3; first in 40 % of the draws." in shown
    assert "Furthest apart on Business impact: Sales 4.6, Engineering 1.4." in shown


def test_each_side_is_quoted_to_whom_the_round_lets_see_who_voted_how(client, sign_in, mia, vera, contested, voters):
    voting, features = contested
    voting.round.closed_at, keep = None, voting.round.closed_at
    voting.round.save()
    say(voting, voters[0], features[1], "Customers ask for it every week.")
    say(voting, voters[2], features[1], "It would take a year.")
    voting.round.closed_at = keep
    voting.round.save()
    shown = text(sign_in(mia).get(AGENDA))
    assert "for it Customers ask for it every week." in shown
    assert "against it It would take a year." in shown
    assert "Customers ask" not in text(sign_in(vera).get(AGENDA))


def test_a_press_opens_the_form_of_a_round_for_this_feature_and_these_people(client, sign_in, mia, contested, voters):
    body = sign_in(mia).get(AGENDA).content.decode()
    act = re.search(r'<div class="agenda__act.*?</form>', body, re.S)[0]
    assert re.findall(r'name="features" value="(\d+)"', act) == [str(contested[1][1].pk)]
    assert set(re.findall(r'name="seats" value="(\d+)"', act)) == {str(each.pk) for each in voters}
    query = "&".join(f"{n}={v}" for n, v in re.findall(r'name="(features|seats)" value="(\d+)"', act))
    form = client.get(f"/p/beacon/rounds/new/voting/?{query}").content.decode()
    ticked = re.findall(r'name="(features|seats)" value="(\d+)" checked', form)
    assert sorted(ticked) == sorted(
        [("features", str(contested[1][1].pk)), *(("seats", str(each.pk)) for each in voters)]
    )


def test_who_only_reads_is_offered_no_round(client, sign_in, vera, contested):
    shown = sign_in(vera).get(AGENDA).content.decode()
    assert "Contested" in shown and "agenda__act" not in shown


@pytest.mark.parametrize("page", [AGENDA, ASK])
def test_without_votes_it_says_what_to_do(client, sign_in, mia, beacon, page):
    assert re.search("No ranking yet|No votes yet", text(sign_in(mia).get(page)))


def test_whoever_has_not_answered_is_worth_asking_and_whoever_has_is_not(client, sign_in, mia, contested, stan, voters):
    Standing.objects.filter(feature=contested[1][1]).update(vote_value=0.42)
    Standing.objects.filter(feature=contested[1][0]).update(vote_value=0.2)
    Standing.objects.filter(feature=contested[1][2]).update(vote_value=0.0)
    shown = text(sign_in(mia).get(ASK))
    assert re.search(r"Stan Lindqvist ?, Sales Contested Wanted 0\.62 Ask Stan about these 2", shown)
    asked, _, checked = shown.partition("What one voter can move")
    assert not re.search("Sal ?, Sales", asked)
    assert re.search(r"Sal ?, Sales 12 [0-9.]+ [0-9.]+", checked)
    voting_round(contested[1][0].product, contested[1])
    assert "Stan Lindqvist" in text(client.get(ASK))


def test_who_is_being_asked_now_is_not_asked_again(client, sign_in, mia, contested, stan):
    from tests.prioritization.votes import ballot

    Standing.objects.filter(feature=contested[1][1]).update(vote_value=0.42)
    Standing.objects.exclude(feature=contested[1][1]).update(vote_value=0.0)
    ballot(voting_round(contested[1][0].product, [contested[1][1]]), stan)
    assert "Ask Stan" not in text(sign_in(mia).get(ASK))


def test_ratings_that_stand_out_are_shown_to_managers_alone(client, sign_in, mia, vera, contested, voters):
    VoterCheck.objects.update_or_create(
        product=contested[1][0].product, seat=voters[0],
        defaults={"run": 1, "ratings": 12, "influence": 3.0, "bound": 2.5, "flags": [{"kind": "straight", "value": 5}]},
    )  # fmt: skip
    shown = text(sign_in(mia).get(ASK))
    assert re.search("Sal ?, Sales gave one value throughout 12 2.5 points at most", shown)
    assert sign_in(vera).get(ASK).status_code == 403


def test_what_a_talk_settles_leaves_the_agenda_until_people_are_asked_again(client, sign_in, mia, contested, voters):
    page = sign_in(mia).get(AGENDA).content.decode()
    form = re.search(r'href="([^"]*/decide/[^"]*)"', page)[1]
    nonce = re.search(r'name="nonce" value="(\w+)"', client.get(form).content.decode())[1]
    said = {"text": "Keep it out of 2027.1.", "why": "A year is too long.", "present": [voters[0].pk], "nonce": nonce}
    for _twice in range(2):
        assert client.post(form, said).headers["Location"] == AGENDA
    assert Decision.objects.count() == 1
    shown = text(client.get(AGENDA))
    assert "the one feature that people disagreed about is decided" in shown
    assert "Contested : Keep it out of 2027.1. A year is too long. Mia Okafor, with Sal" in shown
    about = text(client.get(f"/p/beacon/features/{contested[1][1].number}/"))
    assert "Keep it out of 2027.1." in about and "Mia Okafor decided about" in about
    voting_round(contested[1][1].product, [contested[1][1]], opened_at=clock.now() + timedelta(seconds=1))
    assert "Being voted on in" in text(client.get(AGENDA))


def test_a_decision_needs_words_and_is_written_by_managers_alone(client, sign_in, mia, vera, contested):
    path = f"/p/beacon/features/{contested[1][1].number}/decide/"
    refused = sign_in(mia).post(path, {"text": " ", "nonce": "n"})
    assert refused.status_code == 422 and "Write what was decided" in text(refused)
    assert not Decision.objects.exists()
    assert "/decide/" not in sign_in(vera).get(AGENDA).content.decode()
    assert "/decide/" not in client.get(path.removesuffix("decide/")).content.decode()
