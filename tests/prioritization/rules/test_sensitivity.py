import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.score import order_by_score
from prioritization.rules.sensitivity import (
    crossing,
    nearest_flip,
    smallest_move,
    stable_order,
    stable_top,
    tornado,
    weights_with,
)

SHARES = np.array([0.35, 0.25, 0.15, 0.25])
A = np.array([80, 50, 62.5, 75])
B = np.array([60, 75, 50.0, 90])

point = st.integers(0, 20).map(lambda x: 5.0 * x)
points_of_some = hnp.arrays(float, st.tuples(st.integers(2, 7), st.just(4)), elements=point)
shares = hnp.arrays(float, 4, elements=st.integers(1, 20)).map(lambda w: w / w.sum())


def test_the_worked_example_crosses_where_it_says():
    assert SHARES @ A == 68.625
    assert SHARES @ B == 69.75
    found = [crossing(A, B, SHARES, c) for c in range(4)]
    assert found == pytest.approx([0.384615, 0.214660, 0.220183, 0.189189], abs=5e-7)


def test_the_worked_examples_nearest_weights_and_smallest_move():
    nearest = nearest_flip(A, B, SHARES)
    assert nearest == pytest.approx([0.367677, 0.231313, 0.161616, 0.239394], abs=5e-7)
    assert np.linalg.norm(nearest - SHARES) == pytest.approx(0.030151, abs=5e-7)
    assert smallest_move(A, B, SHARES) == pytest.approx([0.375, 0.225, 0.15, 0.25])


def test_one_that_is_better_in_everything_is_never_flipped():
    assert nearest_flip(A, A - 5, SHARES) is None
    assert smallest_move(A, A - 5, SHARES) is None
    assert smallest_move(A - 5, A, SHARES) is None
    assert all(crossing(A, A - 5, SHARES, c) is None for c in range(4))


def test_two_alike_need_no_change():
    assert nearest_flip(A, A, SHARES) == pytest.approx(SHARES)
    assert smallest_move(A, A, SHARES) == pytest.approx(SHARES)


def test_a_giver_that_has_too_little_is_helped_by_the_next():
    # to make B meet A nearly all weight must go to the one criterion in which A is worse
    one, other = np.array([100.0, 90, 0]), np.array([0.0, 0, 10])
    moved = smallest_move(one, other, np.array([0.3, 0.5, 0.2]))
    assert moved @ one == pytest.approx(moved @ other)
    assert moved[0] == 0
    assert 0 < moved[1] < 0.5


@pytest.mark.parametrize(("share", "expected"), [(0.0, [0, 0.5, 0.5]), (0.5, [0.5, 0.25, 0.25]), (1.0, [1, 0, 0])])
def test_the_others_keep_their_proportions_or_share_evenly(share, expected):
    assert weights_with(np.array([0.2, 0.4, 0.4]), 0, share) == pytest.approx(expected)
    assert weights_with(np.array([1.0, 0, 0]), 0, share) == pytest.approx(expected)


def test_the_order_is_stable_between_its_nearest_crossings():
    points = np.array([A, B])
    for c, at in enumerate((0.384615, 0.214660, 0.220183, 0.189189)):
        low, high = stable_order(points, np.array([1, 2]), SHARES, c)
        expected = (0, at) if at > SHARES[c] else (at, 1)
        assert (low, high) == pytest.approx(expected, abs=5e-7)


@given(points_of_some, shares, st.integers(0, 3))
def test_at_a_crossing_the_scores_agree(points, w, c):
    at = crossing(points[0], points[1], w, c)
    if at is not None:
        moved = weights_with(w, c, at)
        assert moved @ points[0] == pytest.approx(moved @ points[1], abs=1e-9)


@given(points_of_some, shares, st.integers(0, 3), st.data())
def test_within_its_interval_the_order_never_changes(points, w, c, data):
    ids = np.arange(len(points))
    low, high = stable_order(points, ids, w, c)
    assert low <= w[c] + 1e-12
    assert high >= w[c] - 1e-12
    inside = data.draw(st.floats(0.001, 0.999)) * (high - low) + low
    before, after = order_by_score(points @ w, ids), order_by_score(points @ weights_with(w, c, inside), ids)
    assert before.tolist() == after.tolist()


@given(points_of_some, shares, st.integers(0, 3), st.data())
def test_within_its_interval_the_top_never_changes(points, w, c, data):
    ids, top = np.arange(len(points)), data.draw(st.integers(0, len(points)))
    low, high = stable_top(points, ids, w, c, top=top)
    inside = data.draw(st.floats(0.001, 0.999)) * (high - low) + low
    before, after = order_by_score(points @ w, ids), order_by_score(points @ weights_with(w, c, inside), ids)
    assert set(before[:top].tolist()) == set(after[:top].tolist())


def test_the_top_is_looked_at_in_blocks(monkeypatch):
    draw = np.random.default_rng(4)
    sets = [5.0 * draw.integers(0, 21, (30, 4)) for _ in range(8)]

    def intervals():
        return [stable_top(points, np.arange(30), SHARES, c, top=12) for points in sets for c in range(4)]

    found = intervals()
    monkeypatch.setattr("prioritization.rules.sensitivity.BLOCK", 40)
    assert intervals() == found


@given(points_of_some, shares, st.integers(0, 3))
def test_just_outside_the_interval_the_order_is_another(points, w, c):
    ids = np.arange(len(points))
    order = order_by_score(points @ w, ids).tolist()
    low, high = stable_order(points, ids, w, c)
    for end, outside in ((low, low - 1e-4), (high, high + 1e-4)):
        if 1e-3 < end < 1 - 1e-3:
            assert order_by_score(points @ weights_with(w, c, outside), ids).tolist() != order


@given(points_of_some, shares, st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_no_sampled_flip_is_nearer_than_the_nearest(points, w, seed):
    one, other = points[:2]
    nearest, least = nearest_flip(one, other, w), smallest_move(one, other, w)
    sampled = np.random.default_rng(seed).dirichlet(np.ones(4), 2000)
    sign = np.sign(round(float(w @ (one - other)), 9))
    flipped = sampled[np.sign(sampled @ (one - other)) != sign]
    if nearest is None or least is None:
        assert nearest is least is None
        assert sign == 0 or not len(flipped)
        return
    for found in (nearest, least):
        assert found.sum() == pytest.approx(1)
        assert (found >= 0).all()
        assert found @ one == pytest.approx(found @ other, abs=1e-6)
    if len(flipped):
        assert np.linalg.norm(nearest - w) <= np.linalg.norm(flipped - w, axis=1).min() + 1e-9
        assert np.abs(least - w).sum() <= np.abs(flipped - w).sum(axis=1).min() + 1e-9


def test_a_grid_of_all_weights_finds_nothing_nearer():
    grid = np.array(
        [(a, b, c, 100 - a - b - c) for a in range(101) for b in range(101 - a) for c in range(101 - a - b)]
    )
    grid = grid / 100
    flipped = grid[(grid @ (A - B)) >= 0]
    assert np.linalg.norm(flipped - SHARES, axis=1).min() == pytest.approx(0.030151, abs=0.01)
    assert np.abs(flipped - SHARES).sum(axis=1).min() == pytest.approx(0.05, abs=0.011)
    assert np.linalg.norm(flipped - SHARES, axis=1).min() >= 0.030151 - 1e-6


def test_tornado_tells_score_and_rank_at_both_ends():
    found = tornado(np.array([A, B]), np.array([1, 2]), SHARES, 0)
    for c, row in enumerate(found):
        for end, score, rank in ((-0.1, row[0], row[2]), (0.1, row[1], row[3])):
            moved = weights_with(SHARES, c, SHARES[c] + end)
            assert score == pytest.approx(moved @ A)
            assert rank == (1 if moved @ A >= moved @ B else 2)


def test_more_criteria_than_can_be_tried_are_refused():
    with pytest.raises(ValueError, match="12"):
        nearest_flip(np.zeros(13), np.ones(13), np.full(13, 1 / 13))
