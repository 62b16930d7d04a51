"""The geometry of answers over time."""

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stakeholders.rules.answer_chart import BOTTOM, LEFT, MOST_DAYS, RIGHT, TOP, draw

OPENED = datetime(2026, 11, 18, 9, tzinfo=UTC)
DEADLINE = datetime(2026, 12, 2, 16, tzinfo=UTC)


def chart(answers=(), *, until=DEADLINE, asked=4, reminders=(), opened=OPENED, deadline=DEADLINE):
    return draw(opened, deadline, until, answers, asked=asked, reminders=reminders, zone="Europe/Berlin")


def test_the_line_steps_up_at_each_answer_and_ends_now():
    middle = OPENED + (DEADLINE - OPENED) / 2
    drawn = chart([middle, OPENED], until=middle)

    assert drawn.line == "M28.0 136.0H28.0V105.5H210.0V75.0H210.0"
    assert drawn.end == (210.0, 75.0)
    assert drawn.count == 2


def test_an_answer_after_the_end_of_the_line_is_not_drawn():
    assert chart([DEADLINE], until=OPENED).count == 0


def test_numbers_are_round_and_the_top_is_the_people_asked():
    assert [tick.label for tick in chart(asked=19).numbers] == [0, 5, 10, 15, 19]
    assert [tick.label for tick in chart(asked=3).numbers] == [0, 1, 2, 3]
    assert [tick.label for tick in chart(asked=21).numbers] == [0, 10, 21]
    assert [tick.label for tick in chart(asked=0).numbers] == [0, 1]


def test_days_are_labelled_the_month_once():
    drawn = chart()

    assert [(tick.label, tick.with_month) for tick in drawn.dates][:2] == [
        (date(2026, 11, 18), True),
        (date(2026, 11, 22), False),
    ]
    assert [tick.with_month for tick in drawn.dates if tick.label.month == 12][:1] in ([True], [])


def test_labels_keep_apart():
    for hour in range(24):
        drawn = chart(opened=OPENED.replace(hour=hour))
        places = [tick.at for tick in drawn.dates]
        assert all(later - sooner >= 45 for sooner, later in zip(places, places[1:], strict=False))


def test_the_table_counts_up_day_by_day():
    drawn = chart([OPENED, OPENED + timedelta(days=2), OPENED + timedelta(days=2, hours=1)])

    assert drawn.days == [(date(2026, 11, 18), 1), (date(2026, 11, 20), 3), (date(2026, 12, 2), 3)]


@given(
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=400)),
    shares=st.lists(st.floats(0, 1), max_size=60),
    passed=st.floats(0, 2),
    asked=st.integers(0, 600),
)
def test_everything_stays_in_the_frame_and_the_line_never_goes_back(length, shares, passed, asked):
    deadline = OPENED + length
    drawn = chart(
        [OPENED + length * share for share in shares], deadline=deadline, until=OPENED + length * passed, asked=asked
    )

    xs = [float(text) for text in re.findall(r"H([\d.]+)", drawn.line)]
    ys = [float(text) for text in re.findall(r"V([\d.]+)", drawn.line)]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    assert all(LEFT <= x <= RIGHT for x in [*xs, *(tick.at for tick in drawn.dates)])
    assert all(TOP <= y <= BOTTOM for y in [*ys, *(tick.at for tick in drawn.numbers)])
    assert len(drawn.dates) <= MOST_DAYS
    assert len(drawn.numbers) <= 6
    assert drawn.days[-1][1] == drawn.count <= len(shares)
