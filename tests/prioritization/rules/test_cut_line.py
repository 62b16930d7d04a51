import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.cut_line import Cut, cut


@pytest.mark.parametrize(
    ("sizes", "capacity", "expected"),
    [
        ([5, 21, 13, 16], 40, Cut(3, 39, 0, True)),
        ([5, 21, 13, 16], 39, Cut(3, 39, 0, True)),
        ([5, 21, 13, 16], 55, Cut(4, 55, 0, False)),
        ([50, 1], 40, Cut(0, 0, 0, True)),
        ([5, None, 3, 40], 10, Cut(3, 8, 1, True)),
        ([], 10, Cut(0, 0, 0, False)),
        ([0, 3], 0, Cut(1, 0, 0, True)),
        ([0.1] * 4, 0.3, Cut(3, pytest.approx(0.3), 0, True)),
    ],
)
def test_how_far_the_capacity_reaches(sizes, capacity, expected):
    assert cut(sizes, capacity) == expected


def test_it_reads_no_further_than_the_first_that_does_not_fit():
    sizes = iter([5, 5, 5, 99])
    cut(sizes, 9)
    assert list(sizes) == [5, 99]


@given(st.lists(st.one_of(st.none(), st.integers(0, 60))), st.integers(0, 300), st.integers(0, 100))
def test_more_capacity_never_draws_the_line_higher(sizes, capacity, more):
    less = cut(sizes, capacity)
    assert less.days <= capacity
    assert cut(sizes, capacity + more).fitting >= less.fitting
