from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.value_per_effort import Taken, cost_of_rating, taken, value_per_effort

features = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=8)
budgets = st.integers(0, 120)


def in_order(found):
    return sorted(found, key=lambda each: -value_per_effort(*each))


def test_the_worked_example():
    assert value_per_effort(74.83333, cost_of_rating(3.0, is_cost=False)) == pytest.approx(18.7083, abs=5e-5)


@pytest.mark.parametrize("effort", [None, 0, 0.0, -1.0])
def test_effort_that_is_unknown_or_nothing_gives_no_ratio(effort):
    assert value_per_effort(50.0, effort) is None


@pytest.mark.parametrize(
    ("mean", "is_cost", "cost"),
    [(5, False, 1), (4, False, 2), (3, False, 4), (2, False, 8), (1, False, 16), (1, True, 1), (5, True, 16)],
)
def test_a_step_on_the_scale_doubles_the_cost_and_the_heavy_end_is_sixteen(mean, is_cost, cost):
    assert cost_of_rating(mean, is_cost=is_cost) == cost


def test_a_budget_takes_from_the_top_until_one_does_not_fit():
    order = [(50.0, 5.0), (60.0, 10.0), (10.0, 2.0)]
    assert taken(order, 15) == Taken(2, 15.0, 110.0, 110.0)
    assert taken(order, 12) == Taken(1, 5.0, 50.0, 50 + 60 * 0.7)
    assert taken(order, 100) == Taken(3, 17.0, 120.0, 120.0)
    assert taken([], 10) == Taken(0, 0.0, 0.0, 0.0)


def test_it_stops_reading_at_the_first_that_does_not_fit():
    def endless():
        while True:
            yield 10.0, 4.0

    assert taken(endless(), 10).features == 2


@given(features, budgets)
def test_no_choice_for_the_budget_brings_more_than_the_bound(found, budget):
    greedy = taken(in_order(found), budget)
    best = max(
        sum(value for value, _ in chosen)
        for size in range(len(found) + 1)
        for chosen in combinations(found, size)
        if sum(days for _, days in chosen) <= budget
    )
    assert greedy.value <= best <= greedy.most + 1e-9
    assert greedy.days <= budget


@given(features, budgets)
def test_a_larger_budget_never_takes_less(found, budget):
    order = in_order(found)
    less, more = taken(order, budget), taken(order, budget + 1)
    assert (less.features, less.value, less.most) <= (more.features, more.value, more.most + 1e-9)
