from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.weights import ByDepartment, effective_voters, voter_weights, weigh

# (feature, department, value, seat weight), one a person
vote = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 5), st.sampled_from([0.5, 1.0, 2.0]))
votes_of_one_feature = st.lists(
    st.tuples(st.just(0), st.integers(0, 2), st.integers(1, 5), st.sampled_from([0.5, 1.0, 2.0])), min_size=1
)
betas = st.sampled_from([0.0, 0.3, 0.5, 1.0])
ALIKE = np.ones(3)


def summed(votes, features=1, departments=3):
    feature, department, value, weight = (np.array(column) for column in zip(*votes, strict=True))
    sums = [np.zeros((features, departments)) for _ in range(4)]
    for part, amounts in zip(sums, (weight > 0, weight, weight**2.0, weight * value), strict=True):
        np.add.at(part, (feature, department), amounts)
    return ByDepartment(*sums)


def one_by_one(votes, department_weights, beta):
    """The definition, person by person: the oracle of the sums over departments."""
    counted = [vote for vote in votes if vote[3] > 0]
    size = {d: sum(1 for vote in counted if vote[1] == d) for d in {vote[1] for vote in counted}}
    omegas = [a * department_weights[d] * size[d] ** -beta for _, d, _, a in counted]
    total = sum(omegas)
    mean = sum(omega * vote[2] for omega, vote in zip(omegas, counted, strict=True)) / total
    return mean, total**2 / sum(omega**2 for omega in omegas)


@pytest.mark.parametrize(
    ("beta", "mean", "effective", "share_of_s"), [(0, 3, 5, 1 / 5), (0.5, 3.3333, 4.5, 1 / 3), (1, 3.75, 3.2, 1 / 2)]
)
def test_the_worked_example(beta, mean, effective, share_of_s):
    votes = [(0, 0, 2, 1), (0, 0, 2, 1), (0, 0, 3, 1), (0, 0, 3, 1), (0, 1, 5, 1)]
    result = weigh(summed(votes), ALIKE, beta=beta)
    assert result.mean == pytest.approx([mean], abs=5e-5)
    assert result.effective == pytest.approx([effective])
    omega = voter_weights(np.ones(5), np.ones(5), np.array([4.0, 4, 4, 4, 1]), beta=beta)
    assert omega[4] / omega.sum() == pytest.approx(share_of_s)


@pytest.mark.parametrize(("beta", "ratio"), [(0, 9), (0.5, 3), (1, 1)])
def test_nine_engineers_against_one_from_finance(beta, ratio):
    engineers, finance = voter_weights(np.array([9.0, 1.0]), np.ones(2), np.array([9.0, 1.0]), beta=beta)
    assert engineers / finance == pytest.approx(ratio)


@pytest.mark.parametrize("beta", [0, 0.5, 1])
@pytest.mark.parametrize("weight", [0.5, 1.0, 2.0])
def test_one_voter_is_one_voter_whatever_they_weigh(beta, weight):
    result = weigh(summed([(0, 0, 4, weight)]), ALIKE, beta=beta)
    assert (result.mean[0], result.effective[0]) == pytest.approx((4, 1))


def test_nobody_voted():
    result = weigh(ByDepartment(*(np.zeros((2, 1)),) * 4), np.ones(1))
    assert np.isnan(result.mean).all()
    assert result.effective.tolist() == [0, 0]


def test_a_seat_of_weight_nothing_counts_nothing_and_dilutes_nobody():
    votes = [(0, 0, 2, 1.0), (0, 1, 5, 1.0)]
    with_a_guest = [*votes, (0, 0, 5, 0.0)]
    for beta in (0, 0.5, 1):
        plain, guest = (weigh(summed(each), ALIKE, beta=beta) for each in (votes, with_a_guest))
        assert guest.mean == pytest.approx(plain.mean)
        assert guest.effective == pytest.approx(plain.effective)


def test_a_department_of_weight_nothing_leaves_a_feature_without_a_mean():
    result = weigh(summed([(0, 0, 5, 1.0), (1, 1, 4, 1.0)], 2), np.array([0.0, 1.0, 1.0]))
    assert np.isnan(result.mean[0])
    assert result.mean[1] == 4


@pytest.mark.parametrize("beta", [-0.1, 1.1, inf])
def test_beta_outside_its_range_is_refused(beta):
    with pytest.raises(ValueError, match="beta"):
        voter_weights(np.ones(1), np.ones(1), np.ones(1), beta=beta)


@given(votes_of_one_feature, betas, st.lists(st.floats(0.1, 10), min_size=3, max_size=3))
def test_sums_give_what_the_people_one_by_one_give(votes, beta, department_weights):
    result = weigh(summed(votes), np.array(department_weights), beta=beta)
    mean, effective = one_by_one(votes, department_weights, beta)
    assert result.mean[0] == pytest.approx(mean)
    assert result.effective[0] == pytest.approx(effective)


@given(votes_of_one_feature, betas)
def test_the_mean_lies_between_the_votes_and_voters_between_one_and_all(votes, beta):
    result = weigh(summed(votes), ALIKE, beta=beta)
    values = [vote[2] for vote in votes]
    assert min(values) - 1e-9 <= result.mean[0] <= max(values) + 1e-9
    assert 1 - 1e-9 <= result.effective[0] <= len(votes) + 1e-9


@given(st.integers(1, 50), st.floats(0.1, 10), st.floats(1.01, 10))
def test_effective_voters_are_all_voters_only_at_equal_weights(voters, weight, factor):
    omega = np.full(voters + 1, weight)
    assert effective_voters(omega.sum(), (omega**2).sum()) == pytest.approx(voters + 1)
    omega[0] *= factor
    assert effective_voters(omega.sum(), (omega**2).sum()) < voters + 1


@given(st.lists(vote, min_size=1), betas, st.floats(0.1, 10))
def test_the_scale_of_weights_and_the_order_of_votes_are_irrelevant(votes, beta, factor):
    plain = weigh(summed(votes, 3), ALIKE, beta=beta)
    scaled = weigh(summed([(i, d, x, a * factor) for i, d, x, a in reversed(votes)], 3), factor * ALIKE, beta=beta)
    assert scaled.mean == pytest.approx(plain.mean, nan_ok=True)
    assert scaled.effective == pytest.approx(plain.effective)


@given(votes_of_one_feature, st.integers(0, 2))
def test_with_equal_departments_doubling_every_member_of_one_changes_no_mean(votes, doubled):
    twice = [*votes, *(vote for vote in votes if vote[1] == doubled)]
    assert weigh(summed(twice), ALIKE, beta=1).mean == pytest.approx(weigh(summed(votes), ALIKE, beta=1).mean)
