"""What people type as a deadline, and the sentence they get when it cannot be one."""

from datetime import UTC, datetime

import pytest

from stakeholders.forms.deadlines import DeadlineForm, RoundTermsForm, twice_in_words
from stakeholders.rules import deadlines

NOW = datetime(2026, 2, 1, 9, tzinfo=UTC)


def typed(day, at="", zone="Europe/Berlin", *, form=DeadlineForm, **more):
    data = {"deadline_on": day, "deadline_time": at, "deadline_zone": zone, **more}
    made = form(data, zone="Europe/Berlin", later_than=NOW)
    made.is_valid()
    return made


def sentence(form):
    return " ".join(error.replace("\u00a0", " ") for errors in form.errors.values() for error in errors)


@pytest.mark.parametrize(
    ("day", "at", "zone", "instant"),
    [
        ("2026-11-27", "17:00", "Europe/Berlin", datetime(2026, 11, 27, 16, tzinfo=UTC)),
        ("2026-11-27", "17:00", "America/New_York", datetime(2026, 11, 27, 22, tzinfo=UTC)),
        ("2026-11-27", "", "Europe/Berlin", datetime(2026, 11, 27, 23, tzinfo=UTC)),
    ],
)
def test_a_deadline_is_read_in_the_zone_chosen_and_without_a_time_is_the_end_of_the_day(day, at, zone, instant):
    deadline = typed(day, at, zone).cleaned_data["deadline"]

    assert deadline.at == instant
    assert deadline.zone == zone


@pytest.mark.parametrize(
    ("day", "at", "zone", "words"),
    [
        ("2026-03-29", "02:30", "Europe/Berlin", "On Sun 29 Mar the clocks in Berlin jump over 02:30. Use 03:00."),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "the clocks in Lord Howe jump over 02:15. Use 02:30."),
        ("2026-02-01", "10:00", "Europe/Berlin", "The deadline has passed already. Choose a later one."),
        ("2026-01-31", "", "Europe/Berlin", "The deadline has passed already."),
        ("9999-12-31", "", "Europe/Berlin", "Choose a day from 1 Jan 1970 to 31 Dec 2200."),
        ("0001-01-01", "", "Europe/Berlin", "Choose a day from 1 Jan 1970 to 31 Dec 2200."),
        ("2032-01-01", "10:00", "Europe/Berlin", "That is more than five years away."),
        ("2026-11-31", "10:00", "Europe/Berlin", "Enter a valid date."),
        ("2026-11-27", "25:00", "Europe/Berlin", "Enter a valid time."),
        ("2026-11-27", "17:00", "Europe/Atlantis", "Select a valid choice."),
        ("2026-11-27", "17:00", "", "Choose something for “Time zone”."),
        ("", "17:00", "Europe/Berlin", "Fill in “Deadline, day”."),
    ],
)
def test_what_cannot_be_a_deadline_is_refused_with_a_sentence(day, at, zone, words):
    form = typed(day, at, zone)

    assert words in sentence(form)
    assert "deadline" not in form.cleaned_data


def test_a_time_that_happens_twice_is_the_first_and_says_so():
    deadline = typed("2026-10-25", "02:30").cleaned_data["deadline"]

    assert deadline.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert twice_in_words(deadline).replace("\u00a0", " ") == (
        "02:30 happens twice on Sun 25 Oct in Berlin; it is the one in CEST."
    )
    assert twice_in_words(deadlines.read(datetime(2026, 10, 26, 2, 30), "Europe/Berlin")) == ""


def test_reminders_fit_are_none_or_are_one_s_own():
    def terms(**more):
        return typed("2026-11-27", "17:00", form=RoundTermsForm, **more)

    assert terms(remind="fitting").cleaned_data["reminders"] is None
    assert terms(remind="none").cleaned_data["reminders"] == []
    own = terms(remind="own", remind_at="2026-11-26 08:00\n\n 2026-11-25 8.30 \n2026-11-26T08:00")
    assert own.cleaned_data["reminders"] == [
        datetime(2026, 11, 25, 7, 30, tzinfo=UTC),
        datetime(2026, 11, 26, 7, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write at least one date, or choose “none”."),
        ("soon", "“soon” is not a date and time. Write 2026-11-25 08:00."),
        ("2026-13-25 08:00", "“2026-13-25 08:00” is not a date and time."),
        ("2026-11-27 17:00", "2026-11-27 17:00 is not before the deadline."),
        ("2026-01-30 08:00", "2026-01-30 08:00 has passed already."),
        ("2026-03-29 02:30", "the clocks in Berlin jump over 02:30. Use 03:00."),
    ],
)
def test_a_reminder_that_cannot_be_is_named(text, words):
    form = typed("2026-11-27", "17:00", form=RoundTermsForm, remind="own", remind_at=text)

    assert words in sentence(form)


@pytest.mark.parametrize("text", ["9999-12-31 23:59", "0001-01-01 00:00"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_a_reminder_at_an_end_of_the_calendar_is_none(text, zone):
    form = typed("2026-11-27", "17:00", zone, form=RoundTermsForm, remind="own", remind_at=text)

    assert f"“{text}” is not a date and time." in sentence(form)
