import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.reliability import alpha, concordance, concordance_of

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


@pytest.mark.parametrize(
    ("observers", "expected"),
    [
        ("1 2 1 1 1 1 1 1 2 1\n2 2 2 1 1 2 1 1 1 1", 0.095),
        ("1 1 2 2 4 3 3 3 5 4 4 1\n2 1 2 2 2 3 3 3 5 4 4 4", 0.692),
    ],
    ids=["binary data, two observers", "nominal data, two observers"],
)
def test_alpha_as_krippendorff_published_it(observers, expected):
    """Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, sections A and B."""
    assert alpha(counted(observers), metric="nominal") == pytest.approx(expected, abs=5e-4)


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


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ([(1, 6, 3, 2, 5, 4), (1, 5, 6, 4, 2, 3), (6, 3, 2, 5, 4, 1)], 0.16),
        (
            [
                (1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10),
                (2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5),
                (2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10),
            ],
            0.828,
        ),
    ],
    ids=["six applicants, three executives", "with ties"],
)
def test_concordance_as_published(ranks, expected):
    """Siegel, Nonparametric Statistics, 1956, pages 230 and 234; the second is Kendall's own, 1948."""
    assert concordance(np.array(ranks, dtype=float)) == pytest.approx(expected, abs=5e-3 if expected == 0.16 else 5e-4)


@pytest.mark.parametrize("table", [[[1, 2, 3]], [[1], [2]], [[3, 3, 3], [2, 2, 2]]])
def test_no_order_no_concordance(table):
    assert concordance(np.array(table, dtype=float)) is None


def test_one_order_is_one_and_opposite_orders_are_nothing():
    assert concordance(np.array([(1, 2, 3), (2, 3, 4)], dtype=float)) == 1
    assert concordance(np.array([(1, 2, 3), (3, 2, 1)], dtype=float)) == 0


def test_concordance_of_a_round_takes_who_rated_half_and_what_all_of_them_rated():
    table = np.array([[5, 5, 4, 5], [4, 4, 4, 4], [2, 3, 3, 0], [1, 1, 2, 0], [3, 0, 0, 0]], dtype=np.int8)
    # the fourth rated two of five; the fifth feature was rated by the first alone
    found = concordance_of(table)
    assert found == {"w": round(concordance(table[:4, :3].T.astype(float)), 4), "raters": 3, "features": 4}
    assert concordance_of(table[:, :1]) is None
    assert concordance_of(np.zeros((0, 3), np.int8)) is None
    assert concordance_of(np.array([[5, 0], [0, 4]], dtype=np.int8)) is None
    assert concordance_of(table, most_cells=6)["features"] == 2


@given(ratings, st.randoms())
def test_concordance_is_a_share_and_blind_to_the_order_of_voters(table, random):
    found = concordance(table)
    if found is not None:
        assert -1e-9 <= found <= 1 + 1e-9
        assert concordance(table[random.sample(range(len(table)), len(table))]) == pytest.approx(found)
