import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prioritization.rules.shrinkage import components, estimate_prior, posterior_variance, shrink

VALUES = np.arange(1, 6)
EXAMPLE = [[5, 4, 5, 4], [4, 3, 4], [2, 3, 2, 1], [5], []]

tables = hnp.arrays(float, st.tuples(st.integers(1, 30), st.just(5)), elements=st.integers(0, 8))


def counted(ratings):
    return np.array([[row.count(value) for value in VALUES] for row in ratings], dtype=float)


def prior_of(counts, **gates):
    return estimate_prior(components(counts.sum(axis=1), counts @ VALUES, float((counts @ VALUES**2).sum())), **gates)


def variance_of(counts, effective, **prior):
    n = counts.sum(axis=1)
    squares = counts @ VALUES**2 - np.divide((counts @ VALUES) ** 2, n, out=np.zeros(len(n)), where=n > 0)
    return posterior_variance(n, squares, effective, **prior)


def test_the_worked_example():
    counts = counted(EXAMPLE)
    n = counts.sum(axis=1)
    prior = prior_of(counts, enough_features=2, enough_freedom=3)
    assert prior.mean == 3.5
    assert prior.within == pytest.approx(0.458333, abs=5e-7)
    assert prior.between == pytest.approx(1.642157, abs=5e-7)
    assert prior.within / prior.between == pytest.approx(0.279, abs=5e-4)
    # F = 11.1515 with n0 = 2.8333: between = (F - 1) within / n0
    assert prior.between * 2.8333 / prior.within + 1 == pytest.approx(11.1515, abs=5e-4)
    assert prior.weight == 1
    assert not prior.is_fallback
    xbar = np.divide(counts @ VALUES, n, out=np.full(5, np.nan), where=n > 0)
    m = shrink(xbar, n, prior_mean=prior.mean, prior_weight=prior.weight)
    assert m == pytest.approx([4.3, 3.625, 2.3, 4.25, 3.5])
    v = variance_of(counts, n, prior_weight=prior.weight, within=prior.within)
    assert v == pytest.approx([0.080952, 0.104167, 0.109524, 0.229167, 0.458333], abs=5e-7)


def test_the_worked_examples_mean_squares():
    groups = [each for each in EXAMPLE if each]
    n, means = np.array([len(each) for each in groups]), np.array([np.mean(each) for each in groups])
    between_square = (n * (means - 3.5) ** 2).sum() / (len(groups) - 1)
    assert between_square / 0.458333 == pytest.approx(11.1515, abs=5e-4)
    assert (n.sum() - (n**2).sum() / n.sum()) / (len(groups) - 1) == pytest.approx(2.8333, abs=5e-5)


def test_the_worked_example_is_too_small_for_the_real_gates():
    prior = prior_of(counted(EXAMPLE))
    assert (prior.mean, prior.weight, prior.within, prior.between, prior.is_fallback) == (3.5, 4, 1, None, True)


@pytest.mark.parametrize(
    ("ratings", "is_fallback"),
    [
        ([[1, 3, 5]] * 5, False),
        ([[1, 3, 5]] * 4 + [[5]] * 9, True),
        ([[1, 5]] * 9, True),
        ([[1, 5]] * 10, False),
    ],
    ids=["5 features, 10 free", "4 features with two", "9 free", "10 free"],
)
def test_when_there_is_enough_to_estimate(ratings, is_fallback):
    assert prior_of(counted(ratings)).is_fallback == is_fallback


def test_no_rating_at_all():
    prior = prior_of(np.zeros((3, 5)))
    assert (prior.mean, prior.weight, prior.is_fallback) == (3, 4, True)


def test_features_that_differ_by_no_more_than_chance_are_drawn_hardest():
    prior = prior_of(counted([[1, 3, 5]] * 6))
    assert (prior.between, prior.weight) == (0, 25)


def test_people_who_all_agree_still_leave_the_variance_of_rounding():
    prior = prior_of(counted([[5, 5, 5], [1, 1, 1], [3, 3, 3], [4, 4, 4], [2, 2, 2]]))
    assert prior.within == pytest.approx(1 / 12)
    assert prior.weight == 1


def test_one_vote_does_not_beat_many_a_little_lower():
    m = shrink(np.array([4.5, 5.0]), np.array([4.0, 1.0]), prior_mean=3.5, prior_weight=1.0)
    assert m[0] > m[1]


@pytest.mark.parametrize(("effective", "prior_weight"), [([-1.0], 4.0), ([1.0], 0.0)])
def test_counts_that_cannot_be_are_refused(effective, prior_weight):
    with pytest.raises(ValueError, match="count"):
        shrink(np.array([3.0]), np.array(effective), prior_mean=3, prior_weight=prior_weight)


@given(st.floats(1, 5), st.floats(0, 200), st.floats(1, 5), st.floats(1, 25))
def test_the_result_lies_between_the_two_means(mean, effective, mu, k):
    m = shrink(np.array([mean]), np.array([effective]), prior_mean=mu, prior_weight=k)[0]
    assert min(mean, mu) - 1e-9 <= m <= max(mean, mu) + 1e-9


@given(st.floats(1, 5), st.floats(0, 200), st.floats(0, 50), st.floats(1, 5), st.floats(1, 25))
def test_more_votes_at_the_same_mean_move_it_away_from_the_prior(mean, effective, more, mu, k):
    few, many = shrink(np.full(2, mean), np.array([effective, effective + more]), prior_mean=mu, prior_weight=k)
    assert abs(many - mu) >= abs(few - mu) - 1e-9


@given(hnp.arrays(float, 4, elements=st.floats(1, 5)), st.floats(-3, 3))
def test_adding_a_constant_to_all_ratings_moves_every_mean_by_it(means, constant):
    n = np.array([0.0, 1, 2.5, 40])
    before = shrink(means, n, prior_mean=3, prior_weight=4)
    after = shrink(means + constant, n, prior_mean=3 + constant, prior_weight=4)
    assert after == pytest.approx(before + constant)


@given(tables)
def test_moving_all_ratings_up_one_step_moves_the_prior_mean_and_nothing_else(counts):
    counts[:, 4] = 0
    moved = np.roll(counts, 1, axis=1)
    one, other = prior_of(counts), prior_of(moved)
    assume(counts.sum() > 0)
    assert other.mean == pytest.approx(one.mean + 1)
    assert other.weight == pytest.approx(one.weight, rel=1e-6)


@given(tables, st.randoms())
def test_the_prior_is_on_its_scale_and_blind_to_the_order_of_features(counts, random):
    prior = prior_of(counts)
    assert 1 <= prior.mean <= 5
    assert 1 <= prior.weight <= 25
    assert prior.within >= 1 / 12
    shuffled = counts[random.sample(range(len(counts)), len(counts))]
    assert prior_of(shuffled).weight == pytest.approx(prior.weight)


@given(tables, st.floats(0, 50), st.floats(0.1, 50))
def test_more_effective_voters_leave_less_doubt_and_never_none(counts, effective, more):
    few = variance_of(counts, np.full(len(counts), effective), prior_weight=4, within=1)
    many = variance_of(counts, np.full(len(counts), effective + more), prior_weight=4, within=1)
    assert (many < few).all()
    assert (many > 0).all()
