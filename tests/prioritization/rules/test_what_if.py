"""The plain answers against METHODS' example, and against the numpy rules that were tested before them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prioritization.rules import sensitivity, what_if

SHARES = [0.35, 0.25, 0.15, 0.25]
A, B = [80.0, 50.0, 62.5, 75.0], [60.0, 75.0, 50.0, 90.0]

points = st.lists(
    st.lists(st.integers(0, 20).map(lambda each: each * 5.0), min_size=4, max_size=4), min_size=2, max_size=12
)
weights = st.lists(st.integers(1, 9), min_size=4, max_size=4).map(lambda each: [one / sum(each) for one in each])


def sorted_by_score(rows, shares):
    return [rows[i] for i in what_if.order(rows, shares, range(len(rows)))]


def test_the_worked_example():
    assert what_if.score(A, SHARES) == pytest.approx(68.625)
    assert what_if.score(B, SHARES) == pytest.approx(69.75)
    for criterion, t in enumerate((0.384615, 0.214660, 0.220183, 0.189189)):
        low, high = what_if.stable_order([B, A], SHARES, criterion)
        assert (high if t > SHARES[criterion] else low) == pytest.approx(t, abs=1e-6)
    assert what_if.least_move(A, B, SHARES) == pytest.approx([0.375, 0.225, 0.15, 0.25])


def test_who_is_better_in_everything_is_never_overtaken():
    assert what_if.least_move([50, 50, 50, 50], [40, 40, 40, 40], SHARES) is None
    assert what_if.stable_order([[50] * 4, [40] * 4], SHARES, 0) == (0.0, 1.0)
    assert what_if.share_for_top([[50] * 4, [40] * 4], SHARES, 0, 1, top=1) is None


def test_weights_that_move_a_feature_across_the_cut():
    assert what_if.share_for_top([B, A], SHARES, 0, 1, top=1) == pytest.approx(0.384615, abs=1e-6)
    assert what_if.share_for_top([B, A], SHARES, 0, 0, top=1) == pytest.approx(0.384615, abs=1e-6)
    assert what_if.share_for_top([B, A], SHARES, 0, 0, top=2) is None


def test_what_is_level_now_passes_on_the_side_where_its_lead_grows():
    rows = [[0, 0, 0, 0], [0, 0, 0, 0], [5, 0, 0, 0], [0, 0, 0, 35], [5, 0, 5, 20]]
    assert what_if.share_for_top(rows, [0.4, 0.2, 0.2, 0.2], 0, 3, top=2) == pytest.approx(0.7)


def test_a_grid_counts_who_is_replaced_and_leaves_out_what_no_weights_are():
    found = what_if.grid([B, A], SHARES, 0, 1, (-0.3, 0.0, 0.05), top=1)
    assert found[1] == [0, 0, 1]
    assert found[0] == [None, None, None]
    assert what_if.grid([B, A], [0.5, 0.5, 0, 0], 0, 1, (-0.1, 0.1), top=1) == [[None, 1], [0, None]]


@settings(max_examples=40)
@given(points, weights, st.integers(0, 3), st.integers(1, 11))
def test_it_agrees_with_the_rules_of_the_worker(rows, shares, criterion, top):
    rows = sorted_by_score(rows, shares)
    matrix, ids, w = np.array(rows), np.arange(len(rows)), np.array(shares)
    assert what_if.stable_order(rows, shares, criterion) == pytest.approx(
        sensitivity.stable_order(matrix, ids, w, criterion), abs=1e-6
    )
    assert what_if.stable_top(rows, shares, criterion, top=top) == pytest.approx(
        sensitivity.stable_top(matrix, ids, w, criterion, top=top), abs=1e-6
    )
    flip, oracle = what_if.least_move(rows[0], rows[1], shares), sensitivity.smallest_move(matrix[0], matrix[1], w)
    assert (flip is None) == (oracle is None)
    if flip is not None:
        assert flip == pytest.approx(oracle.tolist(), abs=1e-9)


@settings(max_examples=40)
@given(points, weights, st.integers(0, 3), st.data())
def test_just_past_the_weight_it_is_on_the_other_side_and_just_before_it_is_not(rows, shares, criterion, data):
    feature = data.draw(st.integers(0, len(rows) - 1))
    top = data.draw(st.integers(1, max(1, len(rows) - 1)))
    t = what_if.share_for_top(rows, shares, criterion, feature, top=top)

    def is_in(share):
        changed = what_if.with_share(shares, criterion, share)
        return feature in what_if.order(rows, changed, range(len(rows)))[:top]

    now = is_in(shares[criterion])
    if t is None:
        assert all(
            is_in(share) is now for share in np.linspace(0.001, 0.999, 41) if abs(share - shares[criterion]) > 1e-6
        )
        return
    way = 1 if t > shares[criterion] else -1
    before = t - way * min(1e-7, abs(t - shares[criterion]) / 2)
    assert abs(t - shares[criterion]) < 1e-6 or is_in(before) is now
