from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prioritization.rules.fit import Terms, Voters
from prioritization.rules.intervals import level_doubt, prior_doubt
from prioritization.rules.scoring import Judged, place_features, score_features

# (feature, criterion, department, value)
votes = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=60
)


def criteria_of(votes, n, weights=(2.0, 1.0), costs=(False, False)):
    """Each vote is one of another voter of its department, so a department needs as many as it votes at most."""
    tables = np.zeros((2, n, 3 * len(votes)), dtype=np.int8)
    for at, (i, c, d, x) in enumerate(votes):
        tables[c, i, 3 * at + d] = x
    return [Judged(weight, is_cost, table) for weight, is_cost, table in zip(weights, costs, tables, strict=True)]


def voters_of(votes):
    return Voters(np.ones(3 * len(votes)), np.tile(np.arange(3), len(votes)), np.ones(3))


def rank(votes, n=5, ids=None, **kwargs):
    ids = np.arange(1, n + 1) if ids is None else ids
    return score_features(ids, criteria_of(votes, n, **kwargs), voters_of(votes))


def test_a_product_without_votes_ranks_nothing_and_gives_every_feature_the_middle():
    result = rank([], n=3)
    assert result.ranks.tolist() == [0, 0, 0]
    assert result.scores == pytest.approx([50, 50, 50])
    assert all(np.isnan(each.mean).all() for each in result.fits)
    assert np.isnan(result.splits).all()
    assert all(each.prior.is_fallback for each in result.fits)


def test_no_features():
    assert rank([], n=0).ranks.tolist() == []


def test_a_criterion_that_nobody_rated_takes_the_average():
    result = rank([(0, 0, 0, 5), (1, 0, 0, 3), (1, 1, 0, 1)], n=2)
    second = result.fits[1]
    assert np.isnan(second.mean[0])
    assert second.shrunk[0] == second.prior.mean == 1
    assert result.ranks.tolist() == [1, 2]


def test_equal_scores_go_by_id():
    one_vote_each = [(i, c, 0, 4) for i in range(3) for c in (0, 1)]
    assert rank(one_vote_each, n=3, ids=np.array([30, 10, 20])).ranks.tolist() == [3, 1, 2]


def test_on_a_cost_scale_the_small_one_wins():
    votes = [(0, c, 0, 2) for c in (0, 1)] + [(1, c, 0, 4) for c in (0, 1)]
    assert rank(votes, n=2).ranks.tolist() == [2, 1]
    assert rank(votes, n=2, costs=(True, True)).ranks.tolist() == [1, 2]


def test_one_loud_voter_does_not_lead_many():
    many = [(0, c, 0, 4 + k % 2) for c in (0, 1) for k in range(10)]
    rest = [(i, c, 0, 2) for i in (2, 3, 4) for c in (0, 1) for _ in range(4)]
    loud = [(1, c, 0, 5) for c in (0, 1)]
    assert rank(many + rest + loud).ranks[:2].tolist() == [1, 2]


@settings(max_examples=25)
@given(votes, st.permutations(range(5)))
def test_permuting_features_permutes_results(votes, order):
    ids = np.arange(1, 6)
    plain = rank(votes, ids=ids)
    moved = rank([(order.index(i), c, d, x) for i, c, d, x in votes], ids=ids[order])
    assert moved.scores == pytest.approx(plain.scores[order])
    assert moved.ranks.tolist() == plain.ranks[order].tolist()


@settings(max_examples=25)
@given(votes)
def test_ranks_run_from_one_without_gaps_over_what_was_voted_on(votes):
    result = rank(votes)
    ranked = sorted(result.ranks[result.ranks > 0].tolist())
    assert ranked == list(range(1, len({vote[0] for vote in votes}) + 1))
    assert ((result.scores >= 0) & (result.scores <= 100)).all()


@settings(max_examples=25)
@given(votes, st.floats(0.01, 100))
def test_the_scale_of_the_criteria_weights_is_irrelevant(votes, factor):
    scaled = rank(votes, weights=(2 * factor, factor))
    assert scaled.scores == pytest.approx(rank(votes).scores)


# gaps, styles, caps and places

FOUR = (0.35, 0.25, 0.15, 0.25)


def simulated(seed=3, features=30, voters=12, full=0.5, departments=3):
    """A round as people make it: what they think goes together across criteria, and some are strict."""
    draw = np.random.default_rng(seed)
    worth = draw.normal(0, 0.9, (features, 1))
    style = draw.normal(0, 0.6, voters)
    liking = draw.normal(0, 0.6, (features, voters))
    rated = draw.random((features, voters)) < full
    tables = [
        (np.clip(np.round(3 + worth + style + liking + draw.normal(0, 0.6, rated.shape)), 1, 5) * rated).astype(np.int8)
        for _ in FOUR
    ]
    return [Judged(weight, False, table) for weight, table in zip(FOUR, tables, strict=True)], Voters(
        np.ones(voters), draw.integers(0, departments, voters), np.ones(departments)
    )


def test_sparse_and_full_ways_of_summing_agree(monkeypatch):
    criteria, voters = simulated()
    ids = np.arange(30)
    monkeypatch.setattr("prioritization.rules.rating_tables.DENSE", 0.0)
    dense = score_features(ids, criteria, voters)
    monkeypatch.setattr("prioritization.rules.rating_tables.DENSE", 1.0)
    flat = score_features(ids, criteria, voters)
    assert dense.scores == pytest.approx(flat.scores, abs=1e-4)
    assert dense.variances == pytest.approx(flat.variances, rel=1e-3)
    assert (dense.level, dense.coverage) == (flat.level, flat.coverage)
    assert dense.ranks.tolist() == flat.ranks.tolist()


def test_style_is_taken_out_while_ballots_have_gaps_and_can_be_left_in():
    criteria, voters = simulated()
    with_gaps = score_features(np.arange(30), criteria, voters)
    assert with_gaps.without_style
    assert np.ptp(with_gaps.fits[0].bias) > 0.5
    for each in with_gaps.fits:
        assert each.bias.tolist() == np.round(each.style.bias, 1).tolist()  # used as it is shown
        assert (each.prior.mean, each.prior.weight) == (round(each.prior.mean, 2), round(each.prior.weight, 1))
    left_in = score_features(np.arange(30), criteria, voters, terms=Terms(takes_out_style=False))
    assert not left_in.without_style
    assert not left_in.fits[0].bias.any()
    full, people = simulated(full=2)
    assert not score_features(np.arange(30), full, people).without_style


def test_what_people_rate_alike_across_criteria_is_seen():
    criteria, voters = simulated(full=2)
    found = score_features(np.arange(30), criteria, voters).correlation
    assert 0.3 < found[0, 1] < 0.9
    apart = [Judged(each.weight, at == 1, each.table) for at, each in enumerate(criteria)]
    assert score_features(np.arange(30), apart, voters).correlation[0, 1] == -found[0, 1]


def test_the_correlation_is_that_of_numpy():
    criteria, voters = simulated(full=2)
    scored = score_features(np.arange(30), criteria, voters)
    residuals = [(each.table - each.table.mean(axis=1, keepdims=True)).ravel() for each in criteria]
    assert scored.correlation == pytest.approx(np.corrcoef(residuals), abs=0.0051)


def test_an_interval_is_made_of_votes_level_and_prior():
    criteria, voters = simulated()
    found = score_features(np.arange(30), criteria, voters)
    w = np.array(FOUR)
    assert found.level == round(
        level_doubt(
            np.array([f.style.between for f in found.fits]), w, np.column_stack([f.ratings for f in found.fits])
        ),
        2,
    )
    assert found.level > 0.5
    of_priors = sum(
        625 * share**2 * prior_doubt(f.mean, f.effective, f.prior, features=int((f.n > 0).sum()))
        for share, f in zip(w, found.fits, strict=True)
    )
    half = 1.645 * np.sqrt(found.variances + found.level + of_priors)
    assert found.low == pytest.approx(np.maximum(found.scores - half, 0))
    assert found.high == pytest.approx(np.minimum(found.scores + half, 100))


def test_residuals_are_of_votes_as_read_and_turned_so_that_up_is_good():
    criteria, voters = simulated()
    tables = [each.table.astype(float) for each in criteria]
    found = score_features(np.arange(30), criteria, voters)
    assert found.without_style
    rated = tables[0] > 0
    residuals = [(t - f.bias - f.plain[:, None])[rated] for t, f in zip(tables, found.fits, strict=True)]
    expected = np.array([[a @ b / np.sqrt((a @ a) * (b @ b)) for a in residuals] for b in residuals])
    assert found.correlation == pytest.approx(expected, abs=0.0051)


def test_style_is_judged_by_the_cells_of_what_anybody_rated():
    """79 of 100 cells are rated, and features that nobody touched are no gaps of the ballots."""
    draw = np.random.default_rng(2)
    table = draw.integers(1, 6, (20, 5)).astype(np.int8)
    table[:19, 0] = 0
    table[0, 1:3] = 0
    with_untouched = np.vstack([table, np.zeros((80, 5), np.int8)])
    voters = Voters(np.ones(5), np.zeros(5, dtype=int), np.ones(1))
    found = score_features(np.arange(100), [Judged(1.0, False, with_untouched)], voters)
    assert found.coverage == pytest.approx(0.79)
    assert found.without_style
    table[0, 1] = 3
    found = score_features(np.arange(20), [Judged(1.0, False, table)], voters)
    assert found.coverage == pytest.approx(0.8)
    assert not found.without_style


def test_the_worth_of_a_vote_is_made_of_its_steps_in_all_criteria():
    criteria, voters = simulated()
    found = score_features(np.arange(30), criteria, voters)
    placed = place_features(np.arange(30), found, cut=lambda order: 10, seed=4)
    order = found.order
    for i in order[[8, 9, 10, 11]].tolist():
        steps = [
            25
            * share
            * np.sqrt(
                f.prior.within / (f.effective[i] + f.prior.weight)
                - f.prior.within / (f.effective[i] + 1 + f.prior.weight)
            )
            for share, f in zip(FOUR, found.fits, strict=True)
        ]
        sd = np.sqrt(np.array(steps) @ found.correlation @ np.array(steps))
        edge = found.scores[order[10]] if found.ranks[i] <= 10 else found.scores[order[9]]
        z = abs(found.scores[i] - edge) / sd
        worth = sd * (np.exp(-z * z / 2) / np.sqrt(2 * np.pi) - z * (1 - NormalDist().cdf(z)))
        assert placed.vote_value[i] == pytest.approx(worth)


@settings(max_examples=25)
@given(votes, st.integers(0, 4))
def test_a_feature_less_changes_no_raw_mean_of_the_others(votes, gone):
    """Scores move through the average; what people gave, and its sum at a fixed pull, do not."""
    kept = [vote for vote in votes if vote[0] != gone]
    whole, part = rank(votes), rank(kept)
    others = np.arange(5) != gone
    for before, after in zip(whole.fits, part.fits, strict=True):
        assert after.raw[others] == pytest.approx(before.raw[others], nan_ok=True)
        assert after.effective[others] == pytest.approx(before.effective[others])


def test_one_who_weighs_more_than_all_others_is_held_to_half():
    table = np.array([[5, 1, 1], [1, 5, 5]], dtype=np.int8)
    voters = Voters(np.array([100.0, 1, 1]), np.array([0, 0, 0]), np.ones(1))
    scored = score_features(np.array([1, 2]), [Judged(1.0, False, table)], voters)
    assert scored.fits[0].mean == pytest.approx([3, 3])
    assert scored.fits[0].capped == 2
    free = score_features(np.array([1, 2]), [Judged(1.0, False, table)], voters, terms=Terms(largest_share=1.0))
    assert free.fits[0].mean[0] > 4.8


def test_who_weighs_nothing_changes_nothing():
    criteria, voters = simulated()
    weights = voters.weight.copy()
    weights[4] = 0
    without = [Judged(each.weight, each.is_cost, np.delete(each.table, 4, axis=1)) for each in criteria]
    others = Voters(np.delete(voters.weight, 4), np.delete(voters.department, 4), voters.department_weights)
    one = score_features(np.arange(30), criteria, Voters(weights, voters.department, voters.department_weights))
    other = score_features(np.arange(30), without, others)
    assert one.scores == pytest.approx(other.scores)


def test_places_belong_to_the_ranks():
    criteria, voters = simulated()
    scored = score_features(np.arange(30), criteria, voters)
    placed = place_features(np.arange(30), scored, cut=lambda order: 10, seed=4)
    assert (placed.low <= scored.ranks).mean() > 0.95
    assert (scored.ranks <= placed.high).mean() > 0.95
    assert placed.chances.sum() == pytest.approx(10)
    order = scored.order
    assert (np.diff(placed.tiers[order]) >= 0).all()
    # the sides of the cut are told by the interval of the rank as by the chance
    assert ((placed.high <= 10) == (placed.chances >= 0.95)).all()
    assert ((placed.low > 10) == (placed.chances < 0.05)).all()
    near = np.argsort(np.abs(scored.ranks - 10.5))[:4]
    assert placed.vote_value[near].min() > placed.vote_value[order[[0, -1]]].max()


def test_features_without_a_rank_have_no_place():
    criteria, voters = simulated()
    is_open = np.arange(30) != 7
    scored = score_features(np.arange(30), criteria, voters, is_open=is_open)
    placed = place_features(np.arange(30), scored, cut=lambda order: 10, seed=4)
    assert (scored.ranks[7], placed.low[7], placed.tiers[7]) == (0, 0, 0)
    assert np.isnan(placed.chances[7])
    assert placed.high.max() == 29


@settings(max_examples=25)
@given(votes)
def test_every_score_lies_within_its_interval_and_on_the_scale(votes):
    result = rank(votes)
    assert ((result.low >= 0) & (result.low <= result.scores + 1e-9)).all()
    assert ((result.scores <= result.high + 1e-9) & (result.high <= 100)).all()


@settings(max_examples=25)
@given(votes, st.randoms(use_true_random=False))
def test_the_order_of_voters_is_irrelevant(votes, random):
    shuffled = votes[:]
    random.shuffle(shuffled)
    assert rank(shuffled).scores == pytest.approx(rank(votes).scores)
