"""The order of what needs someone now."""

from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.needs import Harm, weight

DAYS = st.floats(0, 400)


def test_in_a_week_a_harm_weighs_half():
    assert weight(Harm.BROKEN, 7) == weight(Harm.BROKEN, 0) / 2


def test_what_is_overdue_is_as_near_as_today():
    assert weight(Harm.WRONG, -5) == weight(Harm.WRONG, 0)


def test_a_standing_objection_comes_before_a_round_closing_soon_and_that_before_a_release_in_a_month():
    assert weight(Harm.AGREEMENT, 0) > weight(Harm.BROKEN, 3) > weight(Harm.WRONG, 24)


@given(DAYS, DAYS)
def test_what_is_nearer_never_stands_below_what_is_as_bad_and_further_away(one, other):
    assert weight(Harm.WRONG, min(one, other)) >= weight(Harm.WRONG, max(one, other))


@given(DAYS)
def test_what_is_worse_stands_above_at_the_same_distance(days):
    weights = [weight(harm, days) for harm in sorted(Harm)]
    assert weights == sorted(weights) and len(set(weights)) == len(weights)
