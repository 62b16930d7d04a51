"""Counting tries: in their window, of each key apart, none lost when many come at once."""

from datetime import timedelta

import pytest

from stakeholders import clock
from stakeholders.models import Tries
from stakeholders.throttle import has_reached, too_many
from tests.roadmap.test_publish_race import at_once


@pytest.fixture
def wait(monkeypatch, now):
    """Stand at `now`, and go on by so many seconds when called."""
    at = [now]
    monkeypatch.setattr(clock, "now", lambda: at[0])

    def _wait(seconds):
        at[0] += timedelta(seconds=seconds)

    return _wait


def test_a_window_lasts_from_the_first_try_however_often_one_tries(db, wait):
    tries = []
    for pause in (0, 250, 250, 99):
        wait(pause)
        tries.append(too_many("door", 2, 600))
    assert tries == [False, False, True, True]
    assert has_reached("door", 2), "599 s after the first"
    wait(1)
    assert not has_reached("door", 2)
    assert not too_many("door", 2, 600)


def test_each_key_has_a_window_of_its_own_and_old_ones_are_forgotten(db, wait):
    assert [too_many(f"door:{number}", 1, 60) for number in range(400)] == [False] * 400
    assert all(too_many(f"door:{number}", 1, 60) for number in range(400)), "no crowd makes room for a guesser"
    wait(60)
    assert not too_many("another", 1, 60)
    assert [each.key for each in Tries.objects.all()] == ["another"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_tries_that_come_at_once_each_counts():
    results = at_once(16, lambda number: [too_many("door", 40, 600) for _ in range(5)])
    assert sum(each.count(True) for each in results) == 40
    assert Tries.objects.get(key="door").count == 80
