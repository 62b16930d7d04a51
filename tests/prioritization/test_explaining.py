import re
from datetime import date
from decimal import Decimal

import pytest

from prioritization.actions import scoring
from prioritization.models import Criterion, ScoreResult, ScoreRun
from prioritization.queries.comparison import comparison
from prioritization.queries.explanation import explanation
from prioritization.queries.lineup import lineup
from prioritization.queries.outlook import outlook
from prioritization.rules import what_if
from roadmap.models import Feature, Standing
from tests import factories
from tests.prioritization import panels
from tests.prioritization.many import many_features
from tests.prioritization.votes import rate, rate_all, voting_round

pytestmark = pytest.mark.django_db
RANKING = "/p/beacon/ranking/"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def cells(table):
    return [
        [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S)
    ]


def number(shown):
    return Decimal(shown.replace("−", "-").replace("+", "").split()[0])


@pytest.fixture
def pair(beacon, stan, now):
    """Strong is liked for its impact, Light for everything else, and is ahead."""
    strong, light = factories.feature(beacon, "Strong"), factories.feature(beacon, "Light")
    voting = voting_round(beacon, [strong, light], closed=True)
    for seat in (stan, factories.seat(beacon, name="Eve Engel", department_name="Engineering")):
        rate(voting, seat, strong, impact=5, effort=1, ease=1, happiness=2)
        rate(voting, seat, light, impact=2, effort=5, ease=5, happiness=4)
    scoring.score(beacon, now=now)
    return strong, light


def test_two_features_side_by_side_add_up_column_by_column(client, sign_in, vera, pair):
    response = sign_in(vera).get(f"{RANKING}compare/?a=BCN-1&b=bcn-2")
    table = re.search(r'<table class="table parts compare__parts">.*?</table>', response.content.decode(), re.S)[0]
    rows = cells(table)[1:]
    for column in (2, 3, 4):
        assert sum(number(row[column]) for row in rows[:-1]) == number(rows[-1][column - 1])
    for row in rows[:-1]:
        assert number(row[2]) - number(row[3]) == number(row[4])


def test_the_weights_that_flip_them_do(client, sign_in, vera, pair, beacon):
    one, other = (explanation(beacon, each, names=()) for each in (1, 2))
    found = comparison(one, other)
    assert found.better.feature.title == "Light"
    line = lineup(beacon)
    shares = list(line.shares)
    names = [each.name for each in line.criteria]
    for shift in found.shifts:
        shares[names.index(shift.giver)] -= shift.share
        shares[names.index(shift.taker)] += shift.share
    assert what_if.score(line.points[0], shares) == pytest.approx(what_if.score(line.points[1], shares))
    assert "points of weight from" in text(sign_in(vera).get(f"{RANKING}compare/?a=BCN-1&b=BCN-2"))


def test_the_chance_is_the_leads_over_its_error_and_the_other_way_round_its_rest(pair, beacon):
    Standing.objects.filter(feature__number=1).update(variance=9.0)
    Standing.objects.filter(feature__number=2).update(variance=16.0)
    one, other = (explanation(beacon, each, names=()) for each in (1, 2))
    there, back = comparison(one, other), comparison(other, one)
    assert there.chance + back.chance == pytest.approx(1)
    assert there.sureness == back.sureness > 0.5


@pytest.mark.parametrize(
    "query, says",
    [
        ("", "Name two features by their keys."),
        ("?a=BCN-1", "Name two features by their keys."),
        ("?a=BCN-1&b=BCN-999", "Beacon has no feature BCN-999. Name two by their keys."),
        ("?a=orion&b=BCN-1", "Beacon has no feature ORION."),
        ("?a=BCN-1&b=BCN-1", "That is the same feature twice."),
        ("?a=BCN-1&b=BCN-3", "Nobody has voted on BCN-3 yet"),
    ],
)
def test_what_cannot_be_compared_is_said(client, sign_in, vera, pair, beacon, query, says):
    factories.feature(beacon, "Unrated")
    assert says in text(sign_in(vera).get(f"{RANKING}compare/{query}"))


def test_what_would_change_a_rank_follows_from_the_ranking(client, sign_in, mia, beacon, now):
    many_features(beacon, 40, now=now)
    found = lineup(beacon)
    feature = Feature.objects.get(pk=found.ids[14])
    seen = outlook(feature, today=date(2026, 11, 24))
    assert (seen.rank, seen.is_in) == (15, seen.top >= 15)
    if seen.move:
        i = [each.name for each in found.criteria].index(seen.move.name)
        past = seen.move.then + (1e-6 if seen.move.then > seen.move.share else -1e-6)
        order = what_if.order(found.points, what_if.with_share(found.shares, i, past), found.ids)
        assert (14 in order[: seen.top]) is not seen.is_in
    shown = text(sign_in(mia).get(f"{RANKING}{feature.number}/outlook/"))
    assert "One more vote" in shown
    part = client.get(f"{RANKING}{feature.number}/outlook/", headers={"HX-Request": "true"}).content
    assert part.strip().startswith(b'<div class="outlook"')


def test_what_each_weight_does_to_a_feature_stands_in_numbers_the_widest_first(client, sign_in, vera, pair, beacon):
    seen = outlook(pair[0], today=date(2026, 11, 24))
    widths = [each.ends.width for each in seen.swings]
    assert widths == sorted(widths, reverse=True) and len(widths) == 4
    found = lineup(beacon)
    at = found.ids.index(pair[0].pk)
    for each in seen.swings:
        i = [criterion.name for criterion in found.criteria].index(each.name)
        for share, score, rank in zip(each.ends.shares, each.ends.scores, each.ends.ranks, strict=True):
            moved = what_if.with_share(found.shares, i, share)
            assert score == pytest.approx(what_if.score(found.points[at], moved))
            assert rank == what_if.order(found.points, moved, found.ids).index(at) + 1
    body = sign_in(vera).get(f"{RANKING}1/outlook/").content.decode()
    rows = cells(re.search(r'<table class="parts tornado">.*?</table>', body, re.S)[0])[1:]
    for row, each in zip(rows, seen.swings, strict=True):
        assert row[0].startswith(each.name)
        assert row[1] == f"{each.ends.scores[0]:.1f} rank {each.ends.ranks[0]}"
        assert row[3] == f"{each.ends.scores[1]:.1f} rank {each.ends.ranks[1]}"
    assert f"The weight of {seen.swings[0].name} moves it most" in body


def test_a_single_criterion_has_no_weights_to_move(client, sign_in, vera, beacon, stan, now):
    Criterion.objects.create(product=beacon, key="worth", name="Worth", low_anchor="none", high_anchor="much")
    feature = factories.feature(beacon)
    rate(voting_round(beacon, [feature], closed=True), stan, feature, worth=4)
    scoring.score(beacon, now=now)
    assert outlook(feature, today=date(2026, 11, 24)).swings == []
    assert "10 less" not in text(sign_in(vera).get(f"{RANKING}1/outlook/"))


def test_the_nearest_weights_stand_beside_those_now_and_sum_to_a_hundred(client, sign_in, vera, pair, beacon):
    body = sign_in(vera).get(f"{RANKING}compare/?a=BCN-1&b=BCN-2").content.decode()
    table = re.search(r"The nearest weights</h3>\s*(<table.*?</table>)", body, re.S)[1]
    *rows, total = cells(table)[1:]
    assert [number(row[1]) for row in rows] == [35, 25, 15, 25]
    assert total[1:3] == ["100.0", "100.0"]
    for column in (1, 2):
        assert sum(number(row[column]) for row in rows) == 100
    assert all(number(row[2]) - number(row[1]) == number(row[3]) for row in rows)
    found = lineup(beacon)
    level = what_if.nearest_flip(found.points[0], found.points[1], found.shares)
    assert [float(number(row[2])) for row in rows] == pytest.approx([100 * each for each in level], abs=0.1)
    link = re.search(r'href="(/p/beacon/weights/\?[^"]*)"', body)[1].replace("&amp;", "&")
    assert "would change" in text(client.get(link)) or "No rank would change" in text(client.get(link))


def test_without_weights_that_make_them_level_no_table_stands_there(client, sign_in, vera, beacon, stan, now):
    better, worse = factories.feature(beacon, "Better"), factories.feature(beacon, "Worse")
    voting = voting_round(beacon, [better, worse], closed=True)
    rate_all(voting, stan, better, 5)
    rate_all(voting, stan, worse, 2)
    scoring.score(beacon, now=now)
    shown = text(sign_in(vera).get(f"{RANKING}compare/?a=BCN-1&b=BCN-2"))
    assert "No weights would" in shown and "The nearest weights" not in shown


def test_without_a_departments_votes_it_stands_where_a_count_without_them_puts_it(beacon, stan, now):
    features = [factories.feature(beacon, f"F{n}") for n in range(6)]
    voting = voting_round(beacon, features, closed=True)
    others = [factories.seat(beacon, name=f"E{n}", department_name="Engineering") for n in range(2)]
    sales = [stan, factories.seat(beacon, name="Sal")]
    for n, feature in enumerate(features):
        for seat in others:
            rate(voting, seat, feature, **dict.fromkeys(("impact", "effort", "ease", "happiness"), 2 if n == 0 else 3))
        for seat in sales:
            rate(voting, seat, feature, **dict.fromkeys(("impact", "effort", "ease", "happiness"), 5 if n == 0 else 3))
    scoring.score(beacon, now=now)
    seen = {each.department: each.rank for each in outlook(features[0], today=date(2026, 11, 24)).without}
    assert Standing.objects.get(feature=features[0]).rank == 1
    assert seen == {"Sales": 6}


def test_words_say_how_far_a_rank_may_be_off_and_why(client, sign_in, mia, beacon, now):
    many_features(beacon, 40, now=now)
    standing = Standing.objects.get(product=beacon, rank=23)
    Standing.objects.filter(pk=standing.pk).update(rank_low=11, rank_high=30, split=0.7, votes=9)
    where = f"{RANKING}{standing.feature.number}/"
    assert "Ranked 23rd, but anywhere from 11th to 30th is plausible: the votes are split, not few." in text(
        sign_in(mia).get(where)
    )
    Standing.objects.filter(pk=standing.pk).update(split=0.1, votes=2)
    assert "is plausible: only 2 people have voted." in text(client.get(where))


def test_the_history_tells_what_closed_rounds_left(client, sign_in, vera, pair, beacon):
    run = ScoreRun.objects.get()
    for score, round_ in (
        (40.0, voting_round(beacon, pair, closed=True, title="Spring").round),
        (55.5, voting_round(beacon, pair, closed=True, title="Autumn").round),
    ):
        ScoreResult.objects.create(
            round=round_,
            feature=pair[0],
            run=run,
            score=score,
            score_low=score - 5,
            score_high=score + 5,
            rank=2,
            votes=3,
            effective=3,
        )
    shown = text(sign_in(vera).get(f"{RANKING}1/"))
    assert "Spring 2 40.0 35–45" in shown and "Autumn 2 55.5" in shown
    assert re.search(r"Score over the rounds: .*40\.0, 55\.5", shown)


def test_rating_styles_are_told_to_managers_alone(client, sign_in, mia, vera, stan, pair, beacon):
    from prioritization.models import VoterCheck

    run = ScoreRun.objects.get()
    run.used["rating_style"] = True
    run.save()
    VoterCheck.objects.update_or_create(
        product=beacon,
        seat=stan,
        defaults={
            "run": run.pk,
            "ratings": 8,
            "style": {"impact": -0.6, "effort": -0.6},
            "influence": 1.0,
            "bound": 2.0,
        },
    )
    said = "Stan Lindqvist rates 0.6 lower than others; these votes were read 0.6 higher."
    assert said in text(sign_in(mia).get(f"{RANKING}1/"))
    assert said not in text(sign_in(vera).get(f"{RANKING}1/"))


def test_weights_that_are_no_whole_percentages_and_a_cost_can_be_followed_too(client, sign_in, mia, beacon, stan, now):
    """Three equal weights are 33.3 % each; what is shown of a score still follows from the rest of it."""
    for place, key in enumerate(("value", "risk", "price")):
        Criterion.objects.create(
            product=beacon, key=key, name=key, low_anchor="1", high_anchor="5", weight=1, is_cost=key == "price",
            position=place,
        )  # fmt: skip
    features = [factories.feature(beacon, f"F{n}") for n in range(5)]
    voting = voting_round(beacon, features, closed=True)
    sales, support = factories.seat(beacon, name="Sal"), factories.seat(beacon, department_name="Support")
    for n, feature in enumerate(features):
        rate(voting, stan, feature, value=1 + n, risk=5 - n, price=1 + (2 * n) % 5)
        rate(voting, support, feature, value=3, price=5 - n)
        if n % 2:
            rate(voting, sales, feature, value=4)
    rate(voting, stan, features[4], price=None)
    rate(voting, support, features[4], price=None)
    scoring.score(beacon, now=now)
    sign_in(mia)
    for standing in Standing.objects.select_related("feature"):
        body = client.get(f"{RANKING}{standing.feature.number}/", headers={"HX-Request": "true"}).content.decode()
        panel = panels.read_panel(body)
        assert {row.share for row in panel.rows} == {0.333}
        assert (panel.rows[2].mean is None) is (standing.feature == features[4])
        panels.check(panel, score=standing.score, rank=standing.rank)


def test_after_a_vote_the_panel_says_the_features_own_score_at_once(sign_in, mia, stan, pair, beacon, now):
    strong, light = pair
    manager = sign_in(mia)
    assert "data-own-score" not in manager.get(f"{RANKING}1/").content.decode()
    before = explanation(beacon, 1, names=()).score_shown
    rate_all(voting_round(beacon, [strong, light], opened_at=now), stan, strong, 5)
    said = manager.get(f"{RANKING}1/").content.decode()
    own = Decimal(re.search(r"<p[^>]*data-own-score>.*?<strong>(.*?)</strong>", said, re.S)[1])
    assert own > before + 5
    assert explanation(beacon, 1, names=()).score_shown == before, "the sum that is explained stays that of the run"
    scoring.score_when_asked(beacon.pk, clock=lambda: now)
    assert "data-own-score" not in manager.get(f"{RANKING}1/").content.decode()
    assert explanation(beacon, 1, names=()).score_shown > before + 5
