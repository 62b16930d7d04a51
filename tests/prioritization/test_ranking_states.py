"""Whatever a product has so far, its pages about the ranking say something sensible, and ask no more of the database."""

import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prioritization.actions import scoring
from prioritization.actions.ranking_columns import choose_columns
from prioritization.models import RankingColumns
from prioritization.queries.outlook import Outlook, WeightSwing
from prioritization.queries.ranking_columns import Column
from prioritization.queries.ranking_parts import CutLine
from prioritization.rules.cut_line import Cut
from prioritization.rules.what_if import Swing
from prioritization.templatetags.explaining import tornado_in_words
from prioritization.templatetags.prioritization import ranking_in_words
from roadmap.models import Effort, Release
from tests import factories
from tests.prioritization.many import many_features
from tests.prioritization.votes import rate_all, voting_round

pytestmark = pytest.mark.django_db
BASE = "/p/beacon/"
PAGES = {
    "ranking": "ranking/",
    "weights": "weights/?w-impact=90&w-effort=5&w-ease=5&w-happiness=0",
    "agenda": "agenda/",
    "ask": "agenda/ask/",
    "compare": "ranking/compare/?a=BCN-1&b=BCN-2",
    "explanation": "ranking/1/",
    "outlook": "ranking/1/outlook/",
    "computed": "ranking/computed/",
    "value": "ranking/value-per-effort/",
}


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def told(client):
    found = {}
    for name, path in PAGES.items():
        response = client.get(BASE + path)
        assert response.status_code == 200, name
        found[name] = text(response)
        assert name == "computed" or not re.search(r"\bNone\b(?! yet)|\bnan\b", found[name]), name
    return found


def rated(beacon, features, voters, value, capacity=20):
    """`value` is what (feature, voter) give in every criterion."""
    made = [factories.feature(beacon, f"Feature {n}", days=5) for n in range(features)]
    seats = [factories.seat(beacon, name=f"V{n}", department_name=("Sales", "Support")[n % 2]) for n in range(voters)]
    voting = voting_round(beacon, made, closed=True)
    for n, feature in enumerate(made):
        for v, seat in enumerate(seats):
            rate_all(voting, seat, feature, value(n, v))
    if capacity:
        factories.capacity(factories.team(beacon), factories.release(beacon), capacity)
    scoring.score(beacon, now=factories.NOW)
    return made


def test_no_votes_at_all(client, sign_in, mia, beacon):
    for n in range(3):
        factories.feature(beacon, f"Feature {n}")
    said = told(sign_in(mia))
    assert "No votes yet on 3 features. The ranking comes with the first vote." in said["ranking"]
    assert "There is no ranking yet to try weights on." in said["weights"]
    assert "No ranking yet, so there is nothing to talk about." in said["agenda"]
    assert "No ranking yet, so there is nothing to compare." in said["compare"]
    assert "It has no rank. Votes give it one, as long as" in said["outlook"]


def test_one_feature_and_one_voter(client, sign_in, mia, beacon):
    rated(beacon, 1, 1, lambda n, v: 4)
    said = told(sign_in(mia))
    assert "Tier 1 · rank 1 · on its own" in said["ranking"]
    assert "The only feature that has a rank so far." in said["explanation"]
    assert "of the draws" not in said["explanation"]
    assert "No rank would change." in said["weights"]
    assert "It is the only feature that has a rank, so no weight changes that." in said["outlook"]
    assert "What if two weights change?" not in said["weights"]
    assert "Only one feature is ranked so far, and it takes two to compare." in said["compare"]
    assert "No feature has three votes yet" in said["agenda"]
    assert "The ranking is cut nowhere" in said["ask"]
    assert "tau" not in said["computed"].partition("Nobody holds more than")[2].partition("5 steps")[0]
    assert "“Feature 0” brings most for its size" in said["value"]
    assert "What each weight does" not in said["outlook"]


def test_three_features_that_all_are_equal(client, sign_in, mia, beacon):
    rated(beacon, 3, 4, lambda n, v: 3)
    said = told(sign_in(mia))
    assert "ranks 1–3 · too close to call, so any order is defensible" in said["ranking"]
    assert "Tier 2" not in said["ranking"]
    assert "“Feature 0” and “Feature 1” score the same." in said["compare"]
    assert "They are level: any change of weights decides." in said["compare"]
    assert "No rank would change." in said["weights"]
    assert "Nothing needs a talk: what may get in or not is agreed on" in said["agenda"]


def test_everything_is_split(client, sign_in, mia, beacon):
    rated(beacon, 8, 8, lambda n, v: 5 if v % 2 else 1)
    said = told(sign_in(mia))
    assert "only split votes (8)" in said["ranking"]
    assert "and nothing surely out: all 8 are contested." in said["ranking"]
    assert "rated exactly like another person; rated" not in said["ask"]
    assert "the votes are split, not few" in said["explanation"]
    assert "features are worth" in said["agenda"]
    assert "Ask Mia about these 5" in said["ask"] and "Ask all" not in said["ask"]
    assert "Rated higher by Support, lower by Sales. Closing that gap needs a talk" in said["explanation"]


@pytest.mark.parametrize(
    "capacity, sentence",
    [
        (0, "No release to come has any capacity, so no line is drawn through this list."),
        (3, "2027.1 has room for none: the first is larger than its capacity of 3 d."),
        (500, "2027.1 has room for all that could go into it: 20 of 500 d."),
    ],
)
def test_a_ranking_that_no_line_cuts_says_why(client, sign_in, mia, beacon, capacity, sentence):
    rated(beacon, 4, 4, lambda n, v: 4 - n % 3, capacity=capacity)
    said = told(sign_in(mia))
    assert sentence in said["ranking"]
    assert bool(capacity) == ("With the median the whole order agrees by a tau of" in said["computed"])


@pytest.mark.parametrize(
    "unsized, sentence",
    [
        (4, "Nothing that could go into 2027.1 has a size, so nobody knows how many fit."),
        (3, "2027.1 has room for all that have a size, 5 of 500 d; 3 have none."),
        (1, "2027.1 has room for all that have a size, 15 of 500 d; 1 has none."),
    ],
)
def test_sizes_that_are_missing_are_told_of(client, sign_in, mia, beacon, unsized, sentence):
    made = rated(beacon, 4, 4, lambda n, v: 4 - n % 3, capacity=500)
    Effort.objects.filter(feature__in=made[:unsized]).delete()
    assert sentence in text(sign_in(mia).get(BASE + "ranking/"))


@pytest.mark.parametrize(
    "surely, contested, ranked, sentence",
    [
        (1, 1, 3, "1 is surely in Q1, 1 is contested at the line, 1 surely out."),
        (2, 3, 5, "2 are surely in Q1, 3 are contested at the line, none surely out."),
        (0, 1200, 5000, "Nothing is surely in Q1 yet: 1,200 are contested at the line, 3,800 surely out."),
        (1, 0, 3, "Q1 has room for 1, and which is beyond doubt."),
        (0, 4, 4, "Nothing is surely in Q1 yet and nothing surely out: all 4 are contested."),
        (0, 0, 4, "Q1 has room for 1, and the votes leave open which: nothing stands out from the rest."),
    ],
)
def test_how_sure_the_line_is_reads_well_for_every_number(surely, contested, ranked, sentence):
    line = CutLine(Release(name="Q1"), 20, 1, Cut(1, 5, 0, is_reached=True), surely=surely, contested=contested)
    page = SimpleNamespace(is_whole=True, run=SimpleNamespace(ranked=ranked), cut_line=line)
    assert ranking_in_words(page) == sentence


@pytest.mark.parametrize(
    "capacity, first, else_",
    [
        (0, "the first 3", "the first 4"),  # no release has any: the upper third
        (3, "the first 4", "of the draws"),  # not even the first fits: half of them, and no chance to be above a line
        (500, "the first 4", "of the draws"),  # all fit
        (10, "the first 2", "the first 4"),
        (5, "the first place", "the first 1"),
    ],
)
def test_every_page_means_the_same_features_by_the_first(client, sign_in, mia, beacon, capacity, first, else_):
    rated(beacon, 8, 4, lambda n, v: 1 + (v + 8 - n) % 5, capacity=capacity)
    said = told(sign_in(mia))
    assert first in said["outlook"]
    for page in ("explanation", "outlook", "weights", "agenda", "ask"):
        assert else_ not in said[page], page


def test_thirty_features_have_a_line_and_say_who_is_sure_of_it(client, sign_in, mia, beacon, now):
    many_features(beacon, 30, now=now)
    said = told(sign_in(mia))
    assert re.search(r"(are surely in|Nothing is surely in|has room for)", said["ranking"])
    assert re.search(r"Capacity of 2027\.1 ends here", said["ranking"])


def test_columns_are_chosen_and_remembered_for_each_person(client, sign_in, mia, vera, beacon, now):
    rated(beacon, 2, 2, lambda n, v: 4 - n)
    sign_in(mia)
    client.post(BASE + "ranking/columns/", {"column": ["team", "chance", "nonsense"]})
    head = re.search(r"<thead>.*?</thead>", client.get(BASE + "ranking/").content.decode(), re.S)[0]
    assert [each for each in ("Gets in", "Team", "Split", "Votes") if each in head] == ["Gets in", "Team"]
    assert "Split" in text(sign_in(vera).get(BASE + "ranking/"))
    assert RankingColumns.objects.get().columns == ["chance", "team"]
    usual = ["range", "criteria", "split", "objective", "size", "votes"]
    sign_in(mia).post(BASE + "ranking/columns/", {"column": usual})
    assert not RankingColumns.objects.exists()


def test_no_page_asks_more_for_more_features_whatever_columns_are_shown(client, sign_in, mia, beacon, now):
    choose_columns(mia, set(Column))
    sign_in(mia).get(BASE + "ranking/1/")  # what is planned once a connection
    asked = {}
    for features in (60, 240):
        many_features(beacon, features, planned=10, now=now)
        for name, path in PAGES.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(BASE + path)
            asked.setdefault(name, []).append(len(queries))
    assert {name: counts for name, counts in asked.items() if counts[0] != counts[1]} == {}


def test_where_a_round_asks_already_nobody_is_told_to_open_one(client, sign_in, mia, beacon, now):
    voting_round(beacon, [factories.feature(beacon)], opened_at=now)
    shown = text(sign_in(mia).get(BASE + "agenda/ask/"))
    assert "“Q1 2027 priorities” asks for them until" in shown
    assert "Open a voting round" not in shown


@pytest.mark.parametrize(
    "ranks, sentence",
    [
        ((5, 5), "No weight moves its score: it has the same points in every criterion."),
        (
            (5, 3),
            "No weight moves its score: it has about the same points in every criterion. Its rank moves as others do.",
        ),
    ],
)
def test_a_score_that_no_weight_moves_may_change_its_rank(ranks, sentence):
    swings = [WeightSwing("Impact", 0.35, Swing((0.25, 0.45), (50.0, 50.01), ranks))]
    outlook = Outlook(5, 50.0, 3, is_in=False, move=None, without=[], step=1.0, step_ranks=1, swings=swings)
    assert tornado_in_words(outlook) == sentence
