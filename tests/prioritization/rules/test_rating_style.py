import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.rating_style import is_sparse, rating_style
from prioritization.rules.rating_tables import Flat
from prioritization.rules.shrinkage import components


def full(table):
    """Features down, voters across, as flat arrays; NaN is a gap."""
    table = np.array(table, dtype=float)
    feature, voter = np.nonzero(~np.isnan(table))
    return feature, voter, table[feature, voter], *table.shape


def style_of(table):
    feature, voter, value, features, voters = full(table)
    return rating_style(Flat(feature, voter, value, features=features, voters=voters))


def planted(seed=3, features=40, voters=8, shown=0.5):
    """True means around 3, one strict and one mild voter, half of the cells."""
    draw = np.random.default_rng(seed)
    bias = np.zeros(voters)
    bias[0], bias[1] = -0.8, 0.8
    table = draw.normal(3, 0.8, features)[:, None] + bias + draw.normal(0, 0.4, (features, voters))
    table[draw.random((features, voters)) > shown] = np.nan
    return table, bias


def test_a_strict_and_a_mild_voter_are_found():
    table, bias = planted()
    style = style_of(table)
    assert style.bias == pytest.approx(bias, abs=0.3)
    assert style.between > 0.1


def by_definition(table):
    """METHODS' six rounds, cell by cell: the oracle of the sums."""
    rated = ~np.isnan(table)
    values, (feature, voter) = table[rated], np.nonzero(rated)
    bias = np.zeros(table.shape[1])
    for _ in range(6):
        read = values - bias[voter]
        s2, tau2, mu = variance_components(feature, read)
        k = min(s2 / tau2, 25) if tau2 else 25
        m = np.array([(read[feature == i].sum() + k * mu) / ((feature == i).sum() + k) for i in range(len(table))])
        residual = values - m[feature]
        _, tb2, _ = variance_components(voter, residual)
        bias = np.array([residual[voter == u].sum() / ((voter == u).sum() + s2 / tb2) for u in range(table.shape[1])])
        bias -= bias[voter].mean()
    return bias, tb2


def variance_components(group, values):
    groups = [values[group == g] for g in np.unique(group)]
    n = np.array([len(each) for each in groups])
    s2 = max(sum(((each - each.mean()) ** 2).sum() for each in groups) / (len(values) - len(groups)), 1 / 12)
    n0 = (len(values) - (n**2).sum() / len(values)) / (len(groups) - 1)
    msb = sum(len(each) * (each.mean() - values.mean()) ** 2 for each in groups) / (len(groups) - 1)
    return s2, max(0.0, (msb - s2) / n0), values.mean()


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_it_is_what_six_rounds_cell_by_cell_give(seed):
    table, _ = planted(seed, features=15, voters=6)
    bias, between = by_definition(table)
    style = style_of(table)
    assert style.bias == pytest.approx(bias, abs=1e-5)
    assert style.between == pytest.approx(between, abs=1e-4)


def test_taking_it_out_brings_the_means_nearer_to_the_truth():
    errors = []
    for seed in range(5):
        table, _ = planted(seed, shown=0.3)
        truth = np.random.default_rng(seed).normal(3, 0.8, 40)
        bias = style_of(table).bias
        seen = ~np.isnan(table).all(axis=1)
        raw, read = (np.nanmean(each[seen], axis=1) - truth[seen] for each in (table, table - bias))
        errors.append((np.square(raw - raw.mean()).mean(), np.square(read - read.mean()).mean()))
    raw, read = np.mean(errors, axis=0)
    assert read < 0.8 * raw


def test_people_who_differ_by_no_more_than_chance_have_no_style():
    style = style_of([[1, 5, 3], [5, 3, 1], [3, 1, 5], [1, 3, 5], [5, 1, 3], [3, 5, 1]])
    assert style.bias.tolist() == [0, 0, 0]
    assert style.between == 0


def test_nobody_rated():
    style = rating_style(Flat.of(np.zeros((3, 2), np.int8)))
    assert style.bias.tolist() == [0, 0]


def test_a_voter_who_rated_nothing_has_no_style():
    table, _ = planted()
    table[:, 5] = np.nan
    assert style_of(table).bias[5] == 0


@given(st.integers(0, 50))
def test_biases_weighted_by_ratings_average_to_nothing(seed):
    table, _ = planted(seed, features=12, voters=5)
    ratings = (~np.isnan(table)).sum(axis=0)
    assert ratings @ style_of(table).bias == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 50))
def test_complete_ballots_keep_their_order(seed):
    table, _ = planted(seed, features=10, voters=5, shown=1.0)
    bias = style_of(table).bias
    assert np.argsort(table.mean(axis=1)).tolist() == np.argsort((table - bias).mean(axis=1)).tolist()


@given(st.integers(0, 50), st.floats(-3, 3))
def test_adding_a_constant_to_all_ratings_changes_nobodys_style(seed, constant):
    table, _ = planted(seed, features=12, voters=5)
    assert style_of(table + constant).bias == pytest.approx(style_of(table).bias, abs=1e-9)


@pytest.mark.parametrize(("ratings", "sparse"), [(79, True), (80, False), (100, False), (1, True)])
def test_when_it_is_taken_out(ratings, sparse):
    assert is_sparse(ratings, 100) == sparse


def test_components_of_single_values_are_those_of_the_counts():
    values = np.array([5, 4, 5, 4, 4, 3, 4, 2, 3, 2, 1, 5.0])
    group = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3])
    parts = components(np.bincount(group, minlength=5), np.bincount(group, values, minlength=5), values @ values)
    assert (parts.mean, parts.groups, parts.pairs, parts.freedom) == (3.5, 4, 3, 8)
    assert parts.within == pytest.approx(0.458333, abs=5e-7)
    assert parts.between == pytest.approx(1.642157, abs=5e-7)
