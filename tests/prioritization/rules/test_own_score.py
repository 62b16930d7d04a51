import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rounds import simulate
from prioritization.rules.fit import Voters
from prioritization.rules.influence import capped
from prioritization.rules.own_score import Criterion, Given, _capped, own_score
from prioritization.rules.scoring import score_features


@settings(max_examples=10)
@given(st.integers(0, 1000), st.sampled_from([0.3, 0.9]))
def test_it_is_the_score_of_a_whole_run(seed, full):
    each = simulate(seed, voters=8, features=10, full=full, departments=3)
    weights = np.random.default_rng(seed).choice([0.0, 0.5, 1.0, 6.0], 8)
    voters = Voters(weights, each.voters.department, np.array([1.0, 2.0, 0.5]))
    if not weights.any():
        return
    scored = score_features(np.arange(10), each.criteria, voters)
    counting = np.flatnonzero(weights > 0).tolist()
    for feature in np.flatnonzero(scored.ranks)[:4].tolist():
        ratings = {
            str(c): [
                Given(int(table[feature, u]), weights[u], int(voters.department[u]), float(fit.bias[at]))
                for at, u in enumerate(counting)
                if table[feature, u]
            ]
            for c, (table, fit) in enumerate(zip(each.tables, scored.fits, strict=True))
        }
        criteria = {
            str(c): Criterion(float(share), False, fit.prior.mean, fit.prior.weight)
            for c, (share, fit) in enumerate(zip(scored.shares, scored.fits, strict=True))
        }
        found = own_score(ratings, criteria, department_weights={0: 1.0, 1: 2.0, 2: 0.5}, beta=0.5, largest_share=0.5)
        assert found == pytest.approx(scored.scores[feature], abs=1e-4)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 50.0]), max_size=7), st.sampled_from([0.3, 0.5, 0.8]))
def test_the_cap_is_the_same_in_plain_python(omegas, share):
    assert _capped(omegas, share) == pytest.approx(capped(np.array(omegas), largest_share=share).tolist())


def test_nobody_rated():
    criteria = {"impact": Criterion(1.0, False, 3.0, 4.0)}
    assert own_score({}, criteria, department_weights={}, beta=0.5, largest_share=0.5) is None
