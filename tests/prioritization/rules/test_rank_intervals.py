import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.rank_intervals import beats, rank_intervals, tiers

score = st.floats(0, 100)
variance = st.floats(0.01, 200)
some = hnp.arrays(float, st.integers(1, 12), elements=st.floats(0, 100))


def ids_of(n):
    return np.arange(1, n + 1)


def test_the_worked_example_of_two_features():
    assert beats(4.3, 0.080952, 3.625, 0.104167) == pytest.approx(0.941657, abs=5e-6)


@pytest.mark.parametrize(("one", "other", "expected"), [(60.0, 50.0, 1), (50.0, 60.0, 0), (50.0, 50.0, 0.5)])
def test_without_doubt_the_better_one_wins(one, other, expected):
    assert beats(np.array(one), np.array(0.0), np.array(other), np.array(0.0)) == expected


@given(score, variance, score, variance)
def test_one_of_the_two_is_better(a, va, b, vb):
    assert beats(a, va, b, vb) + beats(b, vb, a, va) == pytest.approx(1)


@given(score, variance, score, variance, st.floats(0, 20))
def test_a_higher_score_beats_with_more_chance(a, va, b, vb, more):
    assert beats(a + more, va, b, vb) >= beats(a, va, b, vb) - 1e-12


def test_certain_scores_have_one_rank():
    found = rank_intervals(ids_of(3), np.array([50.0, 70.0, 60.0]), np.zeros(3), top=1, seed=1)
    assert found.low.tolist() == found.high.tolist() == [3, 1, 2]
    assert found.top.tolist() == [0, 1, 0]


def test_two_alike_are_first_half_of_the_time():
    found = rank_intervals(ids_of(2), np.array([50.0, 50.0]), np.full(2, 4.0), top=1, seed=1)
    assert found.top == pytest.approx([0.5, 0.5], abs=0.08)
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1], [2, 2])
    assert found.error() == pytest.approx([0.025, 0.025], abs=0.0005)


def test_the_chance_to_be_first_is_the_chance_to_beat_the_other():
    found = rank_intervals(
        ids_of(2), np.array([4.3, 3.625]), np.array([0.080952, 0.104167]), top=1, seed=7, draws=20_000
    )
    assert found.top[0] == pytest.approx(0.941657, abs=0.005)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    scores, variances = np.linspace(40, 60, 20), np.full(20, 25.0)
    one, same, other = (rank_intervals(ids_of(20), scores, variances, top=5, seed=seed) for seed in (1, 1, 2))
    assert one.top.tobytes() == same.top.tobytes()
    assert one.top.tobytes() != other.top.tobytes()


def test_four_hundred_draws_err_by_two_and_a_half_points_at_most():
    found = rank_intervals(ids_of(40), np.linspace(45, 55, 40), np.full(40, 30.0), top=20, seed=1)
    assert found.draws == 400
    assert 0.02 < found.error().max() <= 0.025


def test_ends_are_the_20th_and_the_380th_of_400_ranks():
    # two features: the weaker is first in a share of the draws that the seed fixes
    scores, variances = np.array([51.0, 49.0]), np.full(2, 1.0)
    found = rank_intervals(ids_of(2), scores, variances, top=1, seed=1)
    assert 0.05 < found.top[1] < 0.1
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1], [2, 2])
    rarer = rank_intervals(ids_of(2), np.array([52.0, 49.0]), variances, top=1, seed=1)
    assert 0 < rarer.top[1] < 0.05
    assert (rarer.low.tolist(), rarer.high.tolist()) == ([1, 2], [1, 2])


def test_no_features():
    found = rank_intervals(ids_of(0), np.zeros(0), np.zeros(0), top=3, seed=1)
    assert found.low.tolist() == found.top.tolist() == []
    assert tiers(ids_of(0), np.zeros(0), np.zeros(0)).tolist() == []


@given(st.data(), some, st.integers(0, 14))
def test_intervals_are_intervals_and_chances_add_up_to_the_places(data, scores, top):
    n = len(scores)
    variances = data.draw(hnp.arrays(float, n, elements=st.floats(0, 100)))
    found = rank_intervals(ids_of(n), scores, variances, top=top, seed=3, draws=50)
    assert (found.low >= 1).all()
    assert (found.low <= found.high).all()
    assert (found.high <= n).all()
    assert np.rint(found.top * 50).sum() == 50 * min(top, n)


@given(st.data(), some)
def test_permuting_features_permutes_results(data, scores):
    n = len(scores)
    order = np.array(data.draw(st.permutations(range(n))))
    plain = rank_intervals(ids_of(n), scores, np.full(n, 9.0), top=2, seed=5, draws=60)
    moved = rank_intervals(ids_of(n)[order], scores[order], np.full(n, 9.0), top=2, seed=5, draws=60)
    assert moved.low.tolist() == plain.low[order].tolist()
    assert moved.top.tolist() == plain.top[order].tolist()
    assert (
        tiers(ids_of(n)[order], scores[order], np.full(n, 9.0)).tolist()
        == tiers(ids_of(n), scores, np.full(n, 9.0))[order].tolist()
    )


def test_a_tier_opens_where_its_leader_clearly_wins():
    # 1.2816 standard errors make 90 %; with variances of 1 that is a gap of 1.812
    scores = np.array([80.0, 79.0, 78.19, 78.18, 70.0, 69.9])
    assert tiers(ids_of(6), scores, np.ones(6)).tolist() == [1, 1, 1, 2, 3, 3]


@pytest.mark.parametrize(("scores", "expected"), [([50.0, 50.0, 40.0], [1, 1, 2]), ([50.0], [1])])
def test_without_doubt_only_ties_share_a_tier(scores, expected):
    assert tiers(ids_of(len(scores)), np.array(scores), np.zeros(len(scores))).tolist() == expected


@given(some)
def test_tiers_follow_the_ranking(scores):
    found = tiers(ids_of(len(scores)), scores, np.full(len(scores), 4.0))
    by_rank = found[np.lexsort((ids_of(len(scores)), -np.round(scores, 9)))]
    assert by_rank[0] == 1
    assert set(np.diff(by_rank).tolist()) <= {0, 1}
