import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prioritization.actions import scoring
from prioritization.actions.weights import keep_weights
from prioritization.models import Criterion, WeightSet
from prioritization.queries.criteria import criteria_of, fingerprint
from prioritization.queries.lineup import lineup
from prioritization.queries.weights import grid, preview, stabilities
from roadmap.models import Standing
from stakeholders.models import Activity
from tests import factories
from tests.prioritization.many import many_features
from tests.prioritization.votes import rate, voting_round

pytestmark = pytest.mark.django_db
WEIGHTS = "/p/beacon/weights/"
EQUAL = {"w-impact": "25", "w-effort": "25", "w-ease": "25", "w-happiness": "25"}
ALL_IMPACT = {"w-impact": "100", "w-effort": "0", "w-ease": "0", "w-happiness": "0"}


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def rated(beacon, stan, now):
    """Two features: Strong is liked for its impact, Light for everything else, and is ahead."""
    strong, light = factories.feature(beacon, "Strong"), factories.feature(beacon, "Light")
    voting = voting_round(beacon, [strong, light], closed=True)
    rate(voting, stan, strong, impact=5, effort=1, ease=1, happiness=2)
    rate(voting, stan, light, impact=2, effort=5, ease=5, happiness=4)
    scoring.score(beacon, now=now)
    return beacon


def test_weights_that_are_looked_at_say_what_they_would_do_and_save_nothing(client, sign_in, mia, rated):
    shown = text(sign_in(mia).get(WEIGHTS, ALL_IMPACT))
    assert "2 ranks would change: another feature would come first." in shown
    assert "Strong gets in" in shown and "Light falls out" in shown
    assert "Use these weights" in shown
    assert not Criterion.objects.exists()


def test_the_weights_in_use_change_nothing(client, sign_in, mia, rated):
    same = {"w-impact": "70", "w-effort": "50", "w-ease": "30", "w-happiness": "50"}
    assert "These are the weights in use." in text(sign_in(mia).get(WEIGHTS, same))


def test_htmx_gets_the_part_alone(client, sign_in, mia, rated):
    response = sign_in(mia).get(WEIGHTS, EQUAL, headers={"HX-Request": "true", "HX-Target": "weights-preview"})
    assert response.content.strip().startswith(b'<section class="weights__preview"')


def test_plus_and_minus_work_without_javascript(client, sign_in, mia, rated):
    body = sign_in(mia).get(WEIGHTS, EQUAL | {"step": "impact:+1"}).content.decode()
    assert re.search(r'name="w-impact" value="26"', body)
    assert re.search(r'name="w-effort" value="25"', body)


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ({"w-impact": "much"}, "A weight is a number, for example 35."),
        ({"w-impact": "-1"}, "A weight is never below 0."),
        (dict.fromkeys(EQUAL, "0"), "At least one criterion needs a weight above 0."),
    ],
)
def test_what_is_no_weight_is_said_at_its_field(client, sign_in, mia, rated, typed, sentence):
    response = sign_in(mia).get(WEIGHTS, EQUAL | typed)
    assert response.status_code == 422
    assert sentence in text(response)


def test_using_weights_keeps_them_as_entered_and_says_who_changed_which(client, sign_in, mia, rated):
    seen = fingerprint(criteria_of(rated))
    response = sign_in(mia).post(WEIGHTS, ALL_IMPACT | {"seen": seen}, follow=True)
    assert [each.weight for each in criteria_of(rated)] == [100, 0, 0, 0]
    assert "Mia Okafor changed the criterion Business impact · 0.35 → 100" in text(response)


def test_somebody_elses_change_is_not_written_over(client, sign_in, mia, rated):
    response = sign_in(mia).post(WEIGHTS, ALL_IMPACT | {"seen": "older"})
    assert response.status_code == 409
    assert "Somebody else has changed the criteria meanwhile." in text(response)
    assert not Criterion.objects.exists()


def test_weights_stay_while_a_round_is_open_and_can_be_looked_at(client, sign_in, mia, rated):
    voting_round(rated, list(rated.features.all()))
    seen = fingerprint(criteria_of(rated))
    assert sign_in(mia).post(WEIGHTS, ALL_IMPACT | {"seen": seen}).status_code == 409
    shown = text(client.get(WEIGHTS, ALL_IMPACT))
    assert "2 ranks would change" in shown
    assert "Use these weights" not in shown
    assert not Criterion.objects.exists()


def test_kept_weights_are_applied_and_deleted(client, sign_in, mia, rated):
    sign_in(mia)
    kept = client.post(WEIGHTS + "keep/", ALL_IMPACT | {"set-name": "Impact only"}, follow=True)
    assert "Impact only" in text(kept)
    again = client.post(WEIGHTS + "keep/", ALL_IMPACT | {"set-name": "impact ONLY"})
    assert again.status_code == 422
    assert "There are weights called “impact ONLY” already." in text(again)
    assert not Criterion.objects.exists()
    made = WeightSet.objects.get()
    assert "2 ranks would change" in text(client.get(f"{WEIGHTS}?{urlencode(ALL_IMPACT)}"))
    client.post(f"{WEIGHTS}{made.pk}/delete/")
    assert not WeightSet.objects.exists()
    assert [each.verb for each in Activity.objects.filter(object_kind="weightset")] == ["deleted", "created"]


def test_another_products_weights_are_nowhere(client, sign_in, mia, rated, now):
    other = factories.product("other", key="OTH")
    theirs = keep_weights(other, name="Theirs", weights={"impact": 1}, by=factories.seat(other), now=now)
    assert sign_in(mia).post(f"{WEIGHTS}{theirs.pk}/delete/").status_code == 404
    assert WeightSet.objects.exists()


def test_who_only_reads_may_look_and_not_save(client, sign_in, vera, rated):
    shown = text(sign_in(vera).get(WEIGHTS, ALL_IMPACT))
    assert "2 ranks would change" in shown
    assert "Use these weights" not in shown and "Keep" not in shown.split("Kept weights")[0]
    assert client.post(WEIGHTS, ALL_IMPACT).status_code == 403


def test_nobody_sees_a_hidden_ranking_through_weights(client, sign_in, stan, rated):
    voting_round(rated, list(rated.features.all()))
    shown = text(sign_in(stan).get(WEIGHTS, ALL_IMPACT))
    assert "Strong" not in shown and "would change" not in shown


def test_points_add_up_to_the_score_that_stands(rated):
    found = lineup(rated)
    for points, score in zip(found.points, found.scores, strict=True):
        assert sum(share * each for share, each in zip(found.shares, points, strict=True)) == pytest.approx(score)
    assert found.scores == sorted(Standing.objects.values_list("score", flat=True), reverse=True)


def test_at_the_edge_of_a_stable_span_the_first_are_the_same_and_past_it_they_are_not(beacon, now):
    many_features(beacon, 40, now=now)
    found = lineup(beacon)
    for key, stable in stabilities(found, top=10).items():
        for share, is_same in ((stable.top[0], True), (stable.top[1], True), (stable.top[1] + 0.004, False)):
            if not 0 <= share <= 1:
                continue
            i = [each.key for each in found.criteria].index(key)
            rest = 1 - found.shares[i]
            weights = {
                each.key: share if each.key == key else (1 - share) * each.share / rest for each in found.criteria
            }
            entering = preview(beacon, found, weights, top=10).entering
            assert bool(entering) is not is_same or share in stable.top


def test_the_grid_counts_what_the_preview_shows(beacon, now):
    many_features(beacon, 40, now=now)
    found = lineup(beacon)
    shown = grid(found, criteria_of(beacon), "impact", "ease", top=10)
    corner = shown.rows[0][-1]
    rest = 1 - 0.35 - 0.15
    scale = (1 - 0.45 - 0.05) / rest
    weights = {"impact": 0.45, "ease": 0.05, "effort": 0.25 * scale, "happiness": 0.25 * scale}
    assert (corner.across, corner.down) == (0.1, -0.1)
    assert corner.replaced == len(preview(beacon, found, weights, top=10).entering)
    assert shown.rows[2][2].replaced == 0


@pytest.mark.parametrize("features", [0, 1])
def test_without_a_ranking_it_says_what_is_missing(client, sign_in, mia, beacon, features):
    for _ in range(features):
        factories.feature(beacon)
    assert "There is no ranking yet to try weights on." in text(sign_in(mia).get(WEIGHTS, EQUAL))


def test_the_page_asks_as_many_questions_with_many_features_as_with_few(client, sign_in, mia, beacon, now):
    sign_in(mia)
    counts = []
    for features in (40, 120):
        many_features(beacon, features, now=now)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(WEIGHTS, ALL_IMPACT).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
