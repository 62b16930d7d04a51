"""The home of a product: what needs whom, in which order, and what each kind of person is shown."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from prioritization.models import ScoreRequest, VotingRound
from prioritization.queries.home import home, steps_of
from roadmap.models import Answer, Feature, Measurement, Standing
from stakeholders.activity import record
from stakeholders.models import Invitation, Verb
from tests import factories
from tests.roadmap.confirming import plan_beacon, publish

HOME = "/p/beacon/"


def titles(seat, now):
    return [need.title for need in home(seat, now=now).needs]


def ask(round, *seats, **fields):
    return [Invitation.objects.create(round=round, seat=seat, created_at=factories.NOW, **fields) for seat in seats]


@pytest.fixture
def busy(beacon, mia, stan):
    """A product with something of everything, seen on 24 November 2026."""
    objective, team = factories.objective(beacon, "A"), factories.team(beacon, "Insights")
    factories.objective(beacon, "B", name="Be liked", measure="", target=None)
    soon = factories.release(beacon, "2026.4", date(2026, 10, 1), date(2026, 12, 18))
    factories.capacity(team, soon, 40)
    digest = factories.feature(
        beacon, "Weekly digest", objective=objective, days=44, team=team, release=soon, progress=0.5
    )
    factories.feature(beacon, "EU data residency", release=soon, status="planned")
    factories.release(beacon, "2026.3", date(2026, 7, 1), date(2026, 9, 25))
    late = factories.feature(beacon, "Left over", release=beacon.releases.get(name="2026.3"), days=1, team=team)
    Standing.objects.create(feature=digest, product=beacon, run=1, score=50, rank=7, votes=9, split=0.7)
    round = factories.round_(beacon, deadline_at=factories.NOW + timedelta(days=3), by=mia)
    VotingRound.objects.create(round=round, criteria=[])
    hanna = factories.seat(beacon, name="Hanna Berg")
    ask(round, stan, asked=12, answered=12, answered_at=factories.NOW)
    ask(round, hanna, asked=18, answered=3)
    record(mia, Verb.CREATED, digest, at=factories.NOW)
    return {"round": round, "late": late, "digest": digest}


def test_what_needs_a_manager_stands_worst_and_nearest_first(mia, now, busy):
    assert titles(mia, now) == [
        "2026.3 is over, and not all of it has shipped",
        "“Q1 2027 priorities” closes Fri\u00a027\u00a0Nov, 10:30\u00a0CET",
        "Insights is over capacity in 2026.4",
        "1 feature is split, not few in votes",
        "1 feature in 2026.4 has no size",
        "1 objective has no measure with a target",
    ]


def test_each_need_says_why_and_leads_to_what_one_can_do(client, mia, sign_in, now, busy):
    needs = {need.act: need for need in home(mia, now=now).needs}
    assert needs["Remind"].text == "1 of 2 have answered; Hanna Berg has answered 3 of 18."
    assert needs["See features"].text == "44 of 40\u00a0d are planned. No single move would fix it."
    assert "Weekly digest (rank 7)" in needs["Compare"].text
    sign_in(mia)
    for need in needs.values():
        assert client.get(need.url).status_code == 200, need.url
    assert [row.feature.title for row in client.get(needs["Size them"].url).context["features"].rows] == [
        "EU data residency"
    ]
    assert [row.feature for row in client.get(needs["Sort out"].url).context["features"].rows] == [busy["late"]]


def test_a_team_over_capacity_is_told_which_move_would_give_it_room(mia, now, beacon, busy):
    spring = factories.release(beacon, "2027.1")
    factories.capacity(factories.team(beacon, "Insights"), spring, 60)
    [need] = [need for need in home(mia, now=now).needs if need.mark == "over"]
    assert need.text == "44 of 40\u00a0d are planned. Moving “Weekly digest” to 2027.1 would fix it."


def test_an_objection_stands_above_all_else_until_it_is_taken_back(client, mia, stan, sign_in, beacon, now):
    plan_beacon(beacon, mia)
    version = publish(beacon, mia, required=[stan])
    confirmation = version.confirmations.get()
    at = datetime.now(UTC)
    Answer.objects.create(
        confirmation=confirmation, seat=stan, verdict="object", text="Voice was promised.", arrived_at=at, nonce="a"
    )
    first = home(mia, now=at).needs[0]
    assert first.title == "Stan Lindqvist objects to version 1" and "Voice was promised." in first.text
    Answer.objects.create(confirmation=confirmation, seat=stan, verdict="confirm", arrived_at=at, nonce="b")
    assert not [need for need in home(mia, now=at).needs if need.mark == "objects"]


def test_a_round_past_its_deadline_that_is_not_counted_is_told(mia, now, busy):
    later = busy["round"].deadline_at + timedelta(minutes=3)
    assert "is not counted yet" in titles(mia, later)[0]


def test_votes_that_wait_too_long_for_their_count_are_told(mia, beacon, now):
    ScoreRequest.objects.create(product=beacon, asked_at=now - timedelta(minutes=4))
    assert "The newest votes are not counted yet" not in titles(mia, now)
    ScoreRequest.objects.update(asked_at=now - timedelta(minutes=6))
    assert "The newest votes are not counted yet" in titles(mia, now)
    ScoreRequest.objects.update(attempts=ScoreRequest.MOST_ATTEMPTS)
    assert any("It failed several times" in need.text for need in home(mia, now=now).needs)


def test_stakeholders_and_readers_see_their_own_part_and_no_list_of_others(client, stan, vera, sign_in, now, busy):
    ask(busy["round"], vera, asked=18)
    assert home(stan, now=now).needs is None
    said = sign_in(stan).get(HOME).content.decode()
    assert "Needs you now" not in said and "Hanna Berg" not in said
    assert "Your answer is in." in said
    page = sign_in(vera)
    assert f"Answer: {busy['round'].title}" in page.get(HOME).content.decode()
    assert page.post(f"/round/{busy['round'].public_id}/enter/").status_code == 303, "what the button does"


def test_the_log_tells_managers_who_answered_and_others_only_what_became_of_the_product(
    client, mia, stan, vera, sign_in, beacon
):
    at = datetime.now(UTC)
    feature = factories.feature(beacon, "Undo send")
    round = factories.round_(beacon, deadline_at=at + timedelta(days=3), opened_at=at, by=mia)
    record(stan, Verb.ANSWERED, round, at=at)
    record(mia, Verb.CREATED, feature, at=at)
    told = "Stan Lindqvist answered “Q1 2027 priorities”"
    assert told in strip_tags(sign_in(mia).get(HOME).content.decode())
    said = strip_tags(sign_in(vera).get(HOME).content.decode())
    assert told not in said and "Mia Okafor added BCN-1 Undo send" in said


def test_the_next_release_shows_how_far_its_features_are(client, vera, sign_in, now, busy):
    release = home(vera, now=now).release
    assert (release.release.name, release.count, release.shipped) == ("2026.4", 2, 0)
    assert [(each.feature.title, each.is_sized) for each in release.features] == [
        ("Weekly digest", True),
        ("EU data residency", False),
    ]


@pytest.mark.parametrize(
    ("current", "said"), [(3, "on the way"), (5, "wrong way"), (2, "reached"), (None, "not measured")]
)
def test_objectives_say_in_words_which_way_they_go(client, vera, sign_in, beacon, current, said):
    objective = factories.objective(beacon, current=current)
    Measurement.objects.create(objective=objective, measured_on=date(2026, 1, 1), value=4)
    Measurement.objects.create(objective=objective, measured_on=date(2026, 6, 1), value=3)
    page = sign_in(vera).get(HOME).content.decode()
    assert said in page and "<polyline" in page


LACKS = r"not measured|no target|no measure|target –"


@pytest.mark.parametrize(
    ("lacks", "to_manager", "to_reader"),
    [
        ({"current": None}, ["not measured"], ["not measured"]),
        ({"current": None, "target": None}, ["no measure"], ["no target"]),
        ({"current": None, "target": None, "measure": "", "baseline": None}, ["no measure"], ["no target"]),
        ({}, [], []),
    ],
)
def test_what_an_objective_lacks_is_said_once(mia, vera, sign_in, beacon, lacks, to_manager, to_reader):
    factories.feature(beacon)
    factories.objective(beacon, **lacks)
    for who, said in ((mia, to_manager), (vera, to_reader)):
        assert re.findall(LACKS, strip_tags(sign_in(who).get(HOME).content.decode())) == said


def test_the_newest_version_shows_how_many_have_answered(client, mia, stan, vera, sign_in, beacon):
    plan_beacon(beacon, mia)
    publish(beacon, mia, required=[stan, vera])
    said = sign_in(vera).get(HOME).content.decode()
    assert "0 of 2 have answered" in said and "2 have not answered" in said


def test_an_empty_product_shows_five_steps_and_marks_the_next(client, mia, vera, sign_in, beacon):
    said = sign_in(mia).get(HOME).content.decode()
    assert "From wishes to a roadmap in five steps" in said and said.count("step--next") == 1
    assert "needs 2 and 3" in said
    assert "five steps" not in sign_in(vera).get(HOME).content.decode()


def test_the_steps_are_ticked_by_facts_and_fold_away_when_all_are_done(client, mia, stan, vera, sign_in, beacon, now):
    def done():
        return [step.is_done for step in steps_of(beacon).steps]

    assert done() == [True, False, True, False, False]
    for _ in range(10):
        factories.feature(beacon)
    assert done() == [True, True, True, False, False]
    said = sign_in(mia).get(HOME).content.decode()
    assert "To a first roadmap" in said and "3 of 5 steps" in said
    factories.round_(beacon, deadline_at=now + timedelta(days=3), by=mia)
    plan_beacon(beacon, mia)
    publish(beacon, mia, required=[stan])
    assert done() == [True] * 5
    assert "To a first roadmap" not in client.get(HOME).content.decode()


def test_the_home_takes_the_same_queries_however_much_there_is(client, mia, sign_in, beacon, now, busy):
    sign_in(mia)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    release, team = beacon.releases.get(name="2026.4"), factories.team(beacon, "Insights")
    for number in range(6):
        other = factories.team(beacon, f"Team {number}")
        factories.capacity(other, release, 1)
        factories.feature(
            beacon, objective=factories.objective(beacon, "CDEFGH"[number]), days=9, team=other, release=release
        )
        factories.feature(beacon, days=2, team=team, release=release)
        round = factories.round_(beacon, title=f"Round {number}", deadline_at=now + timedelta(days=5), by=mia)
        ask(round, *[factories.seat(beacon) for _ in range(3)], asked=5)
        record(mia, Verb.CHANGED, Feature.objects.last(), at=now)
    with CaptureQueriesContext(connection) as many:
        client.get(HOME)
    assert len(many) == len(few)
    assert len(many) <= 40


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("mia", 200), ("stan", 200), ("vera", 200), ("max", 404)])
def test_who_may_see_the_home(request, client, sign_in, beacon, who, status):
    assert sign_in(request.getfixturevalue(who)).get(HOME).status_code == status


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("mia", 403), ("stan", 403), ("max", 404)])
def test_who_may_delete_the_product(request, client, sign_in, beacon, who, status):
    assert sign_in(request.getfixturevalue(who)).get(f"{HOME}delete/").status_code == status


def test_a_product_goes_only_after_its_key_was_typed(client, olga, mia, stan, sign_in, beacon):
    plan_beacon(beacon, mia)
    publish(beacon, mia, required=[stan])
    response = sign_in(olga).post(f"{HOME}delete/", {"key": "XYZ", "sure": "on"})
    assert response.status_code == 422 and "The key is BCN." in response.content.decode()
    assert client.post(f"{HOME}delete/", {"key": "bcn", "sure": "on"}).status_code == 303
    assert not type(beacon).objects.exists()
    assert client.get(HOME).status_code == 404


def test_a_sample_says_so_and_only_its_owner_can_delete_it(client, olga, mia, sign_in, beacon):
    type(beacon).objects.update(is_sample=True)
    assert "Delete the sample…" in sign_in(olga).get(HOME).content.decode()
    said = sign_in(mia).get(HOME).content.decode()
    assert "This is a sample" in said and "Delete the sample…" not in said
    assert sign_in(olga).post(f"{HOME}delete/", {"sure": "on"}).status_code == 303
    assert not type(beacon).objects.exists()
