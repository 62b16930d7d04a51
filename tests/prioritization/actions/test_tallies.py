from datetime import timedelta

import pytest

from prioritization.actions.tallies import recount
from prioritization.models import ScoreRequest, Tally
from tests import factories
from tests.prioritization.votes import rate, voting_round


@pytest.fixture
def undo(beacon):
    return factories.feature(beacon, "Undo send for 30 seconds")


@pytest.fixture
def voting(beacon, undo):
    return voting_round(beacon, [undo])


def tallied(feature, criterion="impact"):
    rows = Tally.objects.filter(feature=feature, criterion=criterion).order_by("department__name", "value")
    return [(row.department and row.department.name, row.value, row.votes, row.weight_sum) for row in rows]


def test_people_of_a_department_who_agree_share_a_row(beacon, undo, voting, stan):
    colleague = factories.seat(beacon, department_name="Sales", weight=2)
    rate(voting, stan, undo, impact=4)
    rate(voting, colleague, undo, impact=4)
    assert tallied(undo) == [("Sales", 4, 2, 3.0)]
    assert Tally.objects.get(criterion="impact").weight_square_sum == 5


def test_a_changed_mind_moves_the_vote(undo, voting, stan):
    rate(voting, stan, undo, impact=4)
    rate(voting, stan, undo, impact=2)
    assert tallied(undo) == [("Sales", 2, 1, 1.0)]


def test_no_opinion_is_counted_apart_and_takes_a_rating_back(undo, voting, stan):
    rate(voting, stan, undo, impact=4, effort=3)
    rate(voting, stan, undo, impact=None)
    assert tallied(undo) == [("Sales", None, 1, 1.0)]
    assert tallied(undo, Tally.PEOPLE) == [("Sales", None, 1, 1.0)]


def test_the_latest_rating_of_a_seat_counts_across_rounds(beacon, undo, voting, stan):
    later = voting_round(beacon, [undo], opened_at=factories.NOW + timedelta(days=30))
    rate(later, stan, undo, impact=5)
    rate(voting, stan, undo, impact=1, effort=2)
    assert tallied(undo) == [("Sales", 5, 1, 1.0)]
    assert tallied(undo, "effort") == [("Sales", 2, 1, 1.0)]


def test_weight_and_department_are_those_of_the_round_not_of_today(undo, voting, stan):
    rate(voting, stan, undo, impact=4)
    stan.weight, stan.department = 5, factories.department("Legal")
    stan.save()
    rate(voting, stan, undo, effort=4)
    assert tallied(undo) == [("Sales", 4, 1, 1.0)]


def test_ratings_of_a_withdrawn_round_count_nothing(undo, voting, stan, now):
    rate(voting, stan, undo, impact=4)
    voting.round.cancelled_at = now
    voting.round.save()
    recount(undo.product_id, [undo.pk], now=now)
    assert not Tally.objects.exists()


def test_a_guest_of_weight_nothing_is_shown_and_not_counted(undo, voting, stan):
    stan.weight = 0
    stan.save()
    rate(voting, stan, undo, impact=4)
    tally = Tally.objects.get(criterion="impact")
    assert (tally.votes, tally.counted) == (1, 0)


def test_people_without_department_share_a_row_too(beacon, undo, voting):
    for _ in range(2):
        seat = factories.seat(beacon)
        seat.department = None
        seat.save()
        rate(voting, seat, undo, impact=3)
    assert tallied(undo) == [(None, 3, 2, 2.0)]


def test_people_are_counted_once_however_many_criteria_they_rate(beacon, undo, voting, stan):
    rate(voting, stan, undo, impact=4, effort=3, ease=None)
    rate(voting, factories.seat(beacon), undo, ease=None)
    assert tallied(undo, Tally.PEOPLE) == [("Sales", None, 1, 1.0)]


def test_a_vote_asks_for_scores_and_a_second_count_of_the_same_does_not(undo, voting, stan, now):
    rate(voting, stan, undo, impact=4)
    assert ScoreRequest.objects.filter(product=undo.product).count() == 1
    ScoreRequest.objects.all().delete()
    before = list(Tally.objects.order_by("pk").values())
    recount(undo.product_id, [undo.pk], now=now)
    assert list(Tally.objects.order_by("pk").values()) == before
    assert not ScoreRequest.objects.exists()


def test_one_vote_touches_no_other_feature(beacon, undo, voting, stan):
    other = factories.feature(beacon, "Dark theme for agents")
    rate(voting, stan, other, impact=2)
    before = list(Tally.objects.filter(feature=other).order_by("pk").values())
    rate(voting, stan, undo, impact=4)
    assert list(Tally.objects.filter(feature=other).order_by("pk").values()) == before


def test_a_feature_of_another_product_is_left_alone(undo, voting, stan, now):
    rate(voting, stan, undo, impact=4)
    other = factories.product("orion")
    Tally.objects.all().delete()
    recount(other.pk, [undo.pk], now=now)
    assert not Tally.objects.exists()
