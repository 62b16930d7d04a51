import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.disagreement import agreement, polarization, split, spread

rows = hnp.arrays(float, st.tuples(st.integers(1, 5), st.integers(3, 7)), elements=st.integers(0, 30))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((30, 40, 210, 130, 530, 50, 10), 0.611333),
        ((3, 0, 0, 0, 3), -1),
        ((1, 1, 1, 1, 1), 0),
        ((0, 2, 5, 1, 0), 0.75),
        ((4, 1, 0, 1, 2), -0.069444),
        ((0, 0, 7, 0, 0), 1),
        ((2, 2, 0, 0, 0), 0.75),
    ],
)
def test_agreement_of_worked_examples(counts, expected):
    assert agreement(np.array([counts])) == pytest.approx([expected], abs=5e-7)


def test_nobody_agrees_where_nobody_voted():
    assert np.isnan(agreement(np.zeros((1, 5)))).all()


@given(rows, st.integers(1, 9))
def test_agreement_is_blind_to_the_number_of_votes_and_to_turning_the_scale(counts, factor):
    plain = agreement(counts)
    assert agreement(counts * factor) == pytest.approx(plain, nan_ok=True)
    assert agreement(counts[:, ::-1]) == pytest.approx(plain, nan_ok=True)


@given(rows)
def test_agreement_is_whole_only_where_all_gave_one_answer(counts):
    for one, occupied in zip(agreement(counts), (counts > 0).sum(axis=1), strict=True):
        if occupied:
            assert -1 - 1e-9 <= one <= 1 + 1e-9
            assert (one > 1 - 1e-9) == (occupied == 1)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((1, 0, 0, 0, 1), np.nan), ((2, 0, 0, 0, 1), 0.5 * (1 - (-1 * 2 / 3 + 1 / 3))), ((3, 0, 0, 0, 3), 1)],
)
def test_two_votes_are_too_few_to_be_polarized(counts, expected):
    assert polarization(np.array([counts], dtype=float)) == pytest.approx([expected], nan_ok=True)


def split_of(counts, weights):
    return split(polarization(counts.reshape(-1, 5)).reshape(counts.shape[:2]), weights)


def test_split_weighs_the_criteria_that_have_enough_votes():
    apart, together, few = (3, 0, 0, 0, 3), (0, 0, 6, 0, 0), (1, 0, 0, 0, 1)
    counts = np.array([[apart, together, few], [few, few, few]], dtype=float)
    assert split_of(counts, np.array([3.0, 1.0, 4.0])) == pytest.approx([0.75, np.nan], nan_ok=True)


def test_a_criterion_without_weight_splits_nobody():
    counts = np.array([[(3, 0, 0, 0, 3), (0, 6, 0, 0, 0)]], dtype=float)
    assert split_of(counts, np.array([0.0, 1.0])) == pytest.approx([0])


@pytest.mark.parametrize(
    ("counts", "deviation", "share"),
    [
        ((3, 0, 0, 0, 3), 2, 1),
        ((0, 0, 6, 0, 0), 0, 0),
        ((6, 0, 0, 0, 0), 0, 0),
        ((1, 1, 1, 1, 1), 2**0.5, 2**0.5 / 2),
        ((0, 0, 0, 0, 0), np.nan, np.nan),
    ],
)
def test_spread_and_its_share_of_the_largest_possible(counts, deviation, share):
    found = spread(np.array([counts], dtype=float))
    assert found[0] == pytest.approx([deviation], nan_ok=True)
    assert found[1] == pytest.approx([share], nan_ok=True)


@given(rows)
def test_no_spread_is_larger_than_its_bound(counts):
    share = spread(counts)[1]
    assert (share[counts.sum(axis=1) > 0] <= 1 + 1e-9).all()
