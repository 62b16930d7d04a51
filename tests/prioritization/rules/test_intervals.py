import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.intervals import (
    interval,
    level_doubt,
    prior_doubt,
    residual_correlation,
    score_variance,
)
from prioritization.rules.shrinkage import Prior

SHARES = np.array([0.35, 0.25, 0.15, 0.25])
residual_tables = hnp.arrays(
    float, st.tuples(st.integers(0, 60), st.integers(1, 4)), elements=st.one_of(st.just(np.nan), st.floats(-4, 4))
)


def correlation_of(residuals):
    known = ~np.isnan(residuals)
    filled = np.where(known, residuals, 0.0)
    both = known.T.astype(float) @ known
    return residual_correlation(filled.T @ filled, np.square(filled).T @ known, both)


def test_uncorrelated_criteria_add_their_variances():
    v = np.array([[0.04, 0.09, 0.16, 0.25]])
    expected = 625 * (SHARES**2 * v[0]).sum()
    assert score_variance(v, SHARES, np.eye(4)) == pytest.approx([expected])


def test_criteria_that_go_together_add_their_deviations():
    v = np.array([[0.04, 0.09, 0.16, 0.25]])
    expected = (25 * SHARES * np.sqrt(v[0])).sum() ** 2
    assert score_variance(v, SHARES, np.ones((4, 4))) == pytest.approx([expected])


def test_residuals_that_are_alike_correlate_and_those_that_oppose_do_too():
    draw = np.random.default_rng(1)
    one = draw.normal(size=200)
    found = correlation_of(np.column_stack([one, one, -one, draw.normal(size=200)]))
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 2] == pytest.approx(-1)
    assert abs(found[0, 3]) < 0.2


@pytest.mark.parametrize(("pairs", "counts"), [(29, False), (30, True)])
def test_below_thirty_common_ratings_nothing_is_said(pairs, counts):
    residuals = np.full((40, 2), np.nan)
    residuals[:pairs] = np.random.default_rng(2).normal(size=(pairs, 1))
    residuals[pairs:, 0] = 1.0
    assert (correlation_of(residuals)[0, 1] != 0) == counts


def test_correlations_from_different_people_that_contradict_each_other_are_mended():
    one = np.random.default_rng(3).normal(size=40)
    gap = np.full(40, np.nan)
    residuals = np.vstack(
        [np.column_stack([one, one, gap]), np.column_stack([gap, one, one]), np.column_stack([one, gap, -one])]
    )
    found = correlation_of(residuals)
    assert np.linalg.eigvalsh(found).min() >= -1e-9
    assert np.diag(found) == pytest.approx(1)


@given(residual_tables)
def test_it_is_always_a_correlation_matrix(residuals):
    found = correlation_of(residuals)
    assert found == pytest.approx(found.T)
    assert np.diag(found) == pytest.approx(1)
    assert np.linalg.eigvalsh(found).min() >= -1e-9


def test_the_level_is_surer_the_more_people_voted():
    between = np.full(4, 0.25)
    ten, forty = (level_doubt(between, SHARES, np.ones((voters, 4))) for voters in (10, 40))
    assert ten == pytest.approx(625 * (SHARES**2 * 0.25).sum() / 10)
    assert forty == pytest.approx(ten / 4)


def test_one_who_rated_everything_and_one_who_rated_little_are_hardly_two():
    # V_eff = (40 + 4)^2 / (40^2 + 4^2) = 1.198
    doubt = level_doubt(np.array([0.25]), np.array([1.0]), np.array([[40.0], [4.0]]))
    assert doubt == pytest.approx(625 * 0.25 / (44**2 / (40**2 + 4**2)))


def test_no_voters_no_doubt_about_their_level():
    assert level_doubt(np.array([0.25]), np.array([1.0]), np.zeros((3, 1))) == 0


PRIOR = Prior(mean=3.0, weight=4.0, within=1.0, between=0.25, is_fallback=False)


def test_the_doubt_about_the_prior_is_that_of_its_mean_and_of_its_pull():
    # 4 voters a feature, 20 features: mu is known to (.25 + 1/4)/20 = .025, and k as 2/17 of the squared distance
    found = prior_doubt(np.array([3.0, 5.0, np.nan]), np.array([4.0, 4, 0]), PRIOR, features=20)
    # (4 + 4 + 0)/20 voters a feature are fewer than one, which counts as one: (.25 + 1)/20 = .0625, shown as .062
    assert found == pytest.approx([0.25 * 0.062, 0.25 * (0.062 + 2 / 17 * 4), 0.062])


def test_who_many_rated_does_not_depend_on_the_prior():
    few, many = prior_doubt(np.array([4.0, 4.0]), np.array([2.0, 400.0]), PRIOR, features=20)
    assert many < few / 1000


@given(st.integers(1, 200), st.integers(1, 200), st.floats(1, 5), st.floats(0, 50))
def test_more_features_leave_less_doubt_about_the_prior(features, more, mean, effective):
    few, many = (
        float(prior_doubt(np.array([mean]), np.array([effective]), PRIOR, features=each)[0])
        for each in (features, features + more)
    )
    assert 0 <= many <= few + 1e-3  # the average's variance is rounded to three decimals


def test_intervals_end_at_the_ends_of_the_scale():
    low, high = interval(np.array([2.0, 50.0, 99.0]), np.array([4.0, 4.0, 4.0]))
    assert low == pytest.approx([0, 46.71, 95.71])
    assert high == pytest.approx([5.29, 53.29, 100])


@given(st.floats(0, 100), st.floats(0, 400), st.floats(0, 100))
def test_the_score_lies_within_and_doubt_about_the_level_widens(score, variance, level):
    (low,), (high,) = interval(np.array([score]), np.array([variance]))
    (wide_low,), (wide_high,) = interval(np.array([score]), np.array([variance]), level=level)
    assert 0 <= wide_low <= low <= score <= high <= wide_high <= 100
