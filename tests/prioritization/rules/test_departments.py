import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.departments import furthest_apart, heat, share_between


def widest_gap(means, counts, *, feature_mean, prior_weight, within):
    """One feature and one criterion."""
    return furthest_apart(
        [means[None, :]],
        [counts[None, :]],
        feature_means=[np.array([feature_mean])],
        prior_weights=[prior_weight],
        within=[within],
    )[0]


def test_the_worked_example():
    values = np.array([2.0, 2, 3, 5, 4, 3])
    assert share_between(values, np.array([0, 0, 0, 1, 1, 2])) == pytest.approx(0.829268, abs=5e-7)


@pytest.mark.parametrize("values", [[], [3.0], [4.0, 4.0, 4.0]])
def test_where_nobody_differs_there_is_no_share(values):
    assert share_between(np.array(values), np.arange(len(values))) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), min_size=1, max_size=20))
def test_the_share_is_a_share(votes):
    department, values = np.array(votes).T
    found = share_between(values.astype(float), department)
    assert found is None or -1e-9 <= found <= 1 + 1e-9


def test_the_widest_gap_is_between_shrunk_means():
    # means 1 (4 votes), 5 (1 vote), 4.6 (6 votes) around 3.4 with k 4: shrunk 2.2, 3.72, 4.12
    gap = widest_gap(np.array([1.0, 5.0, 4.6]), np.array([4.0, 1, 6]), feature_mean=3.4, prior_weight=4, within=1)
    assert (gap.low, gap.high) == (0, 2)
    assert (gap.low_mean, gap.high_mean, gap.size) == pytest.approx((2.2, 4.12, 1.92))
    assert gap.z == pytest.approx(1.92 / (1 / 8 + 1 / 10) ** 0.5)


@pytest.mark.parametrize("counts", [[0.0, 0, 0], [3.0, 0, 0]])
def test_one_department_has_nobody_to_differ_from(counts):
    means = np.array([2.0, np.nan, np.nan])
    assert widest_gap(means, np.array(counts), feature_mean=3, prior_weight=4, within=1) is None


def test_departments_that_agree_have_a_gap_of_nothing():
    gap = widest_gap(np.array([3.0, 3.0]), np.array([2.0, 2]), feature_mean=3, prior_weight=4, within=1)
    assert (gap.low, gap.high, gap.size, gap.z) == (0, 1, 0, 0)


@given(
    hnp.arrays(float, 4, elements=st.floats(1, 5)), hnp.arrays(float, 4, elements=st.integers(1, 9)), st.floats(1, 25)
)
def test_a_gap_is_never_wider_than_that_of_the_bare_means(means, counts, k):
    gap = widest_gap(means, counts, feature_mean=float(means @ counts / counts.sum()), prior_weight=k, within=1)
    assert -1e-9 <= gap.size <= np.ptp(means) + 1e-9


def test_the_criterion_with_the_widest_gap_is_named():
    near, far = np.array([[3.0, 3.5]]), np.array([[2.0, 5.0]])
    two = np.full((1, 2), 6.0)
    middle = np.array([3.25])
    gap = furthest_apart([near, far], [two, two], feature_means=[middle, middle], prior_weights=[4, 4], within=[1, 1])[
        0
    ]
    assert gap.criterion == 1


def test_no_features_no_gaps():
    nothing = np.zeros((0, 2))
    assert furthest_apart([nothing], [nothing], feature_means=[np.zeros(0)], prior_weights=[4], within=[1]) == []


@pytest.mark.parametrize(
    ("chance", "split", "expected"),
    [(0.5, 1.0, 1), (0.5, 0.4, 0.4), (1.0, 1.0, 0), (0.0, 1.0, 0), (0.9, 0.5, 0.18), (0.5, np.nan, 0)],
)
def test_a_hot_spot_is_both_uncertain_and_contested(chance, split, expected):
    assert heat(np.array([chance]), np.array([split])) == pytest.approx([expected])
