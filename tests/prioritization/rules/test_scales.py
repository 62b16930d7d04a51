import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.scales import points, shares

ratings = st.floats(1, 5)


@pytest.mark.parametrize(("rating", "expected"), [(1, 0), (2, 25), (3, 50), (3.5, 62.5), (4.2, 80), (5, 100)])
def test_points_of_a_rating(rating, expected):
    assert points(rating) == pytest.approx(expected)


@pytest.mark.parametrize(("rating", "expected"), [(1, 100), (3.5, 37.5), (5, 0)])
def test_on_a_cost_scale_one_is_the_good_end(rating, expected):
    assert points(rating, is_cost=True) == pytest.approx(expected)


@given(ratings, ratings)
def test_a_higher_rating_never_has_fewer_points_and_on_a_cost_scale_never_more(one, other):
    low, high = sorted((one, other))
    assert points(low) <= points(high)
    assert points(low, is_cost=True) >= points(high, is_cost=True)


def test_shares_keep_the_order_and_sum_to_one():
    assert shares([35, 20, 15, 30]) == pytest.approx((0.35, 0.2, 0.15, 0.3))


@given(st.lists(st.floats(0, 1e6), min_size=1).filter(lambda weights: sum(weights) > 1e-6), st.floats(1e-3, 1e3))
def test_scaling_all_weights_alike_changes_no_share(weights, factor):
    assert shares([weight * factor for weight in weights]) == pytest.approx(shares(weights))
    assert sum(shares(weights)) == pytest.approx(1)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -0.1]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weight"):
        shares(weights)
