"""The votes on one feature, as its page shows them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prioritization.actions import scoring
from prioritization.models import ScoreResult, Tally, VotingRound
from roadmap.models import Standing
from tests import factories
from tests.prioritization.votes import rate_all, voting_round

VOTES = "/p/beacon/features/1/votes/"


@pytest.fixture
def voted(beacon):
    feature = factories.feature(beacon, "Undo send")
    sales, engineering, legal = (factories.department(name) for name in ("Sales", "Engineering", "Legal"))
    for department, value, votes in (
        (sales, 5, 3),
        (sales, 4, 1),
        (engineering, 1, 2),
        (engineering, 2, 2),
        (legal, 1, 1),
        (legal, None, 1),
    ):
        Tally.objects.create(
            feature=feature, criterion="impact", department=department, value=value, votes=votes, counted=votes,
            weight_sum=votes, weight_square_sum=votes,
        )  # fmt: skip
    cell = {"mean": 3.21, "votes": 9}
    Standing.objects.create(
        feature=feature, product=beacon, run=1, score=64.2, rank=1, votes=9, split=0.7, criteria={"impact": cell}
    )
    return feature


def test_counts_mean_and_the_departments_furthest_apart_are_told(client, mia, sign_in, voted):
    said = " ".join(sign_in(mia).get(VOTES).content.decode().split())
    assert "1: 3 votes, 2: 2 votes, 3: 0 votes, 4: 1 vote, 5: 3 votes" in said
    assert "3.2" in said and "· 1 without opinion" in said
    assert "split, not few in votes" in said


def test_the_mean_of_a_department_of_one_is_not_shown_because_it_would_be_that_persons_vote(
    client, mia, sign_in, voted
):
    first = sign_in(mia).get(VOTES).context["votes"].criteria[0]
    assert (first.lowest.name, first.lowest.mean) == ("Engineering", 1.5)
    assert (first.highest.name, first.highest.mean) == ("Sales", 4.75)


def test_while_a_round_is_open_only_managers_see_votes(client, mia, stan, sign_in, beacon, now, voted):
    round = factories.round_(beacon, deadline_at=now + timedelta(days=3), by=mia)
    VotingRound.objects.create(round=round, criteria=[])
    said = sign_in(stan).get(VOTES).content.decode()
    assert "Hidden while “Q1 2027 priorities” is open" in said and "vote," not in said and "64" not in said
    assert "64" in sign_in(mia).get(VOTES).content.decode()


def test_when_no_round_is_open_stakeholders_see_them_too(client, stan, sign_in, voted):
    assert "rank 1" in sign_in(stan).get(VOTES).content.decode()


def test_a_feature_without_votes_says_so(client, mia, sign_in, beacon):
    factories.feature(beacon)
    assert "Nobody has voted on it yet." in sign_in(mia).get(VOTES).content.decode()


def test_htmx_gets_the_part_with_the_standing_for_the_side_panel(client, mia, sign_in, voted):
    part = sign_in(mia).get(VOTES, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and 'id="standing" hx-swap-oob="true"' in part


@pytest.mark.parametrize(("who", "status"), [("vera", 200), ("max", 404)])
def test_who_may_look(request, client, sign_in, voted, who, status):
    assert sign_in(request.getfixturevalue(who)).get(VOTES).status_code == status


def test_the_votes_take_the_same_queries_however_many_there_are(client, mia, sign_in, beacon, voted):
    sign_in(mia)
    with CaptureQueriesContext(connection) as few:
        client.get(VOTES)
    for number in range(20):
        Tally.objects.create(
            feature=voted, criterion="effort", department=factories.department(f"D{number}"), value=3, votes=2,
            counted=2, weight_sum=2, weight_square_sum=2,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        client.get(VOTES)
    assert len(many) == len(few)


def test_the_score_after_each_closed_round_and_now_stands_on_its_page(client, mia, stan, sign_in, beacon, now):
    feature = factories.feature(beacon, "Undo send")
    for days, value, title in ((60, 2, "Spring"), (30, 4, "Summer")):
        voting = voting_round(beacon, [feature], opened_at=now - timedelta(days=days), closed=True, title=title)
        rate_all(voting, stan, feature, value)
        scoring.score(beacon, now=voting.round.closed_at)
    shown = sign_in(mia).get(VOTES).content.decode()
    first, second = (f"{score:.0f}" for score in ScoreResult.objects.order_by("pk").values_list("score", flat=True))
    assert first != second and f"Score after each round: {first}, {second}" in shown
    assert "Spring" in shown and "Summer" in shown and "as it stands now" not in shown
    rate_all(voting_round(beacon, [feature], opened_at=now), mia, feature, 5)
    scoring.score(beacon, now=now)
    shown = client.get(VOTES).content.decode()
    assert "as it stands now" in shown and f"Score after each round: {first}, {second}, " in shown
    assert "Score after" not in sign_in(stan).get(VOTES).content.decode()
