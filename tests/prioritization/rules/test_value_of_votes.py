import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.value_of_votes import distances_to_cut, step, value_of_one_vote

MEANS = np.array([4.2, 3.6, 3.4, 2.0])
VOTERS = np.array([6.0, 2, 1, 3])


def test_the_worked_example():
    worth = value_of_one_vote(step(0.9, VOTERS, 4), distances_to_cut(MEANS, 2))
    assert worth == pytest.approx([0, 0.005779, 0.010655, 0], abs=5e-7)


def test_simulated_votes_agree():
    """Draw the vote instead of integrating over it: the mean of the best choice after it, less the best before."""
    draw = np.random.default_rng(11)
    steps, distances = step(0.9, VOTERS, 4), distances_to_cut(MEANS, 2)
    for sd, distance, expected in zip(steps, distances, value_of_one_vote(steps, distances), strict=True):
        gain = np.maximum(draw.normal(0, sd, 400_000) - distance, 0).mean()
        assert gain == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("top", [0, -1, 4, 9])
def test_a_list_that_is_cut_nowhere_gains_nothing(top):
    assert value_of_one_vote(step(0.9, VOTERS, 4), distances_to_cut(MEANS, top)).tolist() == [0, 0, 0, 0]


def test_a_vote_that_moves_nothing_is_worth_nothing():
    assert value_of_one_vote(np.zeros(2), np.zeros(2)).tolist() == [0, 0]


@given(st.floats(0.01, 5), st.floats(0, 100), st.floats(0, 20), st.floats(1, 25))
def test_votes_on_features_alike_are_worth_alike_and_far_from_the_cut_nothing(s2, effective, distance, k):
    steps = step(s2, np.full(3, effective), k)
    worth = value_of_one_vote(steps, np.array([distance, distance, 40 * float(steps[0]) + 1]))
    assert worth[0] == worth[1] >= 0
    assert worth[2] == 0


def test_features_alike_are_worth_alike():
    worth = value_of_one_vote(step(1.0, np.full(3, 2.0), 4), distances_to_cut(np.full(3, 50.0), 1))
    assert worth == pytest.approx(np.full(3, worth[0]))
    assert worth[0] > 0


@given(st.floats(0.01, 5), st.floats(0, 20), st.floats(0, 20))
def test_further_from_the_cut_is_worth_less(sd, distance, more):
    near, far = value_of_one_vote(np.full(2, sd), np.array([distance, distance + more]))
    assert 0 <= far <= near + 1e-12


@given(st.floats(0, 100), st.floats(0.1, 50), st.floats(1, 25), st.floats(0, 2))
def test_the_more_have_voted_the_less_another_vote_is_worth(effective, more, k, distance):
    worth = value_of_one_vote(step(1.0, np.array([effective, effective + more]), k), np.full(2, distance))
    assert worth[1] <= worth[0] + 1e-12


@given(hnp.arrays(float, st.integers(2, 10), elements=st.integers(0, 100)), st.data())
def test_distances_are_those_to_the_other_side(scores, data):
    top = data.draw(st.integers(1, len(scores) - 1))
    distances = distances_to_cut(scores, top)
    assert (distances >= 0).all()
    assert np.sort(distances)[:2] == pytest.approx(np.full(2, distances.min()))
