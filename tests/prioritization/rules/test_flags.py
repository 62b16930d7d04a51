import numpy as np
import pytest

from bench.calibration import flagged_honest, owners, plant
from bench.rounds import simulate
from prioritization.rules.flags import compare, flags_of, odd_ones

NOBODYS = np.zeros((1, 12), dtype=bool)


def flagged(table, voter, own=NOBODYS, department=None):
    table = np.array(table, dtype=np.int8)
    department = np.zeros(table.shape[1], dtype=int) if department is None else department
    return {flag.kind: flag.evidence for flag in flags_of([table], department, own, seed=1)[voter]}


def spread_out(features=12, voters=6, seed=5):
    return np.random.default_rng(seed).integers(2, 5, (features, voters)).astype(np.int8)


def test_who_gives_one_value_throughout_is_a_straight_liner():
    table = spread_out()
    table[:, 2] = 3
    assert flagged(table, 2)["straight"] == {"value": 3, "ratings": 12}
    table[:3, 2] = 0
    assert "straight" not in flagged(table, 2)  # nine ratings are too few to tell


def test_who_keeps_to_the_ends_where_others_do_not_is_extreme():
    table = spread_out()
    table[:, 2] = [1, 5] * 6
    assert flagged(table, 2)["extreme"] == {"share": 1.0, "others": 0.0}
    table[:, :2] = np.array([[1, 5]] * 12)
    table[:, 3:] = 5
    assert "extreme" not in flagged(table, 2)  # the others do as much


def test_two_ballots_that_are_one_are_a_bloc():
    draw = np.random.default_rng(3)
    table = draw.integers(1, 6, (20, 8)).astype(np.int8)
    table[:, 5] = table[:, 1]
    evidence = flagged(table, 1, own=np.zeros((1, 20), dtype=bool))["bloc"]
    assert evidence["with"] == 5
    assert evidence["cells"] >= 15
    table[0, 5] = table[0, 1] % 5 + 1
    assert "bloc" not in flagged(table, 1, own=np.zeros((1, 20), dtype=bool))


def test_agreeing_where_everybody_agrees_is_no_bloc():
    table = np.full((20, 8), 4, dtype=np.int8)
    assert "bloc" not in flagged(table, 1, own=np.zeros((1, 20), dtype=bool))


def test_own_features_up_and_all_others_down_is_a_push():
    table = spread_out(features=12, voters=6)
    own = np.zeros((2, 12), dtype=bool)
    own[1, :4] = True
    department = np.array([0, 0, 0, 0, 0, 1])
    table[:, 5] = [5, 5, 4, 5, 1, 1, 2, 1, 1, 1, 2, 1]
    evidence = flagged(table, 5, own, department)["push"]
    assert evidence["z"] > 3
    assert evidence["own"] > 0 > evidence["others"]
    assert "push" not in flagged(table, 0, own, department)


def test_the_same_seed_gives_the_same_limit():
    seen = compare(simulate(2, voters=12).tables)
    assert odd_ones(seen, 12, seed=4)[1] == odd_ones(seen, 12, seed=4)[1]


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 3)])
def test_no_ballots_no_flags(shape):
    found = flags_of([np.zeros(shape, np.int8)], np.zeros(shape[1], int), np.zeros((1, shape[0]), bool), seed=1)
    assert [list(each) for each in found] == [[]] * shape[1]


def test_two_planted_cheats_are_flagged_and_honest_voters_hardly():
    """The small version of `python -m bench.calibration`."""
    each = simulate(77, voters=20, features=40, full=0.6, departments=5)
    own = plant(each)
    found = flags_of(each.tables, each.voters.department, own, seed=1)
    assert {"extreme", "bloc", "push"} <= {flag.kind for flag in found[0]}
    assert {"extreme", "bloc", "push"} <= {flag.kind for flag in found[1]}
    rounds = [(25, 0.5, simulate(900 + seed, voters=25)) for seed in range(12)]
    assert owners(rounds[0][2], 1).sum(axis=0).tolist() == [1] * 40
    # of only 300; the bench asks for 2 % of some 6,000
    assert flagged_honest(rounds) <= 0.03
