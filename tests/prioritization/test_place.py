"""A feature's place, read in one statement: what it says, and what it says where there is nothing."""

from datetime import timedelta

import pytest

from prioritization.models import CountRequest, ScoreRun
from prioritization.queries.place import place_of
from roadmap.models import Effort, Standing
from tests import factories


def run_of(product, at, **fields) -> ScoreRun:
    return ScoreRun.objects.create(product=product, at=at, digest="", criteria=[], **fields)


def stand(feature, **fields) -> Standing:
    return Standing.objects.create(feature=feature, product=feature.product, run=1, **fields)


@pytest.fixture
def three(beacon):
    """Ranked one after another; a second product has the same numbers and ranks the other way round."""
    orion, made = factories.product("orion"), []
    for rank, title in enumerate(("Undo", "Search", "Export"), 1):
        made.append(factories.feature(beacon, title))
        stand(made[-1], rank=rank, score=100.0 - rank)
        stand(factories.feature(orion, title.upper()), rank=4 - rank, score=10.0)
    return made


@pytest.mark.parametrize("at, before, after", [(0, "", "BCN-2"), (1, "BCN-1", "BCN-3"), (2, "BCN-2", "")])
def test_the_neighbours_are_those_of_its_own_product(beacon, three, at, before, after):
    found = place_of(beacon, three[at].number)
    assert (found.before, found.after) == (before, after)
    assert (found.feature, found.feature.title, found.feature.key) == (three[at], three[at].title, f"BCN-{at + 1}")
    assert found.standing == three[at].standing


def test_sizes_of_all_teams_are_summed_and_the_lead_team_is_named(beacon):
    inbox, platform = factories.team(beacon, "Inbox"), factories.team(beacon, "Platform")
    feature = factories.feature(beacon, "Undo", lead_team=inbox)
    for team, days in ((inbox, 5.5), (platform, 8)):
        Effort.objects.create(feature=feature, team=team, low=1, likely=days, high=20)
    found = place_of(beacon, feature.number)
    assert (found.size_days, found.feature.lead_team, found.feature.lead_team.name) == (13.5, inbox, "Inbox")


def test_where_nothing_is_known_it_says_so(beacon, django_assert_num_queries):
    factories.feature(beacon, "Undo")
    assert place_of(beacon, 2) is None
    found = place_of(beacon, 1)
    assert (found.standing, found.run, found.size_days, found.feature.lead_team) == (None, None, None, None)
    assert (found.before, found.after, found.has_newer) == ("", "", False)
    with django_assert_num_queries(1):
        place_of(beacon, 1)


def test_what_lost_its_rank_keeps_its_score_and_has_no_neighbours(beacon, three):
    Standing.objects.filter(feature=three[1]).update(rank=None)
    found = place_of(beacon, 2)
    assert (found.standing.rank, found.standing.score, found.before, found.after) == (None, 98.0, "", "")


def test_the_run_is_the_latest_of_its_own_product(beacon, three, now):
    run_of(beacon, now + timedelta(hours=1), ranked=1)
    run_of(beacon, now + timedelta(hours=2), ranked=2)
    latest = run_of(beacon, now + timedelta(hours=2), ranked=3, used={"priors": {"impact": {"mu": 3.1}}})
    run_of(factories.product("atlas"), now + timedelta(hours=3))
    found = place_of(beacon, 1).run
    assert (found, found.ranked, found.at, found.used) == (latest, 3, latest.at, latest.used)


def test_only_its_own_votes_are_newer(beacon, three):
    CountRequest.objects.create(product=beacon, feature=three[0])
    assert [place_of(beacon, number).has_newer for number in (1, 2)] == [True, False]
