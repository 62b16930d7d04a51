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


@settings(max_examples=60)
@given(points, weights, st.data())
def test_a_tornado_is_the_workers_at_every_end(rows, shares, data):
    feature = data.draw(st.integers(0, len(rows) - 1))
    ids = data.draw(st.permutations(range(len(rows))))
    found = what_if.tornado(rows, shares, ids, feature)
    oracle = sensitivity.tornado(np.array(rows), np.array(ids), np.array(shares), feature)
    assert [each.scores for each in found] == [pytest.approx(tuple(row[:2]), abs=1e-9) for row in oracle]
    assert [each.ranks for each in found] == [tuple(row[2:]) for row in oracle]
    for each, share in zip(found, shares, strict=True):
        assert each.shares == pytest.approx((max(share - 0.1, 0), min(share + 0.1, 1)))


def test_a_tornado_of_the_example():
    swings = what_if.tornado([A, B], SHARES, [1, 2], 0)
    assert swings[0].scores == pytest.approx((66.875, 70.375))
    assert swings[0].ranks == (2, 1)
    assert swings[0].width == pytest.approx(3.5)


def test_equal_scores_rank_by_id_in_a_tornado_too():
    assert [each.ranks for each in what_if.tornado([A, A, A], SHARES, [7, 3, 5], 2)] == [(2, 2)] * 4


def test_where_one_criterion_has_nearly_all_the_weight_the_others_share_what_it_gives():
    for shares in ([1.0, 0, 0, 0], [0.997, 0.001, 0.001, 0.001]):
        oracle = sensitivity.tornado(np.array([A, B]), np.array([1, 2]), np.array(shares), 0)
        found = what_if.tornado([A, B], shares, [1, 2], 0)
        assert [(*each.scores, *each.ranks) for each in found] == [pytest.approx(tuple(row)) for row in oracle]


def test_a_weight_below_ten_points_ends_at_nothing():
    assert what_if.tornado([[80.0, 20.0]], [0.96, 0.04], [1], 0)[1].shares == pytest.approx((0.0, 0.14))


def test_the_examples_nearest_weights():
    assert what_if.nearest_flip(A, B, SHARES) == pytest.approx([0.367677, 0.231313, 0.161616, 0.239394], abs=5e-7)
    assert what_if.nearest_flip(A, A, SHARES) == pytest.approx(SHARES)
    assert what_if.nearest_flip([50] * 4, [40] * 4, SHARES) is None


def test_only_what_both_have_alike_may_weigh_where_one_is_nowhere_worse():
    assert what_if.nearest_flip([50, 80], [50, 20], [0.3, 0.7]) == pytest.approx([1, 0])


few_weights = st.integers(2, 6).flatmap(
    lambda m: st.tuples(
        *(st.lists(st.integers(0, 20).map(lambda each: each * 5.0), min_size=m, max_size=m) for _ in range(2)),
        st.lists(st.integers(0, 9), min_size=m, max_size=m).filter(any),
    )
)


@settings(max_examples=150)
@given(few_weights)
def test_the_nearest_weights_are_the_workers(drawn):
    one, other, entered = drawn
    shares = [each / sum(entered) for each in entered]
    found = what_if.nearest_flip(one, other, shares)
    oracle = sensitivity.nearest_flip(np.array(one), np.array(other), np.array(shares))
    assert (found is None) == (oracle is None)
    if found is not None:
        assert found == pytest.approx(oracle.tolist(), abs=1e-7)
        assert sum(found) == pytest.approx(1) and min(found) >= 0
        assert what_if.score(one, found) == pytest.approx(what_if.score(other, found), abs=1e-6)


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
