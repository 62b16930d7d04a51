"""Axis, lettering, packing, marks and capacity, each alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.timeline.axis import Axis, axis_for
from roadmap.rules.timeline.capacity import strip
from roadmap.rules.timeline.facts import Load, Milestone, Release, Team
from roadmap.rules.timeline.lettering import shortened, text_width, wrapped
from roadmap.rules.timeline.marks import BETWEEN, FLAG_WIDTH, HALF_GLYPH, SIZE, place_marks
from roadmap.rules.timeline.packing import pack
from tests.roadmap.rules.roadmaps import TODAY, days, roadmap, titles

YEAR = Axis(date(2026, 10, 1), date(2027, 10, 1))


def test_the_axis_is_whole_quarters_from_today_to_the_last_day():
    axis = axis_for([date(2027, 12, 16)], today=TODAY)
    assert [(tick.begins_on.year, tick.quarter) for tick in axis.quarters] == [
        (2026, 4),
        (2027, 1),
        (2027, 2),
        (2027, 3),
        (2027, 4),
    ]
    assert len(axis.months) == 15
    assert axis.quarters[0].x == 0
    assert sum(tick.width for tick in axis.quarters) == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize(
    ("dates", "whole", "begins_on", "quarters"),
    [
        ([], False, date(2026, 10, 1), 4),
        ([date(2026, 9, 30)], False, date(2026, 7, 1), 4),
        ([date(2019, 3, 1)], False, date(2026, 4, 1), 4),
        ([date(2024, 3, 1)], True, date(2024, 1, 1), 12),
        ([date(2062, 1, 1)], False, date(2026, 10, 1), 48),
    ],
)
def test_the_axis_has_limits(dates, whole, begins_on, quarters):
    axis = axis_for(dates, today=TODAY, whole=whole)
    assert (axis.begins_on, len(axis.quarters)) == (begins_on, quarters)


@pytest.mark.parametrize("whole", [False, True])
def test_the_axis_stands_at_both_ends_of_the_calendar(whole):
    axis = axis_for([date.min, date.max], today=TODAY, whole=whole)
    assert len(axis.quarters) == 48
    assert axis.share_of_end(date.max) == 100


def test_a_day_lies_where_it_begins_and_days_outside_at_the_nearer_end():
    assert YEAR.share(date(2026, 10, 1)) == 0
    assert YEAR.share(date(2027, 1, 1)) == pytest.approx(100 * 92 / 365, abs=0.001)
    assert YEAR.share(date(2020, 1, 1)) == 0
    assert YEAR.share(date(2030, 1, 1)) == 100
    assert YEAR.share_of_end(date(2027, 9, 30)) == 100


@pytest.mark.parametrize(
    ("text", "width"), [("", 0.0), ("a", 6.13), ("Undo", 26.13), ("é", 6.15), ("e\u0301", 6.15), ("自", 10.0)]
)
def test_letters_have_the_widths_of_the_widest_font(text, width):
    assert text_width(text, 10) == pytest.approx(width, abs=0.01)


@given(titles, st.floats(30, 400))
def test_a_shortened_text_fits_and_begins_like_the_whole(text, room):
    short = shortened(text, room, 12)
    assert text_width(short, 12) <= room
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("Onboarding", ("Onboarding",)),
        ("First reply within 2 h", ("First reply", "within 2 h")),
        ("Keep enterprise customers", ("Keep enterprise", "customers")),
    ],
)
def test_a_lane_name_breaks_into_even_lines(text, lines):
    assert wrapped(text, 132, 13, is_bold=True) == lines


@given(titles)
def test_a_lane_name_fits_into_two_lines(text):
    lines = wrapped(text, 132, 13, is_bold=True)
    assert len(lines) <= 2
    assert all(text_width(line, 13, is_bold=True) <= 132 for line in lines)


@pytest.mark.parametrize(
    ("extents", "rows"),
    [
        ([], []),
        ([(0, 10)], [0]),
        ([(0, 10), (16, 20)], [0, 0]),
        ([(0, 10), (15.9, 20)], [0, 1]),
        ([(0, 50), (10, 20), (26, 40), (56, 60)], [0, 1, 1, 0]),
        ([(0, 10), (0, 10), (0, 10)], [0, 1, 2]),
    ],
)
def test_a_bar_takes_the_first_row_that_is_free_six_px_before_it(extents, rows):
    assert pack(extents) == rows


@given(st.lists(st.tuples(st.floats(0, 800), st.floats(0, 200))))
def test_rows_never_overlap(pairs):
    extents = [(left, left + length) for left, length in pairs]
    rows = pack(extents)
    for row in set(rows):
        inside = [extent for extent, place in zip(extents, rows, strict=True) if place == row]
        assert all(a[1] + 6 <= b[0] for a, b in zip(inside, inside[1:], strict=False))


def test_a_name_stands_left_of_its_mark_and_right_of_it_where_the_flag_is_in_the_way():
    marks, today = place_marks(
        [Release(1, "2026.4", ends_on=date(2026, 12, 5)), Release(2, "2027.1", ends_on=date(2027, 3, 25))],
        [],
        YEAR,
        today=TODAY,
        width=868,
    )
    assert [(mark.name, mark.side, mark.line) for mark in marks] == [("2026.4", "start", 0), ("2027.1", "end", 0)]
    assert not today.is_flag_right


def test_a_milestone_without_room_keeps_its_mark_and_a_release_goes_up_a_line():
    crowd = [Release(n, f"2027.{n}", ends_on=date(2027, 3, n)) for n in range(1, 6)]
    marks, _ = place_marks(crowd, [Milestone(1, "ISO audit", date(2027, 3, 3))], YEAR, today=TODAY, width=868)
    assert [mark.label for mark in marks if not mark.is_release] == [""]
    assert all(mark.label for mark in marks if mark.is_release)
    assert {mark.line for mark in marks if mark.is_release} > {0}


dated = st.lists(st.tuples(titles, days), max_size=10)


@given(dated, dated, days, st.sampled_from([1.0, 1.5, 2.4]))
def test_no_name_touches_another_on_the_axis_or_on_a_wider_one(releases, milestones, today, wider):
    axis = axis_for([on for _, on in releases + milestones], today=today, whole=True)
    marks, flag = place_marks(
        [Release(n, name, ends_on=on) for n, (name, on) in enumerate(releases)],
        [Milestone(n, name, on) for n, (name, on) in enumerate(milestones)],
        axis,
        today=today,
        width=868,
    )
    shown = [on for _, on in releases + milestones if axis.holds(on)]
    assert len(marks) == len(shown)
    assert all(mark.label for mark in marks if mark.is_release)
    width = 868 * wider
    lines: dict[int, list[tuple[float, float]]] = {}
    for mark in marks:
        at, length = mark.x * width / 100, text_width(mark.label, SIZE)
        if mark.label:
            start = at + mark.dx - (length if mark.side == "end" else 0)
            assert -0.01 <= start <= width - length + 0.01
            lines.setdefault(mark.line, []).append((start, start + length))
    flag_at = flag.x * width / 100
    taken = (flag_at, flag_at + FLAG_WIDTH) if flag.is_flag_right else (flag_at - FLAG_WIDTH, flag_at)
    for line, extents in lines.items():
        others = [taken] if line == 0 else []
        for left, right in extents:
            assert all(right <= a + 0.01 or b <= left + 0.01 for a, b in others)
        ordered = sorted(extents)
        assert all(a[1] + BETWEEN <= b[0] + 0.01 for a, b in zip(ordered, ordered[1:], strict=False))
        if line == 0:
            glyphs = [mark.x * width / 100 for mark in marks]
            assert not [at for at in glyphs for a, b in extents if a - HALF_GLYPH + 0.01 < at < b + HALF_GLYPH - 0.01]


def test_the_strip_has_a_cell_for_each_release_and_shows_what_is_over():
    facts = roadmap(
        teams=(Team(2, "Platform"), Team(1, "Inbox")),
        releases=(
            Release(2, "2027.1", date(2027, 1, 1), date(2027, 3, 31)),
            Release(1, "2026.4", date(2026, 10, 1), date(2026, 12, 31)),
        ),
        loads=(Load(1, 1, 58, 64), Load(2, 1, 66, 60), Load(2, 2, 5, 0), Load(1, 2, 0, 0)),
    )
    rows = strip(facts, YEAR, width=868)
    assert [row.team.name for row in rows] == ["Inbox", "Platform"]
    (inbox,), (over, none) = rows[0].cells, rows[1].cells
    assert (inbox.is_over, inbox.over, inbox.used) == (False, 0, pytest.approx(inbox.full * 58 / 64, abs=0.001))
    assert (over.is_over, over.used, over.over) == (True, over.full, pytest.approx(over.full * 0.1, abs=0.001))
    assert (none.is_over, none.over) == (True, pytest.approx(none.full * 0.2, abs=0.001))
    assert over.x == 0
    assert none.x == pytest.approx(over.width, abs=0.01)


@given(st.lists(days, min_size=1, max_size=8), days)
def test_cells_never_overlap(ends, today):
    facts = roadmap(
        teams=(Team(1, "Inbox"),),
        releases=tuple(Release(n, str(n), on - timedelta(days=100), on) for n, on in enumerate(ends)),
        loads=tuple(Load(1, n, 1, 1) for n in range(len(ends))),
        today=today,
    )
    for row in strip(facts, axis_for(ends, today=today, whole=True), width=868):
        assert all(a.x + a.width <= b.x + 0.01 for a, b in zip(row.cells, row.cells[1:], strict=False))
