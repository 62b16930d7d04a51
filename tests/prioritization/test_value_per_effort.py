import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prioritization.actions import scores, scoring
from prioritization.models import Ballot, Criterion, ScoreRequest, ScoreRun, VotingRound
from prioritization.queries.value_per_effort import Apart, value_page
from prioritization.rules.value_per_effort import cost_of_rating, value_per_effort
from roadmap.models import Effort, Feature, Standing
from tests import factories
from tests.prioritization.many import many_features
from tests.prioritization.votes import ballot, rate, rate_all, voting_round

pytestmark = pytest.mark.django_db
VALUE = "/p/beacon/ranking/value-per-effort/"
TODAY = date(2026, 11, 24)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def titles(response):
    return re.findall(r'class="table__title"[^>]*>([^<]+)</a>', response.content.decode())


def cells(response):
    """What stands in each row of the order, cell by cell."""
    body = re.search(r"<tbody>.*?</tbody>", response.content.decode(), re.S)[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [
        [" ".join(re.sub(r"<[^>]*>", " ", each).split()) for each in re.findall(r"<t[dh].*?</t[dh]>", row, re.S)]
        for row in rows
    ]


@pytest.fixture
def rated(beacon, now):
    """Big and Small are liked alike, Meh is not; Big takes ten times as long as the others, Vague has no size."""

    def _rated(*, days=None):
        sizes = days or {"Big": 40, "Small": 4, "Meh": 4, "Vague": None}
        made = {title: factories.feature(beacon, title, days=size) for title, size in sizes.items()}
        voting = voting_round(beacon, made.values(), closed=True)
        for name in ("Sales", "Sales", "Engineering"):
            seat = factories.seat(beacon, department_name=name)
            for title, value in {"Big": 5, "Small": 4, "Meh": 2, "Vague": 3}.items():
                rate_all(voting, seat, made[title], value, effort={"Big": 1, "Small": 5}.get(title, 3))
        factories.feature(beacon, "Unrated", days=3)
        scoring.score(beacon, now=now)
        return made

    return _rated


# who may see it


def test_it_is_hidden_exactly_when_the_ranking_is(client, sign_in, rated, stan, vera, mia, now):
    made = rated()
    voting = VotingRound.objects.get()
    voting.round.closed_at = None
    voting.round.save(update_fields=["closed_at"])
    for seat in (stan, vera):
        response = sign_in(seat).get(VALUE)
        assert "Results come when “Q1 2027 priorities” has closed" in text(response)
        assert "Small" not in response.content.decode()
    assert "Small" in titles(sign_in(mia).get(VALUE))
    voting.results = VotingRound.Results.AFTER_DONE
    voting.save()
    Ballot.objects.filter(pk=ballot(voting, stan).pk).update(done_at=now)
    assert made["Small"].title in titles(sign_in(stan).get(VALUE))


def test_ranking_and_it_lead_to_each_other(client, sign_in, rated, vera):
    rated()
    assert f'href="{VALUE}"' in sign_in(vera).get("/p/beacon/ranking/").content.decode()
    assert 'href="/p/beacon/ranking/"' in client.get(VALUE).content.decode()


# the order


def test_what_brings_most_for_its_size_comes_first_with_its_rank_beside_it(client, sign_in, rated, vera):
    rated()
    response = sign_in(vera).get(VALUE)
    assert titles(response) == ["Small", "Meh", "Big"]
    small = Standing.objects.get(feature__title="Small")
    assert cells(response)[0][:6] == [
        "1",
        "Small",
        f"{small.benefit:.1f}",
        "4 d 3–6",
        f"{small.benefit / 4:.1f} {small.benefit / 6.4:.1f}–{small.benefit / 2.8:.1f}",
        "4 d",
    ]
    assert [row[5] for row in cells(response)] == ["4 d", "8 d", "48 d"]
    assert cells(response)[0][6].startswith(f"{small.rank} why Small is ranked there")


def test_it_says_in_words_what_it_is_and_what_it_is_not(client, sign_in, rated, vera):
    rated()
    shown = text(sign_in(vera).get(VALUE))
    rank = {1: "1st", 2: "2nd"}[Standing.objects.get(feature__title="Small").rank]
    assert f"“Small” brings most for its size, {Standing.objects.get(feature__title='Small').benefit / 4:.1f}" in shown
    assert f"in the ranking it is {rank}." in shown
    assert "Benefit is the score without Technical effort, the other weights rescaled." in shown
    assert "Dantzig’s greedy order" in shown and "It is not the ranking" in shown


def test_benefit_leaves_effort_out_and_adds_up_from_what_the_panel_shows(client, sign_in, rated, vera):
    rated()
    for standing in Standing.objects.filter(score__isnull=False).select_related("feature"):
        shown = text(sign_in(vera).get(f"/p/beacon/ranking/{standing.feature.number}/"))
        found = re.search(r"Benefit without Technical effort: \(([\d.]+) − its ([\d.]+)\) ÷ 75 % = ([\d.]+)\.", shown)
        score, effort, benefit = (float(each) for each in found.groups())
        assert (score - effort) / 0.75 == pytest.approx(benefit, abs=0.05 + 0.01 / 0.75)
        assert f"{standing.benefit:.1f}" == found[3]
        if size := {"Big": 40, "Small": 4, "Meh": 4}.get(standing.feature.title):
            assert f"÷ {size} d = {standing.benefit / size:.1f} a day." in shown


def test_the_database_orders_as_the_rule_does_whatever_the_page(client, sign_in, beacon, mia, now):
    many_features(beacon, 130, now=now)
    zero = Feature.objects.filter(standing__rank=5).get()
    Effort.objects.filter(feature=zero).update(low=0, likely=0, high=0)
    sizes = dict(Effort.objects.values_list("feature", "likely"))
    ratios = {
        row.feature_id: (value_per_effort(row.benefit, sizes[row.feature_id]), -row.rank)
        for row in Standing.objects.filter(rank__isnull=False)
    }
    expected = sorted((pk for pk in ratios if pk != zero.pk), key=lambda pk: ratios[pk], reverse=True)
    pages = [value_page(beacon, today=TODAY, page=str(number)) for number in (1, 2, 3)]
    assert [row.feature.pk for page in pages for row in page.rows] == expected
    assert [row.place for page in pages for row in page.rows] == list(range(1, len(expected) + 1))
    assert pages[2].rows[-1].so_far == pytest.approx(sum(sizes[pk] for pk in expected))
    assert {page.pages for page in pages} == {3}
    assert [row.feature for row in value_page(beacon, today=TODAY, apart=Apart.EFFORTLESS).rows] == [zero]
    shown = sign_in(mia).get(f"{VALUE}?page=2")
    assert "Page 2 of 3" in text(shown) and cells(shown)[0][0] == "51"


def test_the_sizes_of_several_teams_count_together(client, sign_in, rated, beacon, vera):
    made = rated()
    Effort.objects.create(feature=made["Small"], team=factories.team(beacon, "Web"), low=100, likely=200, high=300)
    assert titles(sign_in(vera).get(VALUE)) == ["Meh", "Big", "Small"]


# what is not in the order


def test_what_has_no_size_or_no_votes_is_counted_and_listed_apart(client, sign_in, rated, mia, vera):
    rated()
    shown = text(sign_in(mia).get(VALUE))
    assert "1 feature has votes, but no size in person-days. See which" in shown
    assert "1 feature has no votes yet. See which" in shown
    unsized = client.get(f"{VALUE}?list=no-size")
    assert titles(unsized) == ["Vague"] and "no size" in text(unsized) and "/features/BCN-4/edit/" in unsized.text
    assert titles(client.get(f"{VALUE}?list=no-votes")) == ["Unrated"]
    assert "/edit/" not in sign_in(vera).get(f"{VALUE}?list=no-size").text
    assert titles(client.get(f"{VALUE}?list=nonsense")) == ["Small", "Meh", "Big"]


def test_shipped_and_dropped_features_are_in_no_list(client, sign_in, rated, beacon, vera, now):
    made = rated()
    Feature.objects.filter(pk=made["Small"].pk).update(status="shipped")
    scoring.score(beacon, now=now)
    for path in (VALUE, f"{VALUE}?list=no-size", f"{VALUE}?list=no-votes"):
        assert "Small" not in titles(sign_in(vera).get(path))


# a budget


def test_a_budget_says_how_far_it_reaches_and_what_no_choice_can_beat(client, sign_in, rated, vera):
    rated()
    response = sign_in(vera).get(f"{VALUE}?budget=10")
    benefit = {row.feature.title: row.benefit for row in Standing.objects.select_related("feature")}
    value = benefit["Small"] + benefit["Meh"]
    most = value + benefit["Big"] * 2 / 40
    assert f"A budget of 10 d covers the first 2: 8 d and {value:.0f} points of benefit together." in text(response)
    assert f"No choice for this budget brings more than {most:.0f}." in text(response)
    assert "The budget of 10 d ends here · 8 d taken" in text(response)
    assert "That is all there is." in text(client.get(f"{VALUE}?budget=1000"))
    assert "A budget of 1 d does not cover the first one." in text(client.get(f"{VALUE}?budget=1"))


def test_the_next_releases_capacity_is_offered_as_a_budget(client, sign_in, rated, beacon, vera):
    rated()
    release = factories.release(beacon, "2027.1", date(2027, 1, 1), date(2099, 3, 26))
    factories.capacity(factories.team(beacon), release, 12.5)
    assert 'href="?budget=12.5"' in sign_in(vera).get(VALUE).content.decode()


@pytest.mark.parametrize("budget", ["", "x", "-3", "nan", "inf", "1e99"])
def test_a_budget_that_means_nothing_is_left_out(client, sign_in, rated, vera, budget):
    rated()
    response = sign_in(vera).get(VALUE, {"budget": budget})
    assert response.status_code == 200
    assert "points of benefit together" not in text(response)


# without sizes


def test_without_any_size_votes_on_effort_stand_in_and_it_says_so(client, sign_in, rated, beacon, vera):
    rated()
    Effort.objects.all().delete()
    response = sign_in(vera).get(VALUE)
    assert (titles(response)[0], titles(response)[-1]) == ("Small", "Big")
    assert "No feature has a size in person-days, so the votes on Technical effort stand in for it" in text(response)
    for row in value_page(beacon, today=TODAY).rows:
        mean = row.standing.criteria["effort"]["pulled"]
        assert row.effort == pytest.approx(cost_of_rating(mean, is_cost=False))
    assert 'name="budget"' not in response.content.decode()


def test_where_effort_is_a_cost_its_heavy_end_costs_most(beacon, stan, now):
    for place, (key, is_cost) in enumerate((("impact", False), ("effort", True))):
        Criterion.objects.create(
            product=beacon, key=key, name=key, low_anchor="1", high_anchor="5", is_cost=is_cost, position=place
        )
    light, heavy = factories.feature(beacon, "Light"), factories.feature(beacon, "Heavy")
    voting = voting_round(beacon, [light, heavy], closed=True)
    rate(voting, stan, light, impact=3, effort=1)
    rate(voting, stan, heavy, impact=3, effort=5)
    scoring.score(beacon, now=now)
    rows = value_page(beacon, today=TODAY).rows
    assert [row.feature for row in rows] == [light, heavy]
    assert rows[1].effort == pytest.approx(cost_of_rating(rows[1].standing.criteria["effort"]["pulled"], is_cost=True))


def test_one_size_is_enough_to_use_sizes_alone(client, sign_in, rated, beacon, vera):
    made = rated()
    Effort.objects.exclude(feature=made["Meh"]).delete()
    response = sign_in(vera).get(VALUE)
    assert titles(response) == ["Meh"]
    assert "3 features have votes, but no size in person-days." in text(response)


# what there is to say when there is little


def test_a_product_says_what_it_lacks(client, sign_in, beacon, mia, stan, now):
    assert "No features yet" in text(sign_in(mia).get(VALUE))
    feature = factories.feature(beacon, "Alone")
    assert "No votes yet" in text(client.get(VALUE))
    voting = voting_round(beacon, [feature], closed=True)
    rate(voting, stan, feature, impact=4)
    assert "The first ranking is being worked out." in text(client.get(VALUE))
    scoring.score_when_asked(beacon.pk, clock=lambda: now)
    assert "The one feature with votes has no size in person-days" in text(client.get(VALUE))
    rate(voting, stan, feature, effort=4)
    scoring.score_when_asked(beacon.pk, clock=lambda: now)
    assert "“Alone” brings most for its effort; in the ranking it is 1st." in text(client.get(VALUE))


def test_where_effort_has_all_the_weight_there_is_no_benefit_and_it_says_so(client, sign_in, beacon, vera, stan, now):
    Criterion.objects.create(product=beacon, key="effort", name="Work", low_anchor="much", high_anchor="little")
    feature = factories.feature(beacon, days=3)
    rate(voting_round(beacon, [feature], closed=True), stan, feature, effort=4)
    scoring.score(beacon, now=now)
    assert Standing.objects.get().benefit is None
    assert "Work has all the weight, so nothing is left to call benefit." in text(sign_in(vera).get(VALUE))
    panel = client.get("/p/beacon/ranking/1/")
    assert "data-benefit" not in panel.content.decode()
    assert "Work has all the weight, so there is no benefit." in text(client.get("/p/beacon/ranking/computed/"))


def test_without_a_criterion_for_effort_benefit_is_the_score(client, sign_in, beacon, vera, stan, now):
    Criterion.objects.create(product=beacon, key="worth", name="Worth", low_anchor="none", high_anchor="much")
    feature = factories.feature(beacon, days=3)
    rate(voting_round(beacon, [feature], closed=True), stan, feature, worth=4)
    scoring.score(beacon, now=now)
    standing = Standing.objects.get()
    assert standing.benefit == pytest.approx(standing.score)
    assert "No criterion asks for effort here, so benefit is the whole score." in text(sign_in(vera).get(VALUE))
    assert "no criterion asks for effort, so it is the score." in text(client.get("/p/beacon/ranking/1/"))


# what it costs, and what it is made of


def test_it_asks_the_database_as_often_at_30_and_at_300_features(client, sign_in, beacon, mia, now):
    sign_in(mia)

    def asked(query):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{VALUE}?{query}").status_code == 200
        return len(queries)

    many_features(beacon, 30, now=now)
    shown = ("", "budget=50", "budget=5000", "list=no-size", "list=no-votes")
    before = {query: asked(query) for query in shown}
    many_features(beacon, 300, now=now)
    assert {query: asked(query) for query in shown} == before
    assert asked("page=2") == asked("page=5") == asked("") + 1, "what stands before a page is added up by one query"


def test_a_run_from_before_there_was_a_benefit_is_made_anew(rated, beacon, now):
    rated()
    benefits = dict(Standing.objects.values_list("feature", "benefit"))
    Standing.objects.update(benefit=None)
    run = ScoreRun.objects.get()
    del run.used["effort"]
    run.digest = "of another method"
    run.save()
    ScoreRequest.objects.all().delete()
    scores.request_stale(now=now)
    assert ScoreRequest.objects.filter(product=beacon).exists()
    scoring.score_when_asked(beacon.pk, clock=lambda: now)
    assert dict(Standing.objects.values_list("feature", "benefit")) == benefits
    scores.request_stale(now=now)
    assert not ScoreRequest.objects.exists(), "once is enough"
