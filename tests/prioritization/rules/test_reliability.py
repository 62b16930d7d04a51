import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.reliability import alpha, concordance

KRIPPENDORFF = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
tables = hnp.arrays(float, st.tuples(st.integers(2, 12), st.just(5)), elements=st.integers(0, 4))
ratings = hnp.arrays(float, st.tuples(st.integers(2, 6), st.integers(2, 7)), elements=st.integers(1, 5))


def counted(text):
    rows = [line.split() for line in text.strip().splitlines()]
    return np.array([[column.count(str(value)) for value in range(1, 6)] for column in zip(*rows, strict=True)], float)


@pytest.mark.parametrize(("metric", "expected"), [("ordinal", 0.815388), ("nominal", 0.743421), ("interval", 0.849107)])
def test_alpha_of_krippendorffs_own_example(metric, expected):
    assert alpha(counted(KRIPPENDORFF), metric=metric) == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("counts", [[[3, 0, 0, 0, 0], [2, 0, 0, 0, 0]], [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0]], [[0] * 5]])
def test_where_nothing_can_be_compared_alpha_says_nothing(counts):
    assert alpha(np.array(counts, dtype=float)) is None


def test_full_agreement_on_different_things_is_one():
    assert alpha(np.array([[3, 0, 0, 0, 0], [0, 0, 0, 0, 3]], dtype=float)) == pytest.approx(1)


@given(tables, st.randoms())
def test_alpha_is_blind_to_the_order_of_features_and_to_turning_the_scale(counts, random):
    plain = alpha(counts)
    shuffled = alpha(counts[random.sample(range(len(counts)), len(counts))])
    assert shuffled == (plain if plain is None else pytest.approx(plain, abs=1e-9))
    turned = alpha(counts[:, ::-1])
    assert turned == (plain if plain is None else pytest.approx(plain, abs=1e-9))


@given(tables, st.integers(1, 4))
def test_ordinal_alpha_is_blind_to_a_new_answer_that_nobody_gives(counts, at):
    """A strictly monotone relabelling: 1 2 3 4 5 becomes, say, 1 2 4 5 6."""
    relabelled = np.insert(counts, at, 0, axis=1)
    plain = alpha(counts)
    assert alpha(relabelled) == (plain if plain is None else pytest.approx(plain, abs=1e-9))


@given(tables)
def test_alpha_is_never_above_one(counts):
    found = alpha(counts)
    assert found is None or found <= 1 + 1e-9


def test_concordance_of_the_worked_example():
    found = concordance(np.array([(5, 4, 2, 1), (4, 4, 3, 1), (5, 3, 3, 2)], dtype=float))
    assert found == pytest.approx(0.940476, abs=5e-7)


@pytest.mark.parametrize("table", [[[1, 2, 3]], [[1], [2]], [[3, 3, 3], [2, 2, 2]]])
def test_no_order_no_concordance(table):
    assert concordance(np.array(table, dtype=float)) is None


def test_one_order_is_one_and_opposite_orders_are_nothing():
    assert concordance(np.array([(1, 2, 3), (2, 3, 4)], dtype=float)) == 1
    assert concordance(np.array([(1, 2, 3), (3, 2, 1)], dtype=float)) == 0


@given(ratings, st.randoms())
def test_concordance_is_a_share_and_blind_to_the_order_of_voters(table, random):
    found = concordance(table)
    if found is not None:
        assert -1e-9 <= found <= 1 + 1e-9
        assert concordance(table[random.sample(range(len(table)), len(table))]) == pytest.approx(found)
