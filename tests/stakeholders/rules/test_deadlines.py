"""Which instant a typed deadline is."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stakeholders.rules import deadlines
from stakeholders.rules.deadlines import Deadline, SkippedTime, UnknownZone, drift, read


@pytest.mark.parametrize(
    ("wall", "zone", "at"),
    [
        (datetime(2026, 11, 27, 17), "Europe/Berlin", datetime(2026, 11, 27, 16, tzinfo=UTC)),
        (datetime(2026, 7, 1, 17), "Europe/Berlin", datetime(2026, 7, 1, 15, tzinfo=UTC)),
        (datetime(2026, 11, 27, 17), "America/New_York", datetime(2026, 11, 27, 22, tzinfo=UTC)),
        (datetime(2026, 11, 27, 17), "Asia/Kolkata", datetime(2026, 11, 27, 11, 30, tzinfo=UTC)),
        (datetime(2026, 11, 27, 17, 0, 59, 9), "UTC", datetime(2026, 11, 27, 17, tzinfo=UTC)),
    ],
)
def test_a_wall_time_is_read_in_its_zone_to_the_minute(wall, zone, at):
    deadline = read(wall, zone)

    assert deadline.at == at
    assert deadline.zone == zone
    assert not deadline.is_end_of_day
    assert not deadline.twice


@pytest.mark.parametrize(
    ("wall", "zone", "next_valid"),
    [
        (datetime(2026, 3, 29, 2, 30), "Europe/Berlin", datetime(2026, 3, 29, 3)),
        (datetime(2026, 3, 29, 2, 0), "Europe/Berlin", datetime(2026, 3, 29, 3)),
        (datetime(2026, 3, 8, 2, 59), "America/New_York", datetime(2026, 3, 8, 3)),
        (datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe", datetime(2026, 10, 4, 2, 30)),
        (datetime(2011, 12, 30, 12), "Pacific/Apia", datetime(2011, 12, 31)),
        (date(2011, 12, 30), "Pacific/Apia", datetime(2011, 12, 31)),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_with_the_next_one(wall, zone, next_valid):
    with pytest.raises(SkippedTime) as refusal:
        read(wall, zone)

    assert refusal.value.next_valid == next_valid
    assert refusal.value.wall == wall
    read(next_valid, zone)


def test_a_time_that_happens_twice_is_the_first_unless_the_second_is_asked_for():
    first = read(datetime(2026, 10, 25, 2, 30), "Europe/Berlin")
    second = read(datetime(2026, 10, 25, 2, 30), "Europe/Berlin", later=True)

    assert (first.at, first.twice) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True)
    assert (second.at, second.twice) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("day", "zone", "at"),
    [
        (date(2026, 11, 27), "Europe/Berlin", datetime(2026, 11, 27, 23, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 4, 23), "Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),  # the next midnight is skipped
        (date(2026, 10, 29), "Africa/Cairo", datetime(2026, 10, 29, 22, tzinfo=UTC)),  # its last hour happens twice
        (date(2011, 12, 29), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # the next day is skipped
    ],
)
def test_a_date_alone_means_the_end_of_that_day(day, zone, at):
    deadline = read(day, zone)

    assert deadline.at == at
    assert deadline.is_end_of_day
    assert deadline.wall == day.isoformat()


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "Europe", "europe/berlin\0"])
def test_an_unknown_zone_is_refused_by_name(zone):
    with pytest.raises(UnknownZone) as refusal:
        read(datetime(2026, 11, 27, 17), zone)

    assert refusal.value.zone == zone


def test_a_time_with_an_offset_of_its_own_is_refused():
    with pytest.raises(ValueError, match="no offset"):
        read(datetime(2026, 11, 27, 17, tzinfo=UTC), "Europe/Berlin")


def test_a_stored_deadline_tells_when_the_zone_has_changed_since():
    stored = read(datetime(2026, 11, 27, 17), "Europe/Berlin")
    before_the_law = Deadline(at=stored.at - timedelta(hours=1), zone=stored.zone, wall=stored.wall)

    assert drift(stored) == timedelta(0)
    assert drift(before_the_law) == timedelta(hours=1)
    assert drift(read(datetime(2026, 10, 25, 2, 30), "Europe/Berlin", later=True)) == timedelta(0)
    assert drift(read(date(2026, 4, 23), "Africa/Cairo")) == timedelta(0)


def test_nobody_may_close_while_an_answer_may_still_wait_for_its_lock():
    assert deadlines.GRACE > deadlines.LOCK_TIMEOUT


zones = st.sampled_from(sorted(available_timezones() - {"localtime", "posixrules"}))
minutes = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))


@given(wall=minutes, zone=zones, later=st.booleans())
def test_a_deadline_reads_back_as_it_was_typed(wall, zone, later):
    try:
        deadline = read(wall, zone, later=later)
    except SkippedTime as refusal:
        assert refusal.next_valid > wall
        assert read(refusal.next_valid, zone).wall == refusal.next_valid.isoformat(timespec="minutes")
        return

    assert deadline.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall
    assert datetime.fromisoformat(deadline.wall) == wall
    assert drift(deadline) == timedelta(0)


@given(day=st.dates(date(2026, 1, 1), date(2030, 12, 30)), zone=zones)
def test_the_end_of_a_day_is_where_the_next_begins(day, zone):
    end = read(day, zone).at

    assert (end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == day
    assert end.astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_every_change_of_the_clocks_until_2030_is_refused_or_named(zone):
    """Walk all half hours of five years: none is read wrongly; what is skipped or repeated adds up to the offsets."""
    tz, skipped, twice = ZoneInfo(zone), 0, 0
    wall, end = datetime(2026, 1, 1), datetime(2031, 1, 1)
    drifted = wall.replace(tzinfo=tz).utcoffset() - end.replace(tzinfo=tz).utcoffset()
    while wall < end:
        try:
            deadline = read(wall, zone)
        except SkippedTime:
            skipped += 1
        else:
            twice += deadline.twice
            assert deadline.at.astimezone(tz).replace(tzinfo=None, fold=0) == wall
        wall += timedelta(minutes=30)

    assert skipped > 0
    assert twice - skipped == drifted / timedelta(minutes=30)


@given(at=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)))
def test_fixed_offsets_never_skip(at):
    assume(at.time() != time.min)
    assert read(at, "Etc/GMT-3").at == at.replace(second=0, microsecond=0, tzinfo=timezone(timedelta(hours=3)))
