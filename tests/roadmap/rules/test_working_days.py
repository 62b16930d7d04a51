from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.working_days import working_days_after


@pytest.mark.parametrize(
    "start, end, count",
    [
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(2026, 11, 23), date(2026, 11, 30), 5),
        (date(2026, 11, 23), date(2026, 11, 29), 4),
        (date(2026, 11, 27), date(2026, 11, 29), 0),
        (date(2026, 11, 27), date(2026, 12, 4), 5),
        (date(2026, 11, 28), date(2026, 12, 4), 5),
        (date(2026, 11, 23), date(2026, 11, 20), 0),
    ],
)
def test_weekends_do_not_count(start, end, count):
    assert working_days_after(start, end) == count


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 60))
def test_each_working_day_counts_one(start, length):
    end = start + timedelta(days=length)
    counted = sum((start + timedelta(days=step)).weekday() < 5 for step in range(1, length + 1))
    assert working_days_after(start, end) == counted
