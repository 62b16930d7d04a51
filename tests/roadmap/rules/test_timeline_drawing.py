"""The whole drawing: what it holds, that nothing overlaps, and that order of input means nothing."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.timeline.conclusion import conclude
from roadmap.rules.timeline.drawing import draw, draw_on_paper
from roadmap.rules.timeline.facts import Lanes, Load, Objective, Precision, Release, Team
from roadmap.rules.timeline.horizon import Horizon, by_quarter, coming, horizon_of
from roadmap.rules.timeline.lanes import placed
from roadmap.rules.timeline.lettering import text_width
from roadmap.rules.timeline.styles import PAPER_HEIGHT, SCREEN
from tests.roadmap.rules.roadmaps import TODAY, feature, roadmap, roadmaps

SPRING = Release(1, "2027.1", date(2027, 1, 1), date(2027, 3, 25))
WINTER = Release(2, "2026.4", date(2026, 10, 1), date(2026, 12, 17))
SUMMER = Release(3, "2027.2", date(2027, 4, 1), date(2027, 6, 24))
REPLY = Objective(1, 0, "A", "First reply within 2 h", "median 3 h 10 → 2 h")
COST = Objective(2, 1, "B", "Halve the cost per ticket")


def bar_of(drawing, key):
    (bar,) = [bar for bar in drawing.bars if bar.feature.key == key]
    return bar


def test_an_empty_roadmap_is_an_axis_without_lanes():
    drawing = draw(roadmap())
    assert len(drawing.quarters) == 4
    assert drawing.lanes == ()
    assert drawing.today is not None


@pytest.mark.parametrize(
    ("lanes", "names"),
    [
        (Lanes.OBJECTIVE, ["First reply within 2 h", "Halve the cost per ticket", ""]),
        (Lanes.TEAM, ["Inbox", "Platform", ""]),
        (Lanes.RELEASE, ["2026.4", "2027.1", ""]),
    ],
)
def test_lanes_stand_in_their_own_order_and_the_homeless_come_last(lanes, names):
    facts = roadmap(
        feature(1, objective=2, team=1, release=1),
        feature(2, objective=1, team=2, release=2),
        feature(3, objective=99),
        objectives=(COST, REPLY),
        teams=(Team(1, "Platform"), Team(2, "Inbox")),
        releases=(SPRING, SUMMER, WINTER),
    )
    assert [shape.lane.name for shape in draw(facts, lanes=lanes).lanes] == names


def test_a_bar_runs_from_its_first_to_its_last_day_and_shows_what_is_done():
    drawing = draw(roadmap(feature(starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31), progress=0.5)))
    bar = bar_of(drawing, "BCN-1")
    assert (bar.x, bar.width) == (0, drawing.axis.share(date(2027, 1, 1)))
    assert bar.done == pytest.approx(bar.width / 2, abs=0.001)


def test_a_label_that_would_leave_the_page_ends_with_the_edge():
    drawing = draw(
        roadmap(feature(title="Everything on request", starts_on=date(2027, 9, 20), ends_on=date(2027, 9, 25)))
    )
    bar = bar_of(drawing, "BCN-1")
    assert bar.label_x == 100
    assert bar.label_dx < 0
    assert bar.extent[1] == pytest.approx(drawing.style.width)


def test_later_is_a_stroke_at_the_right_edge():
    bar = bar_of(draw(roadmap(feature(precision=Precision.LATER))), "BCN-1")
    assert bar.is_later
    assert bar.is_cut_right
    assert (bar.x, bar.width) == (100, 0)


def test_what_is_late_says_by_how_many_days_behind_its_bar():
    late = feature(starts_on=date(2027, 2, 1), ends_on=date(2027, 4, 8), release=1)
    bar = bar_of(draw(roadmap(late, releases=(SPRING,))), "BCN-1")
    assert (bar.late_days, bar.late_side) == (14, "bar")


def test_what_is_late_at_the_right_edge_says_so_behind_its_label():
    late = feature(starts_on=date(2027, 2, 1), ends_on=date(2027, 9, 28), release=1)
    bar = bar_of(draw(roadmap(late, releases=(SPRING,))), "BCN-1")
    assert bar.late_side == "label"
    assert bar.label_x < 100


def test_an_arrow_goes_from_the_end_of_the_need_to_the_start_of_what_needs_it():
    need = feature(1, starts_on=date(2026, 10, 5), ends_on=date(2026, 12, 10))
    after = feature(2, starts_on=date(2027, 1, 11), ends_on=date(2027, 3, 1), needs=(1, 77))
    before = feature(3, starts_on=date(2026, 12, 1), ends_on=date(2027, 3, 1), needs=(1,))
    drawing = draw(roadmap(need, after, before))
    arrows = {arrow.feature: arrow for arrow in drawing.arrows}
    assert {number: arrow.is_broken for number, arrow in arrows.items()} == {2: False, 3: True}
    assert arrows[2].from_x == bar_of(drawing, "BCN-1").end_x
    assert arrows[2].to_x == bar_of(drawing, "BCN-2").x


@pytest.mark.parametrize(("count", "is_dense"), [(60, False), (61, True)])
def test_more_than_sixty_bars_are_lines(count, is_dense):
    facts = roadmap(*(feature(n, starts_on=TODAY, ends_on=TODAY + timedelta(days=n)) for n in range(count)))
    drawing = draw(facts)
    assert drawing.style.is_dense is is_dense
    assert drawing.arrows == ()
    assert {bar.label == "" for bar in drawing.bars} == {is_dense}


def test_an_opened_lane_is_drawn_in_full_however_many_it_holds():
    facts = roadmap(
        *(feature(n, starts_on=TODAY, ends_on=TODAY + timedelta(days=n), objective=1 + n % 2) for n in range(200)),
        objectives=(REPLY, COST),
    )
    drawing = draw(facts, only="2")
    assert [shape.lane.name for shape in drawing.lanes] == ["Halve the cost per ticket"]
    assert len(drawing.bars) == 100
    assert not drawing.style.is_dense


def test_what_shipped_before_the_axis_is_counted_and_can_be_asked_for():
    old = feature(1, starts_on=date(2025, 1, 7), ends_on=date(2025, 3, 1), is_shipped=True)
    now = feature(2, starts_on=date(2026, 10, 7), ends_on=date(2026, 12, 1))
    assert (draw(roadmap(old, now)).past, len(draw(roadmap(old, now)).bars)) == (1, 1)
    whole = draw(roadmap(old, now), with_past=True)
    assert (whole.past, len(whole.bars), whole.first_day) == (0, 2, date(2025, 1, 1))


def test_months_are_wide_when_asked_for():
    facts = roadmap(feature(starts_on=TODAY, ends_on=date(2027, 12, 1)))
    assert draw(facts, zoomed=True).style.width == 15 * 120


@pytest.mark.parametrize(("count", "is_dense"), [(3, False), (14, False), (20, False), (60, True)])
def test_paper_shrinks_its_rows_until_one_page_holds_them(count, is_dense):
    # all at once, so that each needs a row of its own
    facts = roadmap(*(feature(n, starts_on=TODAY, ends_on=date(2027, 9, 1)) for n in range(count)))
    drawing = draw_on_paper(facts)
    assert drawing.style.is_dense is is_dense
    assert drawing.height <= PAPER_HEIGHT
    assert is_dense or 15 <= drawing.style.row <= 27


@given(roadmaps(), st.sampled_from(Lanes), st.booleans())
def test_every_feature_is_drawn_exactly_once_and_inside_the_axis(facts, lanes, with_past):
    drawing = draw(facts, lanes=lanes, with_past=with_past)
    drawn = [bar.feature.id for bar in drawing.bars]
    assert len(drawn) == len(set(drawn))
    assert len(drawn) + drawing.past == len(facts.features)
    for bar in drawing.bars:
        px = drawing.style.width / 100
        left = bar.x * px + bar.dx
        right = left + (24 if bar.is_later else 6 if bar.is_short else bar.width * px)
        assert -0.01 <= left <= right <= drawing.style.width + 0.01
        assert 0 <= bar.done <= bar.width
    for shape in drawing.lanes:
        assert all(shape.y <= bar.y and bar.y + drawing.style.row <= shape.y + shape.height for bar in shape.bars)


def label_and_bar(bar, style, px):
    """Where the two lines of a bar begin and end on an axis of 100 `px`, measured anew from what the template prints."""
    late_room = (44 if bar.late_days else 92) if bar.late_side else 0
    label = bar.label_x * px + bar.label_dx
    label_end = label + 15 + text_width(bar.label, style.title_size, is_bold=bar.feature.is_changed)
    if bar.late_side == "label":
        assert bar.late_x * px + bar.late_dx >= label_end
        label_end = bar.late_x * px + bar.late_dx + late_room
    left = bar.x * px + bar.dx
    right = left + (24 if bar.is_later else style.shortest if bar.is_short else bar.width * px)
    if bar.late_side == "bar":
        assert bar.late_x * px + bar.late_dx >= right
        right = bar.late_x * px + bar.late_dx + late_room
    return (label, label_end), (left, right)


@given(roadmaps(), st.sampled_from(Lanes), st.sampled_from([1.0, 1.3, 2.5]))
def test_no_two_labels_or_bars_of_a_row_overlap_on_the_axis_or_on_a_wider_one(facts, lanes, wider):
    drawing = draw(facts, lanes=lanes)
    px = drawing.style.width / 100 * wider
    for shape in drawing.lanes:
        rows = {}
        for bar in shape.bars:
            rows.setdefault(bar.row, []).append(label_and_bar(bar, drawing.style, px))
        for inside in rows.values():
            for before, after in zip(inside, inside[1:], strict=False):
                assert max(before[0][1], before[1][1]) + 6 <= min(after[0][0], after[1][0]) + 0.05
            assert all(label[0] >= 0 and label[1] <= 100 * px + 0.05 for label, _ in inside)


@given(roadmaps(), st.sampled_from(Lanes), st.randoms())
def test_the_order_of_the_input_means_nothing(facts, lanes, chance: random.Random):
    def shuffled(values):
        values = list(values)
        chance.shuffle(values)
        return tuple(values)

    other = replace(
        facts,
        features=shuffled(facts.features),
        objectives=shuffled(facts.objectives),
        teams=shuffled(facts.teams),
        releases=shuffled(facts.releases),
        milestones=shuffled(facts.milestones),
        loads=shuffled(facts.loads),
    )
    assert draw(facts, lanes=lanes) == draw(other, lanes=lanes)
    assert conclude(facts) == conclude(other)


# now, next, later


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"release": 2}, Horizon.NOW),
        ({"release": 1}, Horizon.NEXT),
        ({"release": 3}, Horizon.LATER),
        ({"release": 1, "precision": Precision.LATER}, Horizon.LATER),
        ({"starts_on": date(2026, 10, 1), "ends_on": date(2026, 12, 17)}, Horizon.NOW),
        ({"starts_on": date(2026, 10, 1), "ends_on": date(2026, 12, 18)}, Horizon.NEXT),
        (
            {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 12, 18), "precision": Precision.QUARTER},
            Horizon.LATER,
        ),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 18)}, Horizon.NOW),
        ({"starts_on": date(2030, 1, 1), "ends_on": date(2030, 2, 18)}, Horizon.LATER),
        ({}, Horizon.LATER),
        ({"release": 2, "is_shipped": True}, Horizon.NOW),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 18), "is_shipped": True}, Horizon.SHIPPED),
    ],
)
def test_now_next_and_later(facts, expected):
    releases = (SPRING, SUMMER, WINTER)
    (member,) = placed(roadmap(feature(**facts), releases=releases))
    assert horizon_of(member, coming(releases, TODAY), TODAY) is expected


def test_the_list_groups_by_the_quarter_of_the_end_and_later_comes_last():
    facts = roadmap(
        feature(1, precision=Precision.LATER),
        feature(2, starts_on=date(2026, 12, 1), ends_on=date(2027, 2, 14), release=1),
        feature(3, starts_on=date(2026, 10, 1), ends_on=date(2026, 11, 14), release=2),
        feature(4, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 14), release=1),
        releases=(SPRING, SUMMER, WINTER),
    )
    groups = by_quarter(placed(facts), facts.releases, TODAY)
    assert [(group.begins_on, group.horizon) for group in groups] == [
        (date(2026, 10, 1), None),
        (date(2027, 1, 1), Horizon.NEXT),
        (None, Horizon.LATER),
    ]


# what it comes to


def test_the_conclusion_names_what_slips_what_is_overdue_and_what_is_over():
    facts = roadmap(
        feature(1, "Screen-reader support", starts_on=date(2027, 4, 1), ends_on=date(2027, 7, 8), release=3),
        feature(2, "Mobile app", starts_on=date(2027, 4, 1), ends_on=date(2027, 6, 30), release=3),
        feature(3, "Undo send", starts_on=date(2026, 10, 1), ends_on=date(2026, 11, 3), release=2),
        feature(4, "Audit log", starts_on=date(2026, 10, 9), ends_on=date(2026, 12, 3), release=2, needs=(3,)),
        releases=(SPRING, SUMMER, WINTER),
        teams=(Team(1, "Inbox"),),
        loads=(Load(1, 2, 62, 60), Load(1, 1, 60, 60)),
    )
    found = conclude(facts)
    assert [release.name for release in found.ahead] == ["2026.4", "2027.1", "2027.2"]
    assert found.on_time == 2
    assert [(slip.release.name, slip.feature.title, slip.days, slip.count) for slip in found.slips] == [
        ("2027.2", "Screen-reader support", 14, 2)
    ]
    assert [each.title for each in found.overdue] == ["Undo send"]
    assert [(each.feature.title, each.need.title) for each in found.disorders] == [("Audit log", "Undo send")]
    assert [(each.team.name, each.release.name) for each in found.overloads] == [("Inbox", "2026.4")]


def test_an_empty_roadmap_comes_to_nothing():
    found = conclude(roadmap())
    assert (found.features, found.ahead, found.slips, found.disorders) == (0, (), (), ())


def test_the_screen_style_fits_a_page_of_a4():
    assert SCREEN.width + 168 <= 277 / 25.4 * 96
