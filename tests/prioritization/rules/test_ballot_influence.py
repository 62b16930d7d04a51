import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rounds import simulate
from prioritization.rules.ballot_influence import ballot_influence, through_the_average
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


def test_ballots_that_are_one_have_one_influence():
    table = np.array([[1, 1, 4, 5], [5, 5, 2, 0], [3, 3, 0, 4]], dtype=np.int8)
    _, moved, bound = found_of(table, alike(4))
    assert moved[:, 0] == pytest.approx(moved[:, 1])
    assert bound[:, 0] == pytest.approx(bound[:, 1])


def test_the_average_carries_a_ballot_to_what_it_did_not_rate():
    # seven features, so that the pull is estimated; the last voter rated the first of them alone
    table = np.array([[5, 4, 1], [4, 4, 0], [2, 3, 0], [1, 2, 0], [3, 3, 0], [5, 5, 0], [4, 2, 0]], dtype=np.int8)
    table = np.hstack([table, table[:, :2]])
    scored, _, bound = found_of(table, alike(5), takes_out_style=False)
    carried = through_the_average([table], alike(5), scored.fits, scored.shares)
    assert (bound[1:, 2] == 0).all() and (carried[1:, 2] > 0).all()
    changed = table.copy()
    changed[0, 2] = 5
    moved = np.abs(found_of(changed, alike(5), takes_out_style=False)[0].scores - scored.scores)
    assert (moved[1:] > 0).all() and (moved <= (bound + carried)[:, 2] + 1e-9).all()


def test_where_the_pull_is_not_estimated_only_the_average_moves():
    # one feature, k 4: replacing a 1 by a 5 moves mu by 4/5, of which k/(n + k) = 4/9 arrives
    scored, _, _ = found_of(ONE, alike(5), takes_out_style=False)
    carried = through_the_average([ONE], alike(5), scored.fits, scored.shares)
    assert carried[0, 0] == pytest.approx(25 * 4 / 5 * 4 / 9)
    assert carried[0, 1] == pytest.approx(25 * 3 / 5 * 4 / 9)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_average_carries_is_the_furthest_corner_of_four_ballots(seed):
    """Worked out with whole new runs: all 1, all 5, with the others, against the others."""
    table = np.random.default_rng(seed).integers(1, 6, (7, 4)).astype(np.int8)
    table[seed, 3] = table[5, 1] = 0
    scored = found_of(table, alike(4), takes_out_style=False)[0]
    fit = scored.fits[0]
    carried = through_the_average([table], alike(4), scored.fits, scored.shares)
    for voter in range(4):
        rated = table[:, voter] > 0
        others = np.delete(table, voter, axis=1).astype(float)
        above = others.sum(axis=1) >= fit.prior.mean * (others > 0).sum(axis=1)
        priors, means = [fit.prior], []
        for ballot in (1, 5, np.where(above, 5, 1), np.where(above, 1, 5)):
            changed = table.copy()
            changed[:, voter] = np.where(rated, ballot, 0)
            again = found_of(changed, alike(4), takes_out_style=False)[0].fits[0]
            priors.append(again.prior)
            means.append(again.mean)
        furthest = np.zeros(7)
        for mean in means[:2]:
            for mu in (min(p.mean for p in priors), max(p.mean for p in priors)):
                for k in (min(p.weight for p in priors), max(p.weight for p in priors)):
                    there = (fit.n * mean + k * mu) / (fit.n + k)
                    held = (fit.n * mean + fit.prior.weight * fit.prior.mean) / (fit.n + fit.prior.weight)
                    furthest = np.maximum(furthest, np.abs(there - held))
        assert carried[:, voter] == pytest.approx(25 * furthest)


def test_who_is_held_to_half_moves_no_more_than_half():
    table = np.array([[1, 4, 5], [5, 4, 3]], dtype=np.int8)
    voters = Voters(np.array([100.0, 1, 1]), np.zeros(3, dtype=int), np.ones(1))
    scored, _, bound = found_of(table, voters, takes_out_style=False)
    effective, k = scored.fits[0].effective, scored.fits[0].prior.weight
    assert bound[:, 0] == pytest.approx(25 * 4 * 0.5 * effective / (effective + k))
    assert bound[:, 1] == pytest.approx(25 * 4 * 0.25 * effective / (effective + k))


@settings(max_examples=8)
@given(st.integers(0, 500), st.sampled_from([0.4, 0.9]), st.data())
def test_no_ballot_moves_a_score_further_than_its_bound(seed, full, data):
    """A ballot is replaced by each extreme and by any other, and all is worked out anew."""
    each = simulate(seed, voters=8, features=10, full=full, departments=3)
    ids, terms = np.arange(10), Terms(takes_out_style=False)
    scored = score_features(ids, each.criteria, each.voters, terms=terms)
    bound = ballot_influence(each.tables, each.voters, scored.fits, scored.shares)[1]
    carried = through_the_average(each.tables, each.voters, scored.fits, scored.shares)
    for voter in data.draw(st.lists(st.integers(0, 7), min_size=2, max_size=2, unique=True)):
        for instead in (1, 5, np.random.default_rng(seed).integers(1, 6, 10)):
            changed = [table.copy() for table in each.tables]
            for table in changed:
                table[:, voter] = np.where(table[:, voter] > 0, instead, 0)
            criteria = [Judged(one.weight, False, table) for one, table in zip(each.criteria, changed, strict=True)]
            moved = np.abs(score_features(ids, criteria, each.voters, terms=terms).scores - scored.scores)
            assert (moved <= (bound + carried)[:, voter] + 1e-6).all()
