import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.influence import capped, influence, largest_influence, median, trimmed_mean

RATINGS = np.array([1.0, 4, 4, 5, 5])
ALIKE = np.ones(5)

ratings = st.lists(st.integers(1, 5), min_size=1, max_size=9).map(lambda x: np.array(x, dtype=float))
some_weights = hnp.arrays(float, st.integers(1, 9), elements=st.floats(0.05, 10))


def test_the_worked_example():
    found = influence(RATINGS, ALIKE, prior_mean=3.2, prior_weight=4)
    assert found[0] == pytest.approx(-0.316667, abs=5e-7)
    assert found[4] == pytest.approx(0.183333, abs=5e-7)
    assert largest_influence(ALIKE, prior_weight=4) == pytest.approx(np.full(5, 0.444444), abs=5e-7)
    assert trimmed_mean(RATINGS, ALIKE) == pytest.approx(4.333333, abs=5e-7)
    assert median(RATINGS, ALIKE) == 4


def test_who_weighs_nothing_moves_nothing():
    weights = np.array([0.0, 1, 1, 1, 1])
    assert influence(RATINGS, weights, prior_mean=3.2, prior_weight=4)[0] == 0
    assert largest_influence(weights, prior_weight=4)[0] == 0
    assert largest_influence(np.zeros(3), prior_weight=4).tolist() == [0, 0, 0]
    assert median(RATINGS, np.zeros(5)) is trimmed_mean(RATINGS, np.zeros(5)) is None


def test_the_only_voter_moves_the_mean_from_the_prior():
    found = influence(np.array([5.0]), np.array([1.0]), prior_mean=3, prior_weight=4)
    assert found == pytest.approx([0.4])


@given(ratings, st.floats(1, 5), st.floats(1, 25))
def test_influence_keeps_below_its_bound_and_is_the_same_for_the_same_rating(values, mu, k):
    weights = np.ones(len(values))
    found = influence(values, weights, prior_mean=mu, prior_weight=k)
    assert (np.abs(found) <= largest_influence(weights, prior_weight=k) + 1e-9).all()
    for value in np.unique(values):
        assert np.ptp(found[values == value]) == pytest.approx(0, abs=1e-9)


@given(ratings, some_weights, st.floats(1, 25), st.integers(1, 5), st.data())
def test_changing_one_rating_never_moves_the_mean_further_than_the_bound(values, weights, k, instead, data):
    n = min(len(values), len(weights))
    values, weights = values[:n], weights[:n]
    i = data.draw(st.integers(0, n - 1))
    changed = values.copy()
    changed[i] = instead
    effective = weights.sum() ** 2 / np.square(weights).sum()
    moved = (weights @ (changed - values)) / weights.sum() * effective / (effective + k)
    assert abs(moved) <= largest_influence(weights, prior_weight=k)[i] + 1e-9


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([9, 1, 1, 1], [3, 1, 1, 1]),
        ([3, 1, 1, 1], [3, 1, 1, 1]),
        ([9, 1], [9, 1]),
        ([9, 1, 0], [9, 1, 0]),
        ([0, 0, 0], [0, 0, 0]),
    ],
)
def test_nobody_weighs_more_than_all_others_together(weights, expected):
    assert capped(np.array(weights, dtype=float)).tolist() == expected


def test_a_cap_that_cannot_hold_makes_all_equal():
    assert capped(np.array([5.0, 2, 1, 0]), largest_share=1 / 3).tolist() == [1, 1, 1, 0]


@given(hnp.arrays(float, st.integers(3, 9), elements=st.floats(0.05, 100)), st.floats(0.35, 1))
def test_capped_weights_keep_to_the_cap_and_raise_nobody(weights, share):
    found = capped(weights, largest_share=share)
    assert found.max() <= share * found.sum() + 1e-9
    assert (found <= weights + 1e-9).all()


@given(ratings, some_weights)
def test_the_median_stays_when_votes_above_it_go_up(values, weights):
    n = min(len(values), len(weights))
    values, weights = values[:n], weights[:n]
    before = median(values, weights)
    assert median(np.where(values > before, 5.0, values), weights) == before


@given(ratings)
def test_at_equal_weights_it_is_the_lower_of_two_middle_ones(values):
    assert median(values, np.ones(len(values))) == np.percentile(values, 50, method="lower")


@given(ratings, some_weights)
def test_robust_means_lie_among_the_ratings(values, weights):
    n = min(len(values), len(weights))
    values, weights = values[:n], weights[:n]
    for found in (median(values, weights), trimmed_mean(values, weights)):
        assert values.min() - 1e-9 <= found <= values.max() + 1e-9
