"""Numbers, dates and spans as people read them. "~" stands for a no-break space."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from stakeholders import wording

FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


def spaced(text: str) -> str:
    return text.replace("~", "\u00a0")


@pytest.mark.parametrize(
    "value, expected",
    [
        (None, "–"),
        (0, "0~d"),
        (44, "44~d"),
        (44.0, "44~d"),
        (12.5, "12.5~d"),
        (Decimal("0.25"), "0.3~d"),
        (1234, "1,234~d"),
    ],
)
def test_days_always_carry_their_unit(value, expected):
    assert wording.days(value) == spaced(expected)


@pytest.mark.parametrize(
    "value, expected", [(None, "–"), (0, "0~%"), (0.35, "35~%"), (0.005, "1~%"), (1, "100~%"), (2 / 3, "67~%")]
)
def test_a_share_is_stored_in_0_to_1_and_read_in_percent(value, expected):
    assert wording.share(value) == spaced(expected)


@pytest.mark.parametrize(
    "value, places, expected",
    [
        (54.4, 0, "54"),
        (54.5, 0, "55"),
        (2.5, 0, "3"),
        (3.25, 1, "3.3"),
        (-0.04, 1, "0.0"),
        (-3.2, 1, "−3.2"),
        (None, 1, "–"),
        (12345.6, 1, "12,345.6"),
    ],
)
def test_halves_are_rounded_up_and_minus_is_a_minus(value, places, expected):
    assert wording.decimal(value, places) == expected


@pytest.mark.parametrize(
    "value, expected", [(0.7, "+0.7"), (-0.7, "−0.7"), (0, "0.0"), (0.04, "0.0"), (10, "+10.0"), (None, "–")]
)
def test_a_change_shows_its_direction_and_none_shows_none(value, expected):
    assert wording.signed(value) == expected


@pytest.mark.parametrize("value, expected", [(1, "1st"), (12, "12th"), (3888, "3,888th")])
def test_a_place_is_grouped_by_thousands_too(value, expected):
    assert wording.ordinal(value) == expected


@pytest.mark.parametrize(
    "low, high, places, expected",
    [(11, 30, 0, "11–30"), (4, 4, 0, "4"), (3.2, 4.0, 1, "3.2–4.0"), (None, 4, 0, "–"), (-2, 3, 0, "−2–3")],
)
def test_an_interval_has_an_en_dash(low, high, places, expected):
    assert wording.interval(low, high, places) == expected


def test_half_an_interval_is_written_with_its_sign():
    assert wording.plus_minus(0.52) == spaced("±~0.5")
    assert wording.plus_minus(None) == "–"


@pytest.mark.parametrize(
    "seconds, expected",
    [
        (2.5, "10~s"),
        (34, "30~s"),
        (120, "2~min"),
        (12 * 4 * 2.5, "2~min"),
        (18 * 4 * 2.5, "3~min"),
        (3600, "1~h"),
        (11400, "3~h~10"),
        (3900, "1~h~05"),
    ],
)
def test_a_duration_is_what_one_would_plan_with(seconds, expected):
    assert wording.duration(seconds) == spaced(expected)


def test_an_instant_is_told_in_the_zone_of_its_product():
    assert wording.instant(FRIDAY, "Europe/Berlin") == spaced("Fri~27~Nov, 17:00~CET")
    assert wording.instant(FRIDAY, "America/New_York") == spaced("Fri~27~Nov, 11:00~EST")
    assert wording.instant(FRIDAY, ZoneInfo("Asia/Kolkata")) == spaced("Fri~27~Nov, 21:30~IST")
    assert wording.instant(FRIDAY, "America/Sao_Paulo") == spaced("Fri~27~Nov, 13:00~UTC−03")
    assert wording.instant(None) == "–"


def test_where_someone_must_act_the_day_is_spelled_out():
    assert wording.long_instant(FRIDAY, "Europe/Berlin") == spaced("Friday 27 November 2026, 17:00 in Berlin (CET)")
    assert wording.long_instant(FRIDAY, "UTC") == spaced("Friday 27 November 2026, 16:00~UTC")


def test_a_day_late_at_night_is_the_day_of_its_zone():
    late = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    assert wording.day(late, "UTC") == spaced("Fri~27~Nov")
    assert wording.day(late, "Europe/Berlin") == spaced("Sat~28~Nov")
    assert wording.day(date(2026, 11, 27)) == spaced("Fri~27~Nov")
    assert wording.day_and_year(date(2027, 1, 5)) == spaced("5~Jan~2027")


def test_a_reader_elsewhere_is_told_their_own_time_and_nobody_else_is():
    assert wording.elsewhere(FRIDAY, zone="Europe/Berlin", own_zone="America/New_York") == "11:00 for you (New York)"
    assert wording.elsewhere(FRIDAY, zone="Europe/Berlin", own_zone="Europe/Paris") == ""
    tokyo = wording.elsewhere(FRIDAY, zone="Europe/Berlin", own_zone="Asia/Tokyo")
    assert tokyo == spaced("Sat~28~Nov, 01:00 for you (Tokyo)")


@pytest.mark.parametrize(
    "left, expected",
    [
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(hours=5, minutes=59), "in 5 hours"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(minutes=2), "in 2 minutes"),
        (timedelta(seconds=30), "now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(hours=-2), "2 hours ago"),
        (timedelta(days=-4), "4 days ago"),
    ],
)
def test_how_near_something_is(left, expected):
    assert wording.relative(FRIDAY, now=FRIDAY - left, zone="Europe/Berlin") == expected


def test_a_mere_day_is_counted_from_the_reader_s_today():
    evening = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert wording.relative(date(2026, 11, 27), now=evening, zone="UTC") == "in 1 day"
    assert wording.relative(date(2026, 11, 27), now=evening, zone="Europe/Berlin") == "today"


@pytest.mark.parametrize(
    "zone, name", [("Europe/Berlin", "Berlin"), ("America/Argentina/Buenos_Aires", "Buenos Aires"), ("UTC", "UTC")]
)
def test_a_zone_is_called_by_its_city(zone, name):
    assert wording.city(zone) == name
