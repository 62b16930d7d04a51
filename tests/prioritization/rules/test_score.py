import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pymcdm.methods import WSM

from prioritization.rules import scales
from prioritization.rules.score import additive_score, benefit, contributions, order_by_score

DEFAULT = np.array([0.35, 0.25, 0.15, 0.25])
EFFORT = np.array([False, True, False, False])

means = hnp.arrays(float, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(1, 5))


def weights_of(m):
    return hnp.arrays(float, m, elements=st.floats(0.01, 100))


def test_the_worked_example():
    points = scales.points(np.array([[4.2, 3.0, 3.5, 4.0]]))
    assert points == pytest.approx(np.array([[80, 50, 62.5, 75]]))
    assert contributions(points, DEFAULT) == pytest.approx(np.array([[28, 12.5, 9.375, 18.75]]))
    assert additive_score(points, DEFAULT) == pytest.approx([68.625])
    assert benefit(points, DEFAULT, EFFORT) == pytest.approx([74.8333], abs=5e-5)


@pytest.mark.parametrize(("others", "min_max"), [([(2, 2)], [0.5, 0.75]), ([(2, 2), (3, 5)], [0.5, 0.45])])
def test_a_further_feature_reverses_no_pair(others, min_max):
    """The example of rank reversal: min-max over the set puts A below B, and above it once D exists."""
    ratings = np.array([(4, 2), (3, 3.2), *others], dtype=float)
    scores = additive_score(scales.points(ratings), np.array([1.0, 1.0]))
    assert scores[:2] / 100 == pytest.approx([0.5, 0.525])
    of_the_set = (ratings - ratings.min(axis=0)) / np.ptp(ratings, axis=0)
    assert of_the_set.mean(axis=1)[:2] == pytest.approx(min_max)


def test_benefit_needs_something_beside_effort():
    with pytest.raises(ValueError, match="weight"):
        benefit(np.ones((1, 2)), np.array([0.0, 1.0]), np.array([False, True]))


@given(st.data(), means)
def test_pymcdm_agrees_and_every_score_is_on_the_scale(data, ratings):
    weights = data.draw(weights_of(ratings.shape[1]))
    points = scales.points(ratings)
    scores = additive_score(points, weights)
    assert ((scores >= -1e-9) & (scores <= 100 + 1e-9)).all()
    oracle = WSM(normalization_function=lambda column, cost=False: column / 100)
    expected = oracle(points, weights / weights.sum(), np.ones(len(weights)), validation=False)
    assert scores == pytest.approx(100 * expected, abs=1e-6)


@given(st.data(), means)
def test_raising_a_rating_never_lowers_a_score_and_on_a_cost_scale_never_raises_it(data, ratings):
    n, m = ratings.shape
    weights = data.draw(weights_of(m))
    i, c = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, m - 1))
    raised = ratings.copy()
    raised[i, c] = data.draw(st.floats(ratings[i, c], 5))
    for is_cost, sign in ((False, 1), (True, -1)):
        before = additive_score(scales.points(ratings, is_cost=is_cost), weights)
        after = additive_score(scales.points(raised, is_cost=is_cost), weights)
        assert sign * (after[i] - before[i]) >= -1e-9
        assert np.delete(after, i).tolist() == np.delete(before, i).tolist()


@given(st.data(), means)
def test_a_further_feature_and_other_scales_of_the_weights_change_no_score(data, ratings):
    weights = data.draw(weights_of(ratings.shape[1]))
    further = data.draw(hnp.arrays(float, (2, ratings.shape[1]), elements=st.floats(1, 5)))
    scores = additive_score(scales.points(ratings), weights)
    with_more = additive_score(scales.points(np.vstack([ratings, further])), weights)
    assert with_more[: len(ratings)].tolist() == scores.tolist()
    factor = data.draw(st.floats(0.01, 100))
    assert additive_score(scales.points(ratings), factor * weights) == pytest.approx(scores)


@given(st.data(), means)
def test_the_order_of_features_and_criteria_is_irrelevant(data, ratings):
    n, m = ratings.shape
    weights = data.draw(weights_of(m))
    rows, columns = data.draw(st.permutations(range(n))), data.draw(st.permutations(range(m)))
    scores = additive_score(scales.points(ratings), weights)
    shuffled = additive_score(scales.points(ratings[np.ix_(rows, columns)]), weights[columns])
    assert shuffled == pytest.approx(scores[rows])


@pytest.mark.parametrize(
    ("scores", "ids", "order"),
    [
        ([50.0, 70.0, 60.0], [1, 2, 3], [1, 2, 0]),
        ([50.0, 50.0, 50.0], [9, 2, 5], [1, 2, 0]),
        ([50.0, 50.0 + 1e-13], [1, 2], [0, 1]),
        ([], [], []),
    ],
)
def test_order_is_by_score_then_by_id(scores, ids, order):
    assert order_by_score(np.array(scores), np.array(ids, dtype=np.int64)).tolist() == order
