import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rounds import simulate
from prioritization.rules.ballot_influence import ballot_influence
from prioritization.rules.fit import Terms, Voters
from prioritization.rules.influence import influence
from prioritization.rules.scoring import Judged, score_features
from prioritization.rules.shrinkage import shrink

ONE = np.array([[1, 4, 4, 5, 5]], dtype=np.int8)


def found_of(table, voters, **terms):
    scored = score_features(np.arange(len(table)), [Judged(1.0, False, table)], voters, terms=Terms(**terms))
    return scored, *ballot_influence([table], voters, scored.fits, scored.shares, beta=terms.get("beta", 0.5))


def alike(n):
    return Voters(np.ones(n), np.zeros(n, dtype=int), np.ones(1))


def test_it_is_what_leaving_each_rating_out_does():
    scored, moved, bound = found_of(ONE, alike(5), takes_out_style=False)
    prior = scored.fits[0].prior
    one_by_one = influence(ONE[0].astype(float), np.ones(5), prior_mean=prior.mean, prior_weight=prior.weight)
    assert moved[0] == pytest.approx(25 * np.abs(one_by_one))
    # the bound of the worked example: 4 x .2 x 5/9 rating points with k 4
    assert prior.weight == 4
    assert bound[0] == pytest.approx(np.full(5, 25 * 0.444444), abs=1e-4)


def test_without_one_the_rest_of_the_department_is_damped_less():
    table = np.array([[2, 2, 3, 3, 5]], dtype=np.int8)
    voters = Voters(np.ones(5), np.array([0, 0, 0, 0, 1]), np.ones(2))
    scored, moved, _ = found_of(table, voters, takes_out_style=False)
    prior = scored.fits[0].prior
    rest = np.array([3**-0.5] * 3 + [1.0])
    mean = rest @ [2, 3, 3, 5] / rest.sum()
    without = shrink(
        np.array([mean]),
        np.array([rest.sum() ** 2 / (rest @ rest)]),
        prior_mean=prior.mean,
        prior_weight=prior.weight,
    )
    assert moved[0, 0] == pytest.approx(25 * abs(scored.fits[0].shrunk[0] - without[0]))


def test_the_only_voter_leaves_the_average_behind():
    table = np.array([[5, 0], [3, 3]], dtype=np.int8)
    scored, moved, bound = found_of(table, alike(2), takes_out_style=False)
    assert moved[0] == pytest.approx([25 * abs(scored.fits[0].shrunk[0] - scored.fits[0].prior.mean), 0])
    assert bound[0, 1] == 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 500), st.sampled_from([1, 5]))
def test_no_ballot_moves_a_score_further_than_its_bound(seed, end):
    """Each voter's ballot is replaced by an extreme and every mean worked out again, average, pull and style held."""
    each = simulate(seed, voters=9, features=8, full=0.7, departments=3)
    scored = score_features(np.arange(8), each.criteria, each.voters, terms=Terms(takes_out_style=False))
    _, bound = ballot_influence(each.tables, each.voters, scored.fits, scored.shares)
    for voter in range(9):
        replaced = [np.where(table[:, [voter]] > 0, end, 0) for table in each.tables]
        moved = np.zeros(8)
        for table, extreme, fit, share in zip(each.tables, replaced, scored.fits, scored.shares, strict=True):
            changed = table.copy()
            changed[:, [voter]] = extreme
            omega = np.where(table > 0, fit.factor[:, each.voters.department], 0.0)
            total = omega.sum(axis=1)
            mean = np.divide((omega * changed).sum(axis=1), total, out=np.full(8, np.nan), where=total > 0)
            again = shrink(mean, fit.effective, prior_mean=fit.prior.mean, prior_weight=fit.prior.weight)
            moved += share * 25 * (again - fit.shrunk)
        assert (np.abs(moved) <= bound[:, voter] + 1e-6).all()
