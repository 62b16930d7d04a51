"""One criterion's fit against its definition, vote by vote."""

import numpy as np
import pytest

from bench.rounds import simulate
from prioritization.rules.fit import Terms, Voters
from prioritization.rules.influence import capped
from prioritization.rules.scoring import score_features

DEPARTMENTS = np.array([1.0, 2.0, 0.5])


@pytest.fixture(scope="module")
def scored():
    """A sparse round with a heavy voter, so that styles are taken out and the cap holds somebody back."""
    each = simulate(8, voters=9, features=14, full=0.55, departments=3)
    weights = np.array([1.0, 1, 6, 1, 0.5, 1, 2, 1, 1])
    voters = Voters(weights, each.voters.department, DEPARTMENTS)
    return each, voters, score_features(np.arange(14), each.criteria, voters, terms=Terms(beta=0.5))


def votes_of(table, voters, fit, i):
    """Who rated feature i, what each weighs, what each gave and how that was read."""
    those = np.flatnonzero(table[i])
    department = voters.department[those]
    size = np.bincount(department, minlength=3)[department]
    omega = capped(voters.weight[those] * DEPARTMENTS[department] * size**-0.5)
    given = table[i, those].astype(float)
    return those, omega, given, given - fit.bias[those]


def test_it_is_what_the_votes_one_by_one_give(scored):
    each, voters, found = scored
    assert found.without_style
    assert sum(fit.capped for fit in found.fits) > 0
    for table, fit in zip(each.tables, found.fits, strict=True):
        assert fit.bias.any()
        for i in np.flatnonzero((table > 0).any(axis=1)).tolist():
            those, omega, given, read = votes_of(table, voters, fit, i)
            assert fit.raw[i] == pytest.approx(omega @ given / omega.sum(), abs=1e-5)
            assert fit.mean[i] == pytest.approx(np.clip(omega @ read / omega.sum(), 1, 5), abs=1e-5)
            assert fit.effective[i] == pytest.approx(omega.sum() ** 2 / (omega @ omega))
            assert fit.plain[i] == pytest.approx(read.mean(), abs=1e-5)
            assert fit.n[i] == len(those)
            assert fit.heaviest[i] in (np.inf, pytest.approx(omega.max()))
            pulled = fit.effective[i] * fit.mean[i] + fit.prior.weight * fit.prior.mean
            assert fit.shrunk[i] == pytest.approx(pulled / (fit.effective[i] + fit.prior.weight))


def test_departments_have_the_means_of_their_votes_as_read(scored):
    each, voters, found = scored
    for table, fit in zip(each.tables, found.fits, strict=True):
        for i, d in np.ndindex(*fit.department_means.shape):
            those = np.flatnonzero((table[i] > 0) & (voters.department == d))
            assert fit.department_votes[i, d] == len(those)
            if len(those):
                weight, read = voters.weight[those], table[i, those] - fit.bias[those]
                assert fit.department_means[i, d] == pytest.approx(weight @ read / weight.sum(), abs=1e-5)
            else:
                assert np.isnan(fit.department_means[i, d])


def test_the_doubt_is_that_of_the_votes_as_read(scored):
    each, voters, found = scored
    for table, fit in zip(each.tables, found.fits, strict=True):
        for i in np.flatnonzero((table > 0).any(axis=1)).tolist():
            _, _, _, read = votes_of(table, voters, fit, i)
            own = (4 * fit.prior.within + np.square(read - read.mean()).sum()) / (4 + len(read) - 1)
            assert fit.variance[i] == pytest.approx(own / (fit.effective[i] + fit.prior.weight), rel=1e-4)
