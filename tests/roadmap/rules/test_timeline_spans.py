"""When a feature runs, and what is late or out of order."""

from datetime import date

import pytest

from roadmap.rules.timeline.facts import Precision, Release
from roadmap.rules.timeline.spans import days_late, days_overdue, is_broken, span_of
from tests.roadmap.rules.roadmaps import feature

SPRING = Release(1, "2027.1", date(2027, 1, 1), date(2027, 3, 25))
UNDATED = Release(2, "Some day")


@pytest.mark.parametrize(
    ("facts", "release", "expected"),
    [
        (
            {"starts_on": date(2027, 1, 5), "ends_on": date(2027, 2, 9)},
            SPRING,
            (date(2027, 1, 5), date(2027, 2, 9), True),
        ),
        (
            {"starts_on": date(2027, 1, 5), "ends_on": date(2027, 2, 9), "precision": Precision.MONTH},
            None,
            (date(2027, 1, 1), date(2027, 2, 28), True),
        ),
        (
            {"starts_on": date(2028, 2, 5), "ends_on": date(2028, 2, 9), "precision": Precision.MONTH},
            None,
            (date(2028, 2, 1), date(2028, 2, 29), True),
        ),
        (
            {"starts_on": date(2027, 5, 5), "ends_on": date(2027, 11, 30), "precision": Precision.QUARTER},
            None,
            (date(2027, 4, 1), date(2027, 12, 31), True),
        ),
        ({}, SPRING, (date(2027, 1, 1), date(2027, 3, 25), False)),
        ({"starts_on": date(2027, 2, 1)}, SPRING, (date(2027, 2, 1), date(2027, 3, 25), False)),
        ({"ends_on": date(2027, 2, 1)}, SPRING, (date(2027, 1, 1), date(2027, 2, 1), False)),
        ({"ends_on": date(2026, 2, 1)}, SPRING, (date(2026, 2, 1), date(2026, 2, 1), False)),
        ({"starts_on": date(2027, 6, 1)}, SPRING, (date(2027, 6, 1), date(2027, 6, 1), False)),
        ({"starts_on": date(2027, 2, 1)}, None, (date(2027, 2, 1), date(2027, 2, 1), False)),
    ],
)
def test_the_days_of_a_bar(facts, release, expected):
    span = span_of(feature(**facts), release)
    assert (span.starts_on, span.ends_on, span.is_own) == expected


@pytest.mark.parametrize(
    ("facts", "release"),
    [
        ({}, None),
        ({}, UNDATED),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2027, 2, 1), "precision": Precision.LATER}, SPRING),
    ],
)
def test_what_has_no_date_or_is_for_later_has_no_bar(facts, release):
    assert span_of(feature(**facts), release) is None


@pytest.mark.parametrize(
    ("ends_on", "precision", "is_shipped", "days"),
    [
        (date(2027, 3, 25), Precision.DAY, False, 0),
        (date(2027, 3, 26), Precision.DAY, False, 1),
        (date(2027, 4, 8), Precision.DAY, False, 14),
        (date(2027, 4, 8), Precision.DAY, True, 0),
        (date(2027, 3, 31), Precision.MONTH, False, 0),
        (date(2027, 4, 20), Precision.MONTH, False, 7),
        (date(2027, 2, 1), Precision.QUARTER, False, 0),
    ],
)
def test_late_is_counted_from_the_release_to_the_earliest_end(ends_on, precision, is_shipped, days):
    late = feature(starts_on=date(2027, 1, 4), ends_on=ends_on, precision=precision, release=1, is_shipped=is_shipped)
    assert days_late(late, span_of(late, SPRING), SPRING) == days


def test_an_end_that_the_release_lent_is_never_late():
    lent = feature(starts_on=date(2027, 6, 1), release=1)
    assert days_late(lent, span_of(lent, SPRING), SPRING) == 0


@pytest.mark.parametrize(("today", "days"), [(date(2027, 2, 28), 0), (date(2027, 3, 1), 1), (date(2027, 3, 8), 8)])
def test_overdue_is_counted_from_the_latest_end(today, days):
    due = feature(starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 1), precision=Precision.MONTH)
    assert days_overdue(due, span_of(due, None), None, today) == days


@pytest.mark.parametrize(
    ("facts", "release", "days"),
    [
        ({}, SPRING, 7),
        ({"is_shipped": True}, SPRING, 0),
        ({"starts_on": date(2027, 1, 9)}, SPRING, 7),
        ({"starts_on": date(2027, 1, 9)}, None, 0),
        ({"ends_on": date(2027, 6, 9)}, SPRING, 0),
    ],
)
def test_without_an_end_of_its_own_it_should_have_ended_with_its_release(facts, release, days):
    due = feature(**facts)
    assert days_overdue(due, span_of(due, release), release, date(2027, 4, 1)) == days


@pytest.mark.parametrize(
    ("need_ends", "starts", "precision", "broken"),
    [
        (date(2027, 3, 1), date(2027, 3, 2), Precision.DAY, False),
        (date(2027, 3, 2), date(2027, 3, 2), Precision.DAY, False),
        (date(2027, 3, 3), date(2027, 3, 2), Precision.DAY, True),
        (date(2027, 3, 31), date(2027, 3, 1), Precision.MONTH, False),
        (date(2027, 4, 30), date(2027, 3, 1), Precision.MONTH, True),
        (date(2027, 6, 30), date(2027, 4, 1), Precision.QUARTER, False),
        (date(2027, 7, 1), date(2027, 4, 1), Precision.QUARTER, True),
    ],
)
def test_an_order_is_broken_where_every_reading_of_the_dates_breaks_it(need_ends, starts, precision, broken):
    need = span_of(feature(starts_on=date(2027, 1, 1), ends_on=need_ends, precision=precision), None)
    span = span_of(feature(starts_on=starts, ends_on=date(2027, 12, 1), precision=precision), None)
    assert is_broken(need, span) is broken


def test_what_only_has_a_release_breaks_an_order_where_the_releases_do():
    summer = Release(3, "2027.2", date(2027, 3, 26), date(2027, 6, 24))
    in_spring, in_summer = span_of(feature(), SPRING), span_of(feature(), summer)
    in_january = span_of(feature(starts_on=date(2027, 1, 2), ends_on=date(2027, 1, 3)), None)
    assert not is_broken(in_spring, in_spring)
    assert not is_broken(in_spring, in_january)
    assert not is_broken(in_spring, in_summer)
    assert is_broken(in_summer, in_spring)
    assert is_broken(in_summer, in_january)
    assert not is_broken(None, in_spring)
