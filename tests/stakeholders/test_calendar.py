"""The calendar file of a deadline: one event a person, which extensions move and a withdrawal takes away."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from stakeholders.actions import closing, delegation, extending, links, outbox, rounds
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.mail import calendar
from stakeholders.mail.rendering import render
from stakeholders.models import Delegation, Invitation, Message
from stakeholders.rules import deadlines

HOSTILE = 'Q1\r\nATTENDEE:mailto:x@evil.example\nEND:VEVENT; "quoted", \\n <b>&amp;'


@pytest.fixture
def opened(hands, beacon, mia, stan, olga, now):
    return open_now(beacon, mia, [stan, olga], now)


def open_now(
    beacon, mia, seats, now, *, wall=datetime(2026, 12, 4, 17), zone="Europe/Berlin", title="Who is in favour?"
):
    return open_round(
        beacon, kind="hands", title=title, deadline=deadlines.read(wall, zone),
        invitees=[Invitee(seat) for seat in seats], by=mia, now=now,
    )  # fmt: skip


def file_of(round, seat, now):
    invitation = round.invitations.select_related("round__product", "round__opened_by__user", "seat").get(seat=seat)
    return Calendar.from_ical(calendar.calendar_file(invitation, now=now, is_off=calendar.is_off(round)))


def event_of(round, seat, now):
    (event,) = file_of(round, seat, now).walk("VEVENT")
    return event


def mail_to(seat, kind, round, now):
    rows = Message.objects.select_related("user", "seat__user", "product", "round__product")
    message = rows.filter(round=round, seat=seat, kind=kind).order_by("-pk").first()
    return message_from_bytes(render(message, now=now).message().as_bytes(), policy=policy.default)


def attached(mail):
    return [part for part in mail.walk() if part.get_content_type() == "text/calendar"]


def test_the_event_is_at_the_deadline_with_an_alarm_a_day_before(opened, stan, now):
    event = event_of(opened, stan, now)

    assert event["DTSTART"].dt == datetime(2026, 12, 4, 16, tzinfo=UTC)
    assert str(event["SUMMARY"]) == "Deadline: Who is in favour? (Beacon)"
    assert str(event["ORGANIZER"]) == "mailto:mia.okafor@people.example"
    assert str(event["DESCRIPTION"]).startswith("Raise your hand. Your personal link is in the mail from Mia Okafor")
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(days=-1))


def test_a_short_round_rings_an_hour_before(hands, beacon, mia, stan, now):
    round = open_now(beacon, mia, [stan], now, wall=datetime(2026, 11, 25, 17))
    assert event_of(round, stan, now).walk("VALARM")[0]["TRIGGER"].dt == timedelta(hours=-1)


def test_a_deadline_that_is_the_end_of_a_day_fills_that_day(hands, beacon, mia, stan, now):
    event = event_of(open_now(beacon, mia, [stan], now, wall=date(2026, 12, 4)), stan, now)

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 4), date(2026, 12, 5))
    assert event.walk("VALARM")[0]["TRIGGER"].dt == timedelta(hours=-15)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"])  # fmt: skip
@pytest.mark.parametrize("month", range(1, 13))
def test_the_instant_is_the_same_in_every_zone_and_season(hands, beacon, mia, stan, now, zone, month):
    round = open_now(beacon, mia, [stan], now, wall=datetime(2027, month, 28, 17), zone=zone)

    start = event_of(round, stan, now)["DTSTART"].dt
    assert start == round.deadline_at
    assert start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime(2027, month, 28, 17)


def test_each_person_has_one_event_for_ever_and_its_number_rises(opened, stan, olga, mia, now):
    mails = [mail_to(stan, "invitation", opened, now)]
    for day in (7, 9):
        to = deadlines.read(datetime(2026, 12, day, 17), "Europe/Berlin")
        extending.extend_round(opened, to=to, why="A fair.", by=mia, now=now)
        opened.refresh_from_db()
        mails.append(mail_to(stan, "extension", opened, now))
    rounds.withdraw_round(opened, why="Wrong features.", by=mia, now=now)
    mails.append(mail_to(stan, "cancelled", opened, now))

    files = [Calendar.from_ical(attached(mail)[0].get_content()) for mail in mails]
    events = [file.walk("VEVENT")[0] for file in files]
    assert [file["METHOD"] for file in files] == ["PUBLISH", "PUBLISH", "PUBLISH", "CANCEL"]
    assert [part.get_param("method") for mail in mails for part in attached(mail)] == ["PUBLISH"] * 3 + ["CANCEL"]
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2, 3]
    assert [event["DTSTART"].dt.day for event in events] == [4, 7, 9, 9]
    assert [event["STATUS"] for event in events] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert not events[3].walk("VALARM")
    assert len({event["UID"] for event in events}) == 1
    assert events[0]["UID"] != event_of(opened, olga, now)["UID"]
    assert str(events[0]["UID"]).endswith("@testserver")


def test_a_round_that_closes_early_takes_its_event_away(opened, stan, olga, mia, now):
    opened.invitations.update(answered_at=now)
    closing.close_early(opened, why="All are in.", by=mia, now=now)
    (part,) = attached(mail_to(stan, "outcome", opened, now))
    assert Calendar.from_ical(part.get_content())["METHOD"] == "CANCEL"


def test_a_round_that_ends_as_planned_leaves_the_calendar_alone(opened, stan, now):
    closing.close_round(opened, now=opened.deadline_at + deadlines.GRACE)
    assert attached(mail_to(stan, "outcome", opened, opened.deadline_at)) == []


def test_reminders_bring_no_file_again(opened, stan, now):
    assert attached(mail_to(stan, "reminder", opened, now)) == []


def test_the_personal_link_is_never_in_a_calendar(opened, stan, now):
    address = links.url_of(links.seat_link(stan, opened, now=now))
    (part,) = attached(mail_to(stan, "invitation", opened, now))
    assert "/s/" not in part.get_content()
    assert address.rsplit("-", 1)[1].strip("/") not in part.get_content().replace("\r\n ", "")


def test_hostile_words_stay_words(hands, beacon, mia, stan, now):
    round = open_now(beacon, mia, [stan], now)
    type(round).objects.filter(pk=round.pk).update(title=HOSTILE)
    type(mia.user).objects.filter(pk=mia.user_id).update(name=HOSTILE)
    round.refresh_from_db()

    file = file_of(round, stan, now)
    (event,) = file.walk("VEVENT")
    assert "ATTENDEE" not in event
    assert "ATTENDEE:mailto:x@evil.example" in str(event["SUMMARY"])
    assert mail_to(stan, "invitation", round, now)


def test_who_answers_can_take_the_file_from_the_page(client, opened, stan, now):
    page = f"/round/{opened.public_id}/calendar/"
    assert client.get(page).status_code == 404

    link = links.url_of(links.seat_link(stan, opened, now=now)).removeprefix("http://testserver")
    client.post(f"{link}open/")
    answer = client.get(page)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="deadline.ics"'
    assert "no-store" in answer["Cache-Control"]
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["UID"] == event_of(opened, stan, now)["UID"]


# who answers for somebody


class Mailbox:
    """A mail server that takes everything."""

    def __init__(self):
        self.mails = []

    def deliver(self, mail, *, keep):
        self.mails.append(message_from_bytes(mail.message().as_bytes(), policy=policy.default))


def mails_to(seat, now):
    """Send what is due, and return the mails that this person got."""
    box = Mailbox()
    outbox.send_due(clock=lambda: now, transport=box)
    return [mail for mail in box.mails if seat.user.email in mail["To"]]


@pytest.fixture
def standing_in(opened, stan, vera, now):
    """Vera answers for Stan, and has read that she is asked to."""
    asked = Invitation.objects.select_related("round", "seat__user").get(round=opened, seat=stan)
    return delegation.name_delegate(asked, who="Vera Vogel", now=now)


def end_it(made, mia, stan, now):
    delegation.end_delegation(made, by=stan, now=now)


def withdraw_it(made, mia, stan, now):
    rounds.withdraw_round(made.invitation.round, why="Wrong features.", by=mia, now=now)


def close_it_early(made, mia, stan, now):
    made.invitation.round.invitations.update(answered_at=now)
    closing.close_early(made.invitation.round, why="All are in.", by=mia, now=now)


@pytest.mark.parametrize("end", [end_it, withdraw_it, close_it_early])
def test_a_delegate_has_an_event_of_their_own_that_moves_and_ends(opened, standing_in, stan, vera, mia, now, end):
    (asked,) = mails_to(vera, now)
    extending.extend_round(
        opened, to=deadlines.read(datetime(2026, 12, 7, 17), "Europe/Berlin"), why="A fair.", by=mia, now=now
    )
    (told,) = mails_to(vera, now)
    end(standing_in, mia, stan, now)
    end(standing_in, mia, stan, now)
    (released,) = mails_to(vera, now)

    files = [Calendar.from_ical(attached(mail)[0].get_content()) for mail in (asked, told, released)]
    events = [file.walk("VEVENT")[0] for file in files]
    assert [file["METHOD"] for file in files] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [event["DTSTART"].dt.day for event in events] == [4, 7, 7]
    assert len({str(event["UID"]) for event in events}) == 1
    assert events[0]["UID"] != event_of(opened, stan, now)["UID"]
    assert str(events[0]["SUMMARY"]) == "Deadline for Stan Lindqvist: Who is in favour? (Beacon)"
    assert str(events[0]["ORGANIZER"]) == "mailto:stan.lindqvist@people.example"
    assert told["References"] == released["References"] == asked["Message-ID"]
    assert "need not answer for Stan Lindqvist any more" in released.get_body(("plain",)).get_content()


def test_more_time_for_one_person_moves_the_event_of_who_answers_for_them(
    opened, standing_in, stan, olga, vera, mia, now
):
    mails_to(vera, now)
    later = deadlines.read(datetime(2026, 12, 8, 12), "Europe/Berlin")
    extending.extend_for(opened.invitations.get(seat=olga), to=later, why="Away.", by=mia, now=now)
    assert mails_to(vera, now) == []
    extending.extend_for(opened.invitations.get(seat=stan), to=later, why="Away.", by=mia, now=now)
    (told,) = mails_to(vera, now)
    (event,) = Calendar.from_ical(attached(told)[0].get_content()).walk("VEVENT")
    assert (event["SEQUENCE"], event["DTSTART"].dt) == (2, later.at)


def test_a_delegate_who_was_never_written_to_is_not_told_that_it_is_over(opened, standing_in, stan, vera, mia, now):
    delegation.end_delegation(standing_in, by=stan, now=now)
    assert mails_to(vera, now) == []


def test_a_round_that_ends_as_planned_says_nothing_to_delegates(opened, standing_in, vera, now):
    mails_to(vera, now)
    closing.close_round(opened, now=opened.deadline_at + deadlines.GRACE)
    assert mails_to(vera, opened.deadline_at) == []


def test_a_delegate_takes_the_same_file_from_the_page(client, opened, standing_in, vera, now):
    (asked,) = mails_to(vera, now)
    address = links.url_of(links.delegate_link(Delegation.objects.get(), now=now)).removeprefix("http://testserver")
    client.post(f"{address}open/")
    file = Calendar.from_ical(client.get(f"/round/{opened.public_id}/calendar/").content)
    assert (
        file.walk("VEVENT")[0]["UID"] == Calendar.from_ical(attached(asked)[0].get_content()).walk("VEVENT")[0]["UID"]
    )
