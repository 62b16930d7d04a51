"""How near an instant is, as people count."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stakeholders.rules.nearness import Nearness, Unit, Urgency, nearness, urgency

BERLIN = ZoneInfo("Europe/Berlin")
DEADLINE = datetime(2026, 11, 27, 17, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "now, expected",
    [
        (datetime(2026, 11, 24, 18, 0, tzinfo=BERLIN), Nearness(Unit.DAYS, 3)),
        (datetime(2026, 11, 24, 14, 2, tzinfo=BERLIN), Nearness(Unit.DAYS, 3)),
        (datetime(2026, 11, 26, 17, 0, tzinfo=BERLIN), Nearness(Unit.DAYS, 1)),
        (datetime(2026, 11, 26, 17, 0, 1, tzinfo=BERLIN), Nearness(Unit.HOURS, 23)),
        (datetime(2026, 11, 27, 15, 0, 1, tzinfo=BERLIN), Nearness(Unit.HOURS, 1)),
        (datetime(2026, 11, 27, 16, 30, 30, tzinfo=BERLIN), Nearness(Unit.MINUTES, 29)),
        (datetime(2026, 11, 27, 16, 59, 30, tzinfo=BERLIN), Nearness(Unit.NOW, 0)),
        (datetime(2026, 11, 27, 17, 0, tzinfo=BERLIN), Nearness(Unit.NOW, 0)),
        (datetime(2026, 11, 27, 19, 59, tzinfo=BERLIN), Nearness(Unit.HOURS, -2)),
        (datetime(2026, 12, 1, 9, 0, tzinfo=BERLIN), Nearness(Unit.DAYS, -4)),
    ],
)
def test_days_are_counted_by_midnights_and_shorter_spans_never_promise_more_than_is_left(now, expected):
    assert nearness(DEADLINE, now=now, zone=BERLIN) == expected


def test_the_zone_decides_which_midnights_count():
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    instant = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
    assert nearness(instant, now=now, zone=UTC).number == 2
    assert nearness(instant, now=now, zone=BERLIN).number == 1


def test_the_night_that_winter_time_begins_is_one_day_long():
    instant = datetime(2026, 10, 25, 12, 0, tzinfo=BERLIN)
    assert nearness(instant, now=datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN), zone=BERLIN) == Nearness(Unit.DAYS, 1)


@pytest.mark.parametrize(
    "left, expected",
    [
        (timedelta(days=4, hours=1), Urgency.FAR),
        (timedelta(days=3, hours=3), Urgency.SOON),
        (timedelta(days=1, seconds=1), Urgency.SOON),
        (timedelta(days=1), Urgency.NOW),
        (timedelta(seconds=1), Urgency.NOW),
        (timedelta(0), Urgency.PAST),
        (timedelta(days=-2), Urgency.PAST),
    ],
)
def test_a_deadline_gets_louder_the_nearer_it_is(left, expected):
    assert urgency(DEADLINE, now=DEADLINE - left, zone=BERLIN) is expected
