import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import kendalltau

from bench.rounds import simulate
from prioritization.rules.fit import Voters
from prioritization.rules.influence import median, trimmed_mean
from prioritization.rules.robust import kendall_tau, medians, survivals, trimmed_means
from prioritization.rules.scoring import Judged, score_features

weights_by_value = hnp.arrays(float, (3, 5), elements=st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0]))
VALUES = np.arange(1, 6, dtype=float)


def test_the_worked_example():
    weight = np.array([[1.0, 0, 0, 2, 2]])
    assert trimmed_means(weight) == pytest.approx([4.333333], abs=5e-7)
    assert medians(weight).tolist() == [4]


@given(weights_by_value)
def test_they_are_those_of_the_single_ratings(weights):
    for row, trimmed, middle in zip(weights, trimmed_means(weights), medians(weights), strict=True):
        expected = trimmed_mean(VALUES, row)
        assert np.isnan(trimmed) if expected is None else trimmed == pytest.approx(expected)
        expected = median(VALUES, row)
        assert np.isnan(middle) if expected is None else middle == expected


@given(st.permutations(range(12)))
def test_tau_is_that_of_scipy(order):
    ranks = np.arange(1, 13)
    assert kendall_tau(ranks, ranks[list(order)]) == pytest.approx(kendalltau(ranks, ranks[list(order)]).statistic)


def test_tau_works_in_blocks(monkeypatch):
    monkeypatch.setattr("prioritization.rules.robust.BLOCK", 5)
    other = np.random.default_rng(1).permutation(23) + 1
    assert kendall_tau(np.arange(1, 24), other) == pytest.approx(kendalltau(np.arange(23), other).statistic)


@pytest.mark.parametrize("n", [0, 1])
def test_one_feature_has_no_order(n):
    assert kendall_tau(np.arange(n), np.arange(n)) is None


def test_everything_but_the_mean_stays(monkeypatch):
    """Weights, style, average and pull are the ranking's: with its own means in the place of robust ones it is the same."""
    each = simulate(4, voters=15, features=30, full=0.7)
    criteria = [Judged(one.weight, at == 1, one.table) for at, one in enumerate(each.criteria)]
    voters = Voters(np.where(np.arange(15) < 3, 1.5, 1.0), each.voters.department, each.voters.department_weights)
    scored = score_features(np.arange(30), criteria, voters)
    assert scored.without_style and not any(fit.capped for fit in scored.fits)

    def plain(weight):
        total = weight.sum(axis=1)
        return np.divide(weight @ VALUES, total, out=np.full(len(weight), np.nan), where=total > 0)

    monkeypatch.setattr("prioritization.rules.robust.medians", plain)
    found = survivals(np.arange(30), criteria, voters, scored, top=10)["median"]
    assert (found.tau, found.entering, found.leaving) == (1.0, [], [])


def test_what_enters_and_leaves_are_as_many():
    each = simulate(4, voters=15, features=30, full=0.6)
    ids = np.arange(30)
    scored = score_features(ids, each.criteria, each.voters)
    found = survivals(ids, each.criteria, each.voters, scored, top=10)
    for survival in found.values():
        assert 0.3 < survival.tau < 1
        assert len(survival.entering) == len(survival.leaving)
        assert set(survival.leaving) <= set(scored.order[:10].tolist())
        assert not set(survival.entering) & set(scored.order[:10].tolist())
    assert found["trimmed"].tau > found["median"].tau
