"""When silent people are reminded."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stakeholders.rules.reminders import APART, LEFT, moved, schedule

BERLIN = "Europe/Berlin"


def berlin(*args):
    return datetime(*args, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


@pytest.mark.parametrize(
    ("opens", "deadline", "expected"),
    [
        pytest.param(
            berlin(2026, 11, 18, 10),
            berlin(2026, 12, 2, 17),
            [berlin(2026, 11, 25, 8), berlin(2026, 11, 30, 8), berlin(2026, 12, 2, 9)],
            id="two weeks: 7 days, 2 days, the day",
        ),
        pytest.param(
            berlin(2026, 11, 18, 10),
            berlin(2026, 11, 21, 0),
            [berlin(2026, 11, 20, 9)],
            id="the end of Friday: its own morning, and Wednesday's has passed",
        ),
        pytest.param(
            berlin(2026, 11, 23, 10),
            berlin(2026, 11, 27, 17),
            [berlin(2026, 11, 25, 8), berlin(2026, 11, 27, 9)],
            id="four days",
        ),
        pytest.param(
            berlin(2026, 11, 25, 2),
            berlin(2026, 12, 2, 17),
            [berlin(2026, 11, 30, 8), berlin(2026, 12, 2, 9)],
            id="a week, opened before the morning: nobody is reminded the same day",
        ),
        pytest.param(
            berlin(2026, 11, 27, 9),
            berlin(2026, 11, 27, 17),
            [berlin(2026, 11, 27, 15)],
            id="one working day: once, with a quarter left",
        ),
        pytest.param(
            berlin(2026, 11, 27, 9),
            berlin(2026, 11, 27, 11),
            [berlin(2026, 11, 27, 10)],
            id="two hours: an hour before",
        ),
        pytest.param(berlin(2026, 11, 27, 9), berlin(2026, 11, 27, 10, 59), [], id="shorter than two hours: never"),
        pytest.param(
            berlin(2026, 11, 20, 10),
            berlin(2026, 11, 27, 9, 30),
            [berlin(2026, 11, 25, 8)],
            id="closes early in the morning: no last call half an hour before",
        ),
        pytest.param(
            berlin(2026, 10, 20, 10),
            berlin(2026, 10, 26, 17),
            [berlin(2026, 10, 24, 8), berlin(2026, 10, 26, 9)],
            id="clocks change in between: still eight in the morning",
        ),
    ],
)
def test_reminders_fit_the_length_of_the_round(opens, deadline, expected):
    assert schedule(opens, deadline, BERLIN) == expected


def test_an_extension_moves_what_was_not_sent():
    old, new = berlin(2026, 11, 27, 17), berlin(2026, 12, 4, 17)
    waiting = [berlin(2026, 11, 25, 8), berlin(2026, 11, 27, 9)]

    assert moved(waiting, old, new, BERLIN, now=berlin(2026, 11, 24, 12)) == [
        berlin(2026, 12, 2, 8),
        berlin(2026, 12, 4, 9),
    ]


def test_an_extension_within_the_day_leaves_the_hours_alone():
    old, new = berlin(2026, 11, 27, 17), berlin(2026, 11, 27, 20)

    assert moved([berlin(2026, 11, 27, 9)], old, new, BERLIN, now=berlin(2026, 11, 26)) == [berlin(2026, 11, 27, 9)]


def test_an_extension_after_the_last_call_gives_new_ones():
    old, new = berlin(2026, 11, 27, 17), berlin(2026, 12, 4, 17)

    assert moved([], old, new, BERLIN, now=berlin(2026, 11, 27, 16)) == schedule(berlin(2026, 11, 27, 16), new, BERLIN)


instants = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC"])
lengths = st.timedeltas(timedelta(minutes=1), timedelta(days=60))


@given(opens=instants, length=lengths, zone=zones)
def test_nobody_is_reminded_too_soon_too_often_or_too_late(opens, length, zone):
    reminders = schedule(opens, opens + length, zone)

    assert reminders == sorted(set(reminders))
    assert len(reminders) <= 3
    steps = [opens, *reminders]
    assert all(later - sooner >= APART for sooner, later in zip(steps, reminders, strict=False))
    assert all(opens + length - at >= LEFT for at in reminders)
    if length >= APART + LEFT + timedelta(minutes=1):
        assert reminders


@given(opens=instants, length=lengths, more=lengths, zone=zones, passed=st.floats(0, 1))
def test_moved_reminders_keep_the_same_promises(opens, length, more, zone, passed):
    old, now = opens + length, opens + length * passed
    waiting = [at for at in schedule(opens, old, zone) if at > now]

    reminders = moved(waiting, old, old + more, zone, now)

    assert reminders == sorted(set(reminders))
    assert all(now + APART <= at <= old + more - LEFT for at in reminders)
