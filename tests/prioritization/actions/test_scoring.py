from datetime import timedelta

import pytest

from prioritization.actions import scores, scoring
from prioritization.actions.tallies import count_asked, recount
from prioritization.models import (
    CountRequest,
    Criterion,
    ScoreRequest,
    ScoreResult,
    ScoreRun,
    ScoringTerms,
    VoterCheck,
    VotingRound,
)
from prioritization.queries.own_score import score_now
from prioritization.queries.ratings import standing_votes
from prioritization.tasks import score_due_products, score_product
from roadmap.models import Effort, Feature, Standing
from stakeholders import clock
from stakeholders.models import Department, Invitation, Round
from stakeholders.rules.weights import HEAVIEST
from tests import factories
from tests.prioritization.votes import rate, rate_all, voting_round


@pytest.fixture
def features(beacon):
    return [factories.feature(beacon, f"Feature {letter}") for letter in "ABCDEFG"]


@pytest.fixture
def voters(beacon):
    return [factories.seat(beacon, department_name=name) for name in ("Sales", "Sales", "Engineering")]


@pytest.fixture
def voting(beacon, features, voters):
    """Feature A is liked most, F least, and nobody has rated G."""
    voting = voting_round(beacon, features)
    for feature, values in zip(
        features, ((5, 5, 4), (4, 5, 4), (4, 3, 4), (3, 3, 3), (2, 3, 2), (1, 2, 2)), strict=False
    ):
        for seat, value in zip(voters, values, strict=True):
            rate_all(voting, seat, feature, value)
    return voting


def order(product):
    return "".join(
        standing.feature.title[-1]
        for standing in Standing.objects.filter(product=product, rank__isnull=False)
        .order_by("rank")
        .select_related("feature")
    )


def test_features_are_ranked_by_their_votes_and_the_unrated_one_not_at_all(beacon, voting, now):
    run = scoring.score(beacon, now=now)
    assert order(beacon) == "ABCDEF"
    assert run.ranked == 6
    assert not Standing.objects.filter(feature__title="Feature G").exists()


def test_a_standing_holds_what_its_marks_need(beacon, voting, now):
    scoring.score(beacon, now=now)
    standing = Standing.objects.get(feature__title="Feature A")
    # 5 and 5 from Sales, 4 from Engineering: weights 1/√2, 1/√2 and 1
    assert standing.criteria["impact"]["mean"] == pytest.approx((10 / 2**0.5 + 4) / (2 / 2**0.5 + 1))
    assert standing.criteria["impact"]["votes"] == 3
    mark = standing.criteria["impact"]
    assert mark["low"] < mark["pulled"] < mark["high"] <= 5
    assert mark["low"] == pytest.approx(mark["pulled"] - 1.645 * mark["variance"] ** 0.5, abs=1e-5)
    assert standing.votes == 3
    assert 0 <= standing.split < 0.3
    assert 60 < standing.score < 100
    assert standing.score_low < standing.score < standing.score_high
    pulled = {key: 25 * (cell["pulled"] - 1) for key, cell in standing.criteria.items()}
    without_effort = 0.35 * pulled["impact"] + 0.15 * pulled["ease"] + 0.25 * pulled["happiness"]
    assert standing.benefit == pytest.approx(without_effort / 0.75, abs=1e-6)
    assert standing.variance > 0
    assert 2 < standing.effective < 3
    assert standing.rank_low == standing.rank == standing.tier == 1
    assert standing.rank_high >= 1
    assert 0.5 < standing.cut_chance <= 1
    assert standing.apart["low_mean"] <= standing.apart["high_mean"]


def test_a_run_says_what_was_used(beacon, voting, now):
    run = scoring.score(beacon, now=now)
    assert [(each["key"], each["weight"]) for each in run.criteria] == [
        ("impact", 0.35),
        ("effort", 0.25),
        ("ease", 0.15),
        ("happiness", 0.25),
    ]
    prior = run.used["priors"]["impact"]
    assert not prior["is_fallback"]
    assert prior["mu"] == round(prior["mu"], 2)
    assert run.used["rating_style"] is False  # every cell is rated
    assert run.used["coverage"] == 1
    assert run.used["cut"] == {"k": 2, "release": None}
    assert run.used["draws"] == 400
    assert run.used["effort"] == "effort"
    assert [row[at] for at, row in enumerate(run.used["correlation"])] == [1, 1, 1, 1]
    assert -1 <= run.used["alpha"]["impact"] <= 1
    inputs = scoring.read_inputs(beacon, now=now)
    assert (run.at, run.digest, run.seed) == (now, inputs.digest(), inputs.seed)
    assert len(run.digest) == 64 and run.seed


def test_what_is_stored_with_a_run_repeats_it(beacon, voting, now):
    scoring.score(beacon, now=now)
    before = list(Standing.objects.order_by("feature").values())
    Standing.objects.all().delete()
    ScoreRun.objects.all().delete()
    again = scoring.score(beacon, now=now)
    own = ("id", "run")
    assert [
        {k: v for k, v in row.items() if k not in own} for row in Standing.objects.order_by("feature").values()
    ] == [{k: v for k, v in row.items() if k not in own} for row in before]
    assert again.seed == scoring.read_inputs(beacon, now=now).seed


def test_few_votes_fall_back_and_the_run_says_so(beacon, features, voters, now):
    voting = voting_round(beacon, features)
    rate_all(voting, voters[0], features[0], 5)
    run = scoring.score(beacon, now=now)
    assert run.used["priors"]["impact"] == {"mu": 5, "k": 4, "s2": 1, "tau2": None, "is_fallback": True}


def test_the_same_inputs_are_not_scored_twice(beacon, voting, now):
    first = scoring.score(beacon, now=now)
    Standing.objects.update(tier=7)
    assert scoring.score(beacon, now=now + timedelta(hours=1)) == first
    assert ScoreRun.objects.count() == 1
    assert set(Standing.objects.values_list("tier", flat=True)) == {7}


def test_only_standings_that_changed_are_written(beacon, voting, voters, features, now):
    first = scoring.score(beacon, now=now)
    beta = voting_round(beacon, features, opened_at=now + timedelta(days=20))
    rate(beta, voters[0], features[6], impact=3)
    second = scoring.score(beacon, now=now + timedelta(days=21))
    # the seventh feature appears; a vote that moves the average by less than it shows leaves the others as they were
    written = set(Standing.objects.filter(run=second.pk).values_list("feature__title", flat=True))
    assert "Feature G" in written
    unchanged = Standing.objects.filter(run=first.pk)
    assert len(written) + unchanged.count() == 7


def test_the_priors_shown_are_the_priors_used(beacon, voting, now):
    run = scoring.score(beacon, now=now)
    for standing in Standing.objects.all():
        score = 0.0
        for criterion in run.criteria:
            cell, prior = standing.criteria[criterion["key"]], run.used["priors"][criterion["key"]]
            pulled = (cell["effective"] * cell["mean"] + prior["k"] * prior["mu"]) / (cell["effective"] + prior["k"])
            score += criterion["weight"] * 25 * (pulled - 1)
        assert score == pytest.approx(standing.score, abs=1e-4)


def test_a_shipped_feature_leaves_the_ranking_and_keeps_its_score(beacon, voting, now):
    scoring.score(beacon, now=now)
    Feature.objects.filter(title="Feature A").update(status=Feature.Status.SHIPPED)
    scores.request_stale(now=now)
    scoring.score_when_asked(beacon.pk, clock=lambda: now)
    assert order(beacon) == "BCDEF"
    assert Standing.objects.get(feature__title="Feature A").score > 60


def test_a_departments_new_weight_is_found_by_the_sweep(beacon, voting, now):
    scoring.score(beacon, now=now)
    scores.request_stale(now=now)
    ScoreRequest.objects.all().delete()
    Department.objects.filter(name="Engineering").update(weight=3)
    scores.request_stale(now=now)
    assert ScoreRequest.objects.filter(product=beacon).exists()


def test_nothing_is_stale_when_nothing_changed(beacon, voting, now):
    scoring.score(beacon, now=now)
    ScoreRequest.objects.all().delete()
    scores.request_stale(now=now)
    assert not ScoreRequest.objects.exists()


def test_a_products_own_criteria_replace_the_defaults(beacon, voting, now):
    Criterion.objects.create(product=beacon, key="ease", name="Ease", low_anchor="hard", high_anchor="easy", weight=2)
    run = scoring.score(beacon, now=now)
    assert [(each["key"], each["weight"], each["entered"]) for each in run.criteria] == [("ease", 1.0, 2.0)]
    assert set(Standing.objects.first().criteria) == {"ease"}


def test_votes_taken_back_leave_the_feature_unranked(beacon, voting, voters, features, now):
    scoring.score(beacon, now=now)
    for seat in voters:
        rate_all(voting, seat, features[0], None)
    scoring.score(beacon, now=now)
    standing = Standing.objects.get(feature=features[0])
    assert (standing.score, standing.rank, standing.votes) == (None, None, 0)
    assert (standing.rank_low, standing.tier, standing.cut_chance, standing.variance) == (None, None, None, None)
    assert order(beacon) == "BCDEF"


def test_two_products_do_not_mix(beacon, voting, voters, now):
    orion = factories.product("orion")
    feature = factories.feature(orion, "Feature X")
    seat = factories.seat(orion)
    rate_all(voting_round(orion, [feature]), seat, feature, 1)
    scoring.score(orion, now=now)
    scoring.score(beacon, now=now)
    assert (order(beacon), order(orion)) == ("ABCDEF", "X")


# what is due


def test_the_task_scores_what_is_asked_for_and_then_nothing_is_left_to_do(beacon, voting):
    score_product(beacon.pk)
    assert order(beacon) == "ABCDEF"
    assert not ScoreRequest.objects.exists()
    run = ScoreRun.objects.get()
    score_product(beacon.pk)
    assert ScoreRun.objects.get() == run


def test_the_sweep_finds_what_no_message_told_of(beacon, voting):
    score_due_products()
    assert order(beacon) == "ABCDEF"
    assert not ScoreRequest.objects.exists()


def test_a_vote_that_comes_in_while_scoring_is_counted_by_the_next_run(beacon, voting, voters, features, now):
    held = scores.claim(beacon.pk, now=now)
    rate_all(voting, voters[0], features[6], 5, impact=4)
    assert not scores.finish(held)
    assert scores.claim(beacon.pk, now=now + timedelta(seconds=1))


def test_a_vote_that_was_committed_too_late_for_a_run_has_another_made(beacon, voting, features, now):
    held = scores.claim(beacon.pk, now=now)
    count_asked(beacon.pk, now=now)
    CountRequest.objects.create(product=beacon, feature=features[0])  # it had found the request new, and asks no more
    assert not scores.finish(held)
    score_product(beacon.pk)
    assert not ScoreRequest.objects.exists() and not CountRequest.objects.exists()


def test_runs_that_follow_at_once_leave_the_processor_to_those_who_vote(beacon, voting, features, now, monkeypatch):
    counted, rests = [], []

    def count_and_be_late_for(product_id, *, now):
        count_asked(product_id, now=now)
        if len(counted) < 2:
            CountRequest.objects.create(product=beacon, feature=features[0])
        counted.append(product_id)

    monkeypatch.setattr(scoring, "count_asked", count_and_be_late_for)
    scoring.score_when_asked(beacon.pk, clock=lambda: now, rest=rests.append)
    assert len(counted) == 3
    assert len(rests) == 2 and all(0 <= each <= scoring.LEAST_SECONDS for each in rests)
    assert not ScoreRequest.objects.exists()


def test_a_request_is_held_by_one_worker_until_it_must_have_died(beacon, voting, now):
    assert scores.claim(beacon.pk, now=now)
    assert scores.claim(beacon.pk, now=now + timedelta(seconds=50)) is None
    assert scores.due_products(now + timedelta(seconds=50)) == []
    assert scores.due_products(now + timedelta(seconds=61)) == [beacon.pk]
    assert scores.claim(beacon.pk, now=now + timedelta(seconds=61))


def test_a_worker_that_lost_its_request_writes_nothing(beacon, voting, now):
    slow = scores.claim(beacon.pk, now=now)
    quick = scores.claim(beacon.pk, now=now + timedelta(minutes=2))
    assert scoring.score(beacon, held=slow, now=now) is None
    assert not ScoreRun.objects.exists()
    assert scoring.score(beacon, held=quick, now=now)
    assert scores.finish(quick)
    assert scores.finish(slow)


@pytest.fixture
def poison(monkeypatch, beacon):
    """Make one product break whatever scores it; return how often it did."""
    broken = []

    def read(product, **kwargs):
        if product == beacon:
            broken.append(product)
            raise OverflowError("too large\nDETAIL: whose row that is")
        return read_inputs(product, **kwargs)

    read_inputs = scoring.read_inputs
    monkeypatch.setattr(scoring, "read_inputs", read)
    return broken


def test_a_product_that_cannot_be_scored_keeps_no_other_from_it(beacon, voting, voters, poison):
    orion = factories.product("orion")
    feature = factories.feature(orion, "Feature X")
    rate_all(voting_round(orion, [feature]), factories.seat(orion), feature, 3)
    ScoreRequest.objects.filter(product=orion).update(asked_at=clock.now())
    score_due_products()
    assert (len(poison), order(beacon), order(orion)) == (1, "", "X")
    assert ScoreRequest.objects.get().why == "OverflowError: too large"


def test_a_product_that_cannot_be_scored_is_parked_until_somebody_votes(
    beacon, voting, voters, features, poison, monkeypatch, now
):
    for minute in range(10):
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2 * minute))  # noqa: B023
        score_due_products()
    assert len(poison) == ScoreRequest.MOST_ATTEMPTS
    later = now + timedelta(hours=1)
    assert [each.product for each in scores.parked(later)] == [beacon]
    rate_all(voting, voters[0], features[6], 5)
    assert not scores.parked(later).exists()
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: later)
    score_due_products()
    assert order(beacon) == "AGBCDEF"
    assert not ScoreRequest.objects.exists()


def test_what_is_parked_is_tried_again_after_a_day(beacon, voting, now):
    ScoreRequest.objects.update(attempts=ScoreRequest.MOST_ATTEMPTS, claimed_at=now, is_new=False)
    assert scores.due_products(now + timedelta(hours=23)) == []
    assert scores.due_products(now + timedelta(hours=25)) == [beacon.pk]


@pytest.mark.parametrize("weight", [HEAVIEST, 1e-9, 1e-200])
def test_whatever_a_voter_weighs_the_ranking_stands(beacon, voting, voters, features, now, weight):
    Invitation.objects.filter(seat=voters[0]).update(weight=weight)
    recount(beacon.pk, [feature.pk for feature in features], now=now)
    assert scoring.score(beacon, now=now).ranked == 6
    assert order(beacon).startswith("A")


def test_a_vote_is_kept_though_the_broker_is_away(
    beacon, features, voters, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(scores.current_app, "send_task", refuse)
    voting = voting_round(beacon, features)
    with django_capture_on_commit_callbacks(execute=True):
        rate_all(voting, voters[0], features[0], 5)
    assert ScoreRequest.objects.filter(product=beacon).exists()


def test_of_many_votes_only_the_first_wakes_the_worker(
    beacon, features, voters, now, monkeypatch, django_capture_on_commit_callbacks
):
    woken = []
    monkeypatch.setattr(scores, "wake", woken.append)
    voting = voting_round(beacon, features)

    def vote(feature):
        with django_capture_on_commit_callbacks(execute=True):
            rate(voting, voters[0], feature, impact=5)

    for feature in features[:3]:
        vote(feature)
    assert woken == [beacon.pk]
    scoring.score_when_asked(beacon.pk, clock=lambda: now)
    vote(features[3])
    assert woken == [beacon.pk, beacon.pk]


def test_the_order_in_which_people_voted_changes_no_digest(beacon, voting, voters, features, now):
    before = scoring.read_inputs(beacon, now=now).digest()
    for seat in reversed(voters):
        rate_all(voting, seat, features[5], 3)
    for seat, value in zip(voters, (1, 2, 2), strict=True):
        rate_all(voting, seat, features[5], value)
    recount(beacon.pk, [feature.pk for feature in features], now=now)
    assert scoring.read_inputs(beacon, now=now).digest() == before


# what closed rounds leave behind, and what is said about voters


def test_a_closed_round_keeps_its_result_whatever_is_voted_later(beacon, voting, voters, features, now):
    Round.objects.filter(pk=voting.round_id).update(closed_at=now)
    run = scoring.score(beacon, now=now)
    kept = dict(ScoreResult.objects.filter(round=voting.round).values_list("feature__title", "rank"))
    assert kept == {f"Feature {letter}": rank for rank, letter in enumerate("ABCDEF", start=1)}
    voting.refresh_from_db()
    assert voting.frozen_by == run
    later = voting_round(beacon, features, opened_at=now + timedelta(days=20))
    for seat in voters:
        rate_all(later, seat, features[5], 5)
    scoring.score(beacon, now=now + timedelta(days=21))
    assert order(beacon)[0] != "A" or Standing.objects.get(feature=features[5]).rank < 6
    assert dict(ScoreResult.objects.filter(round=voting.round).values_list("feature__title", "rank")) == kept
    assert not ScoreResult.objects.filter(round=later.round).exists()


def test_the_whole_result_is_kept_and_adds_up_again(beacon, voting, now):
    Round.objects.filter(pk=voting.round_id).update(closed_at=now)
    run = scoring.score(beacon, now=now)
    kept = {
        result.feature_id: result for result in ScoreResult.objects.filter(round=voting.round).select_related("run")
    }
    assert len(kept) == 6
    for standing in Standing.objects.filter(score__isnull=False):
        result = kept[standing.feature_id]
        for field in Standing._meta.get_fields():
            if field.name not in ("id", "feature", "product", "run"):
                assert getattr(result, field.name) == getattr(standing, field.name), field.name
        score = 0.0
        for criterion in result.run.criteria:
            cell, prior = result.criteria[criterion["key"]], result.run.used["priors"][criterion["key"]]
            pulled = (cell["effective"] * cell["mean"] + prior["k"] * prior["mu"]) / (cell["effective"] + prior["k"])
            score += criterion["weight"] * 25 * (pulled - 1)
        assert score == pytest.approx(result.score, abs=1e-6)
    assert {result.run for result in kept.values()} == {run}


def test_a_round_that_closed_without_another_vote_is_kept_too(beacon, voting, now):
    run = scoring.score(beacon, now=now)
    Round.objects.filter(pk=voting.round_id).update(closed_at=now)
    assert scoring.score(beacon, now=now) == run
    assert ScoreResult.objects.filter(round=voting.round, run=run).count() == 6


def test_a_withdrawn_round_leaves_no_result(beacon, voting, now):
    Round.objects.filter(pk=voting.round_id).update(cancelled_at=now)
    scoring.score(beacon, now=now)
    assert not ScoreResult.objects.exists()


def test_every_voter_is_checked(beacon, voting, voters, now):
    run = scoring.score(beacon, now=now)
    checks = {check.seat_id: check for check in VoterCheck.objects.filter(product=beacon)}
    assert set(checks) == {seat.pk for seat in voters}
    for check in checks.values():
        assert (check.ratings, check.run, check.style) == (24, run.pk, {})
        assert 0 < check.bound < 100
        assert check.influence > 0
    assert set(run.used["robust"]) == {"trimmed", "median"}
    assert run.used["robust"]["median"]["tau"] > 0.5
    assert run.used["concordance"]["impact"]["raters"] == 3


def test_a_voter_whose_votes_are_gone_has_no_check(beacon, voting, voters, features, now):
    scoring.score(beacon, now=now)
    for feature in features[:6]:
        rate_all(voting, voters[0], feature, None)
    scoring.score(beacon, now=now)
    assert set(VoterCheck.objects.values_list("seat", flat=True)) == {seat.pk for seat in voters[1:]}


def test_nothing_is_said_of_who_voted_anonymously(beacon, voting, voters, features, now):
    round_ = factories.round_(beacon, opened_at=now, deadline_at=now + timedelta(days=7), closed_at=now)
    secret = VotingRound.objects.create(
        round=round_, criteria=voting.criteria, secrecy=VotingRound.Secrecy.ANONYMOUS, revealed_at=now
    )
    for seat in voters[:3]:
        rate_all(secret, seat, features[0], 4)
    scoring.score(beacon, now=now)
    assert order(beacon)
    assert not VoterCheck.objects.exists()


def test_a_product_may_leave_rating_style_in_and_hold_voters_to_another_share(beacon, voting, voters, features, now):
    for feature in features[:4]:
        rate_all(voting, voters[0], feature, None)
    assert scoring.score(beacon, now=now).used["rating_style"] is True
    ScoringTerms.objects.create(product=beacon, takes_out_style=False, largest_share=0.3)
    run = scoring.score(beacon, now=now)
    assert (run.used["rating_style"], run.used["largest_share"]) == (False, 0.3)
    assert run.used["capped"] > 0


def test_the_list_is_cut_where_the_next_release_is_full(beacon, voting, features, now):
    inbox = factories.team(beacon, "Inbox")
    release = factories.release(beacon, "2027.1", now.date(), now.date() + timedelta(days=80))
    factories.capacity(inbox, release, 20)
    for feature in features:
        Effort.objects.create(feature=feature, team=inbox, low=5, likely=8, high=12)
    run = scoring.score(beacon, now=now)
    assert run.used["cut"] == {"k": 2, "release": release.pk}
    chances = dict(Standing.objects.values_list("feature__title", "cut_chance"))
    assert sum(chances.values()) == pytest.approx(2)
    assert chances["Feature A"] > 0.9 > 0.1 > chances["Feature F"]


def test_the_sweep_checks_voters_once_nothing_is_asked_for(beacon, voting, voters, now):
    scoring.score_when_asked(beacon.pk, clock=lambda: now)
    assert not VoterCheck.objects.exists()
    assert scores.unchecked_products(now=now) == [], "somebody may still be voting"
    assert scores.unchecked_products(now=now + scores.QUIET) == [beacon.pk]
    score_due_products()
    assert VoterCheck.objects.count() == 3
    assert scores.unchecked_products(now=now + scores.QUIET) == []
    assert set(Standing.objects.values_list("run", flat=True)) == {ScoreRun.objects.get().pk}


def test_after_a_vote_the_features_own_score_is_right_before_any_run(beacon, voting, voters, features, now):
    run = scoring.score(beacon, now=now)
    rate_all(voting, voters[0], features[3], 5)
    at_once = score_now(run, standing_votes([features[3].pk]))
    assert at_once > Standing.objects.get(feature=features[3]).score + 1
    run = scoring.score(beacon, now=now)
    later = Standing.objects.get(feature=features[3])
    assert at_once == pytest.approx(later.score, abs=1)
    assert score_now(run, standing_votes([features[3].pk])) == pytest.approx(later.score, abs=1e-6)
    assert later.run == run.pk
    assert score_now(run, standing_votes([features[6].pk])) is None


def standings(product):
    fields = [field.attname for field in Standing._meta.fields if field.attname not in ("id", "run")]
    return list(Standing.objects.filter(product=product).order_by("feature").values_list(*fields))


def test_a_worker_that_remembers_writes_what_one_that_reads_everything_would(beacon, voters, features, now):
    """Vote after vote, a late voter, a round withdrawn, a feature more: and what no vote moved is not written."""
    memory = scoring.Memory(worth_keeping=0)
    voting = voting_round(beacon, features)
    late = factories.seat(beacon, department_name="Support")

    def act(number):
        if number == 5:
            features.append(factories.feature(beacon, "Feature H"))
        elif number == 6:
            Round.objects.filter(pk=second.round_id).update(cancelled_at=now)
        else:
            voter = late if number == 4 else voters[number % 3]
            rate_all(second if number == 3 else voting, voter, features[number], 1 + number % 5, ease=number % 3 + 2)

    second = voting_round(beacon, features, opened_at=now + timedelta(days=20))
    for number in range(9):
        act(number if number < 7 else number - 5)
        before = dict(Standing.objects.values_list("feature", "run"))
        scores.request_scores(beacon.pk, now=now)
        run = scoring.score_when_asked(beacon.pk, clock=lambda: now, memory=memory)
        remembered, written = (
            standings(beacon),
            set(Standing.objects.filter(run=run.pk).values_list("feature", flat=True)),
        )
        ScoreRun.objects.filter(pk=run.pk).update(digest="as if it had never been")
        anew = scoring.score(beacon, now=now)
        assert standings(beacon) == remembered
        assert not Standing.objects.filter(run=anew.pk).exists(), "the first wrote all that differs"
        assert written or before == dict(Standing.objects.values_list("feature", "run"))
