"""Which way a measure goes, and the points of its line."""

from datetime import date

import pytest

from roadmap.rules.objectives import Course, Spark, course_of, spark

YEAR = {"began_on": date(2026, 1, 1), "due_on": date(2027, 1, 1), "today": date(2026, 7, 2)}


@pytest.mark.parametrize(
    ("numbers", "dates", "course"),
    [
        ((4, 3, 2), {}, Course.ON_THE_WAY),
        ((4, 4, 2), {}, Course.SLOW),
        ((4, 5, 2), {}, Course.WRONG_WAY),
        ((4, 2, 2), {}, Course.REACHED),
        ((4, 1, 2), {}, Course.REACHED),
        ((3, 11, 37), {}, Course.ON_THE_WAY),
        ((10, 12.5, 20), YEAR, Course.ON_THE_WAY),
        ((10, 12.4, 20), YEAR, Course.SLOW),
        ((10, 9.9, 20), YEAR, Course.WRONG_WAY),
        ((10, 14, 20), YEAR | {"today": date(2028, 1, 1)}, Course.SLOW),
        ((10, 10, 20), YEAR | {"today": date(2026, 1, 1)}, Course.SLOW),
        ((None, 3, 2), {}, Course.UNKNOWN),
        ((4, None, 2), {}, Course.UNKNOWN),
        ((4, 3, None), {}, Course.UNKNOWN),
        ((2, 3, 2), {}, Course.UNKNOWN),
    ],
)
def test_the_course_of_a_measure(numbers, dates, course):
    baseline, current, target = numbers
    assert course_of(baseline=baseline, current=current, target=target, **dates) == course


def test_a_line_needs_two_points():
    assert spark([(date(2026, 1, 1), 3.0)], target=2, width=100, height=20) is None


def test_days_are_to_scale_and_the_target_is_on_the_same_scale():
    measured = [(date(2026, 1, 1), 4.0), (date(2026, 1, 2), 3.0), (date(2026, 1, 5), 4.0)]
    assert spark(measured, target=2.0, width=108, height=28) == Spark(((4, 4), (29, 14), (104, 4)), 24)


def test_equal_values_lie_in_the_middle():
    measured = [(date(2026, 1, 1), 4.0), (date(2026, 1, 2), 4.0)]
    assert spark(measured, target=None, width=100, height=20) == Spark(((4, 10), (96, 10)), None)
