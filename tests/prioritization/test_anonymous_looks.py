"""An anonymous round told by those who look after every single answer: what they see never narrows down to one person.

The attacker here knows more than anybody: who answered what when (but not how), and every number that was ever shown.
"""

import random
from collections import Counter
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest

from prioritization.models import Rating, Tally
from prioritization.queries.explanation import explanation
from prioritization.queries.feature_votes import feature_votes
from prioritization.queries.ratings import standing_votes
from prioritization.voting import Voting
from tests import factories
from tests.prioritization.votes import rate, voting_round

pytestmark = pytest.mark.django_db
PEOPLE = {"Sales": 9, "Support": 4, "Legal": 2, "Design": 1}


@pytest.fixture
def undo(beacon):
    return factories.feature(beacon, "Undo send")


@pytest.fixture
def people(beacon):
    return [factories.seat(beacon, department_name=name) for name, count in PEOPLE.items() for _ in range(count)]


@pytest.fixture
def voting(beacon, undo, people):
    return voting_round(beacon, [undo], secrecy="anonymous")


def close(voting):
    now = voting.round.deadline_at
    Voting().on_close(voting.round, now)
    voting.round.closed_at = now
    voting.round.save()


class Watcher:
    """Looks after each answer. An answer is (seat, its how-manieth); `looks` hold which answers each number is made of."""

    def __init__(self, voting, feature):
        self.voting, self.feature, self.looks, self.given = voting, feature, [], Counter()

    def sees(self, seat, value):
        self.given[seat.pk] += 1
        at = self.voting.round.opened_at + timedelta(minutes=sum(self.given.values()))
        rate(self.voting, seat, self.feature, at=at, impact=value)
        self.look()

    def look(self):
        shown = {}
        for vote in standing_votes([self.feature.pk]):
            if vote.value is not None:
                shown.setdefault(vote.department_id, set()).add((vote.seat_id, vote.value))
        counted = Counter()
        for tally in Tally.objects.filter(feature=self.feature, criterion="impact", value__isnull=False):
            counted[tally.department_id] += tally.votes
        assert counted == {department: len(votes) for department, votes in shown.items()}
        self.looks.append(shown)


def told_apart(looks):
    """Return the answers whose value follows from the sums of some looks: their unit vector is in the span of the sums."""
    answers = sorted({answer for look in looks for group in look.values() for answer in group})
    place = {answer: i for i, answer in enumerate(answers)}
    sums = {frozenset(group) for look in looks for group in look.values()}
    if not sums:
        return []
    matrix = np.zeros((len(sums), len(answers)))
    for row, group in enumerate(sums):
        matrix[row, [place[answer] for answer in group]] = 1
    rank = np.linalg.matrix_rank(matrix)
    return [
        each
        for each in answers
        if np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(answers))[place[each]]])) == rank
    ]


@pytest.mark.parametrize("seed", range(6))
def test_no_difference_of_looks_tells_one_answer(voting, undo, people, seed):
    draw = random.Random(seed)
    watcher = Watcher(voting, undo)
    turns = people * 2 if seed % 2 else list(people)
    draw.shuffle(turns)
    for seat in turns:
        watcher.sees(seat, draw.choice([1, 2, 3, 4, 5, 5, None]))
    close(voting)
    watcher.look()
    for one, other in combinations(watcher.looks, 2):
        everyone, then = set().union(*one.values()), set().union(*other.values())
        assert len({seat for seat, _ in everyone ^ then}) not in (1, 2)
        for department in set(one) & set(other):
            assert len({seat for seat, _ in one[department] ^ other[department]}) not in (1, 2)
    assert all(len(group) >= 3 for look in watcher.looks for group in look.values())
    assert told_apart(watcher.looks) == []
    valued = Rating.objects.filter(feature=undo, value__isnull=False).count()
    assert sum(map(len, watcher.looks[-1].values())) == valued


def test_the_attack_finds_everybody_who_is_shown_one_by_one():
    looks = [{1: {(seat, 3) for seat in range(count)}} for count in range(1, 6)]
    assert len(told_apart(looks)) == 5


def test_a_department_of_two_is_shown_with_others_so_that_the_rest_tells_nothing(voting, undo, people, beacon):
    by_department = Counter()
    for seat in people:
        by_department[seat.department.name] += 1
        if seat.department.name == "Sales" or by_department[seat.department.name] <= 2:
            rate(voting, seat, undo, impact=5)
    close(voting)
    shown = {
        tally.department and tally.department.name: tally.votes for tally in Tally.objects.filter(criterion="impact")
    }
    assert shown == {"Sales": 9, None: 5}


def test_one_small_department_takes_the_next_larger_one_with_it(voting, undo, people):
    for seat in people:
        if seat.department.name in ("Sales", "Support", "Design"):
            rate(voting, seat, undo, impact=5)
    close(voting)
    shown = {
        tally.department and tally.department.name: tally.votes for tally in Tally.objects.filter(criterion="impact")
    }
    assert shown == {"Sales": 9, None: 5}


def test_fewer_than_three_are_not_counted_at_all_and_the_outcome_says_so(voting, undo, people):
    for seat in people[:2]:
        rate(voting, seat, undo, impact=1, effort=5)
    rate(voting, people[2], undo, impact=1)
    close(voting)
    assert {tally.criterion for tally in Tally.objects.exclude(criterion=Tally.PEOPLE)} == {"impact"}
    assert (
        "2 ratings of fewer than 3 people are not counted"
        in Voting().on_close(voting.round, voting.round.closed_at)["sentence"]
    )


def test_weights_of_ones_own_do_not_count_because_they_would_tell_whose_a_vote_is(voting, undo, people):
    for weight, seat in enumerate(people[:4]):
        seat.weight = weight
        seat.save()
        rate(voting, seat, undo, impact=4)
    close(voting)
    tally = Tally.objects.get(criterion="impact")
    assert (tally.votes, tally.counted, tally.weight_sum) == (4, 4, 4.0)


def test_a_later_round_replaces_anonymous_votes_as_a_whole_and_only_when_it_is_over(beacon, voting, undo, people):
    for seat in people[:4]:
        rate(voting, seat, undo, impact=1)
    close(voting)
    later = voting_round(beacon, [undo], opened_at=voting.round.closed_at + timedelta(days=1))
    rate(later, people[0], undo, impact=5)
    assert [vote.value for vote in standing_votes([undo.pk])] == [1] * 4
    close(later)
    assert [vote.value for vote in standing_votes([undo.pk])] == [5]


def test_anonymous_votes_replace_earlier_ones_with_names(beacon, undo, people):
    before = voting_round(beacon, [undo], closed=True)
    rate(before, people[0], undo, impact=5)
    rate(before, people[5], undo, impact=5)
    secret = voting_round(beacon, [undo], secrecy="anonymous", opened_at=before.round.closed_at + timedelta(days=1))
    for seat in people[:3]:
        rate(secret, seat, undo, impact=1)
    assert sorted(vote.value for vote in standing_votes([undo.pk])) == [5, 5]
    close(secret)
    assert sorted(vote.value for vote in standing_votes([undo.pk])) == [1, 1, 1, 5]


def test_nobody_is_named_and_nobodys_votes_stand_side_by_side(beacon, voting, undo, people):
    for seat in people[:4]:
        rate(voting, seat, undo, impact=1, effort=5)
    close(voting)
    names = ("named", "managers", "anonymous")
    assert feature_votes(undo, names=names).voters == []
    found = explanation(beacon, undo.number, names=names)
    assert found is not None and all(department.people == [] for department in found.departments)
