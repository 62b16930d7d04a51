from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.rounding import round_to, round_to_total


def test_the_parts_of_the_drawn_example_add_up_to_its_score():
    parts = [22.575, 6.8, 6.225, 18.15, 0.65]
    shown = round_to_total(parts, 54.4)
    assert [str(part) for part in shown] == ["22.6", "6.8", "6.2", "18.1", "0.7"]
    assert sum(shown) == Decimal("54.4")


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        ([], 0, []),
        ([1 / 3, 1 / 3, 1 / 3], 1, ["0.4", "0.3", "0.3"]),
        ([10.04, -0.04], 10, ["10.0", "0.0"]),
        ([2.46, -1.23], 1.23, ["2.4", "-1.2"]),
        ([0.05], 0.05, ["0.1"]),
    ],
)
def test_edges(parts, total, shown):
    assert [str(part) for part in round_to_total(parts, total)] == shown


def test_parts_of_something_else_are_refused():
    with pytest.raises(ValueError, match="sum"):
        round_to_total([1.0, 2.0], 4.0)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12), st.integers(0, 3))
def test_shown_parts_add_up_and_stay_within_one_unit(parts, digits):
    total = sum(parts)
    shown = round_to_total(parts, total, digits=digits)
    unit = Decimal(1).scaleb(-digits)
    assert sum(shown) == round_to(total, digits)
    assert all(abs(one - Decimal(part)) <= unit for one, part in zip(shown, parts, strict=True))


@given(st.floats(0, 100))
def test_one_part_is_the_total(part):
    assert round_to_total([part], part) == [round_to(part, 1)]
