"""How votes are read: who may set it, what is said of it, and that scores follow."""

import re

import pytest

from prioritization.actions import scoring
from prioritization.models import ScoreRequest, ScoringTerms
from tests import factories
from tests.prioritization.votes import rate_all, voting_round

pytestmark = pytest.mark.django_db
TERMS = "/p/beacon/ranking/terms/"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def scored(beacon, stan, mia, vera, now):
    feature = factories.feature(beacon, "Undo send")
    voting = voting_round(beacon, [feature], closed=True)
    for value, seat in enumerate((stan, mia, vera), start=2):
        rate_all(voting, seat, feature, value)
    return scoring.score(beacon, now=now)


def test_a_manager_sets_them_the_ranking_follows_and_the_page_says_who_did(client, sign_in, mia, beacon, scored):
    first = text(sign_in(mia).get(TERMS))
    assert "How strictly people rate is evened out. Nobody weighs more than 50" in first
    ScoreRequest.objects.all().delete()
    for _twice in range(2):
        assert client.post(TERMS, {"largest_share": "34"}).status_code == 303
    assert ScoreRequest.objects.filter(product=beacon).exists()
    shown = text(client.get(TERMS))
    assert "Votes are read as they were given. Nobody weighs more than 34" in shown
    assert shown.count("Mia Okafor changed how votes are read at Beacon") == 2
    assert re.search(r"may weigh: 50\s?% → 34\s?%", shown)
    assert "evening out how strictly people rate: on → off" in shown


@pytest.mark.parametrize("share", ["4", "101", "many", ""])
def test_a_share_that_is_none_is_refused_at_its_field(client, sign_in, mia, share):
    assert sign_in(mia).post(TERMS, {"largest_share": share}).status_code == 422
    assert not ScoringTerms.objects.exists()


def test_nobody_turns_them_while_people_vote(client, sign_in, mia, vera, beacon):
    voting_round(beacon, [factories.feature(beacon, "Dark theme")])
    refused = sign_in(mia).post(TERMS, {"largest_share": "30"})
    assert refused.status_code == 409 and "nobody turns a setting" in text(refused)
    assert not ScoringTerms.objects.exists()
    assert '<form class="form criteria__form"' not in sign_in(vera).get(TERMS).content.decode()
