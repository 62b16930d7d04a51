"""When anonymous answers come out, and which groups are too small to stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.secrecy import AT_LEAST, comes_out, put_together

VALUE, NONE = True, False


@pytest.mark.parametrize(
    ("waiting", "out"),
    [
        ([], 0),
        ([VALUE] * 5, 0),
        ([VALUE] * 6, 3),
        ([VALUE] * 9, 6),
        ([NONE] * 9, 0),
        ([NONE, VALUE, VALUE, VALUE, NONE, VALUE, VALUE, VALUE, NONE], 5),
        ([VALUE, VALUE, NONE, VALUE, VALUE, VALUE], 0),
    ],
)
def test_answers_come_out_in_batches_and_leave_one_behind(waiting, out):
    assert comes_out(waiting) == out


@given(st.lists(st.booleans(), max_size=40))
def test_a_batch_and_what_stays_behind_have_three_answers_each(waiting):
    out = comes_out(waiting)
    assert not out or min(sum(waiting[:out]), sum(waiting[out:])) >= AT_LEAST


@pytest.mark.parametrize(
    ("voters", "together"),
    [
        ({}, None),
        ({"Sales": 2}, None),
        ({"Sales": 1, "Support": 1}, None),
        ({"Sales": 3}, set()),
        ({"Sales": 3, "Support": 0}, set()),
        ({"Sales": 2, "Support": 1}, {"Sales", "Support"}),
        ({"Sales": 5, "Support": 1, "Design": 2}, {"Support", "Design"}),
        ({"Sales": 5, "Support": 4, "Design": 1}, {"Support", "Design"}),
        ({"Sales": 5, "Support": 4, "Design": 2, "Legal": 1}, {"Design", "Legal"}),
    ],
)
def test_small_groups_are_shown_as_one(voters, together):
    assert put_together(voters) == together


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 8)))
def test_neither_a_group_shown_nor_the_rest_is_below_three(voters):
    together = put_together(voters)
    if together is None:
        assert sum(voters.values()) < AT_LEAST
        return
    shown = [count for group, count in voters.items() if count and group not in together]
    assert min([*shown, AT_LEAST]) >= AT_LEAST
    rest = sum(voters.values()) - sum(shown)
    assert rest == 0 or rest >= AT_LEAST
