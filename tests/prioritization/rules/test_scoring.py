import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.scoring import Judged, rank_features
from prioritization.rules.weights import Tallies

# (feature, criterion, department, value)
votes = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=60
)


def criteria_of(votes, weights=(2.0, 1.0), costs=(False, False)):
    return [
        Judged(weight, is_cost, tallies_of([(i, d, x) for i, c, d, x in votes if c == index]))
        for index, (weight, is_cost) in enumerate(zip(weights, costs, strict=True))
    ]


def tallies_of(votes):
    feature, department, value = np.array(votes, dtype=int).reshape(-1, 3).T
    ones = np.ones(len(votes))
    return Tallies(feature, department, value, ones, ones, ones)


def rank(votes, n=5, ids=None, **kwargs):
    return rank_features(np.arange(1, n + 1) if ids is None else ids, criteria_of(votes, **kwargs), np.ones(3))


def test_a_product_without_votes_ranks_nothing_and_gives_every_feature_the_middle():
    result = rank([], n=3)
    assert result.ranks.tolist() == [0, 0, 0]
    assert result.scores == pytest.approx([50, 50, 50])
    assert np.isnan(result.means).all()
    assert np.isnan(result.splits).all()
    assert all(prior.is_fallback for prior in result.priors)


def test_no_features():
    assert rank([], n=0).ranks.tolist() == []


def test_a_criterion_that_nobody_rated_takes_the_average():
    result = rank([(0, 0, 0, 5), (1, 0, 0, 3), (1, 1, 0, 1)], n=2)
    assert np.isnan(result.means[0, 1])
    assert result.shrunk[0, 1] == result.priors[1].mean == 1
    assert result.ranks.tolist() == [1, 2]


def test_equal_scores_go_by_id():
    one_vote_each = [(i, c, 0, 4) for i in range(3) for c in (0, 1)]
    assert rank(one_vote_each, n=3, ids=np.array([30, 10, 20])).ranks.tolist() == [3, 1, 2]


def test_on_a_cost_scale_the_small_one_wins():
    votes = [(0, c, 0, 2) for c in (0, 1)] + [(1, c, 0, 4) for c in (0, 1)]
    assert rank(votes, n=2).ranks.tolist() == [2, 1]
    assert rank(votes, n=2, costs=(True, True)).ranks.tolist() == [1, 2]


def test_one_loud_voter_does_not_lead_many():
    many = [(0, c, 0, 4 + k % 2) for c in (0, 1) for k in range(10)]
    rest = [(i, c, 0, 2) for i in (2, 3, 4) for c in (0, 1) for _ in range(4)]
    loud = [(1, c, 0, 5) for c in (0, 1)]
    assert rank(many + rest + loud).ranks[:2].tolist() == [1, 2]


@given(votes, st.permutations(range(5)))
def test_permuting_features_permutes_results(votes, order):
    ids = np.arange(1, 6)
    plain = rank(votes, ids=ids)
    moved = rank([(order.index(i), c, d, x) for i, c, d, x in votes], ids=ids[order])
    assert moved.scores == pytest.approx(plain.scores[order])
    assert moved.ranks.tolist() == plain.ranks[order].tolist()


@given(votes)
def test_ranks_run_from_one_without_gaps_over_what_was_voted_on(votes):
    result = rank(votes)
    ranked = sorted(result.ranks[result.ranks > 0].tolist())
    assert ranked == list(range(1, len({vote[0] for vote in votes}) + 1))
    assert ((result.scores >= 0) & (result.scores <= 100)).all()


@given(votes, st.floats(0.01, 100))
def test_the_scale_of_the_criteria_weights_is_irrelevant(votes, factor):
    scaled = rank(votes, weights=(2 * factor, factor))
    assert scaled.scores == pytest.approx(rank(votes).scores)
