"""Needs-first: what would be a circle is found and told in the order of needing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.dependencies import circle_through


@pytest.mark.parametrize(
    ("feature", "needs", "edges", "circle"),
    [
        (1, [], [], []),
        (1, [2], [], []),
        (1, [2], [(2, 3), (3, 4)], []),
        (1, [1], [], [1, 1]),
        (1, [2], [(2, 1)], [1, 2, 1]),
        (3, [7], [(7, 5), (5, 3)], [3, 7, 5, 3]),
        (1, [2, 3], [(2, 4), (4, 1), (3, 1)], [1, 3, 1]),
        (1, [3, 2], [(2, 1), (3, 1)], [1, 2, 1]),
        (1, [2], [(1, 3), (3, 1)], []),
        (1, [2], [(2, 3), (3, 2)], []),
        (1, [2, 2], [(2, 1), (2, 1)], [1, 2, 1]),
    ],
)
def test_the_shortest_circle_is_told(feature, needs, edges, circle):
    assert circle_through(feature, needs, edges) == circle


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20),
    st.integers(1, 8),
    st.sets(st.integers(1, 8), max_size=4),
)
def test_a_circle_is_made_of_needs_and_its_absence_means_that_the_feature_cannot_be_reached(edges, feature, needs):
    every = {(one, other) for one, other in edges if one != feature} | {(feature, need) for need in needs}
    circle = circle_through(feature, needs, edges)
    if circle:
        assert circle[0] == circle[-1] == feature
        assert set(zip(circle, circle[1:], strict=False)) <= every
        return
    reached, waiting = set(), list(needs)
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += [other for one, other in every if one == here]
    assert feature not in reached
