"""Who is asked in an open round, and when they are reminded, as a manager changes it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from stakeholders import clock
from stakeholders.actions.closing import GRACE, close_round
from stakeholders.actions.extending import extend_for
from stakeholders.actions.reminding import change_reminders
from stakeholders.actions.rounds import Invitee, invite, open_round
from stakeholders.models import Activity, Message, Verb
from stakeholders.rules import deadlines
from tests import factories
from tests.stakeholders.test_round_pages import text

BERLIN = "Europe/Berlin"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    for name in ("now", "database_now", "arrived_at"):
        monkeypatch.setattr(clock, name, lambda: at)
    return at


@pytest.fixture
def opened(hands, beacon, mia, stan, now):
    return open_round(
        beacon,
        kind="hands",
        title="Who is in favour?",
        deadline=deadlines.read(datetime(2026, 12, 4, 17), BERLIN),
        invitees=[Invitee(stan)],
        by=mia,
        now=now,
    )


def url(name, round, *more):
    return reverse(f"stakeholders:{name}", args=["beacon", round.public_id, *more])


def dates(round, seat):
    waiting = round.messages.untried_reminders().filter(seat=seat).order_by("due_at")
    return [
        f"{at.astimezone(deadlines.zone_named(BERLIN)):%d %H:%M}" for at in waiting.values_list("due_at", flat=True)
    ]


# reminders


def test_the_page_shows_the_dates_still_to_come_and_keeps_what_is_set(client, sign_in, opened, mia, stan):
    there = url("round-reminders", opened)
    page = sign_in(mia).get(there).content.decode()
    for day in ("2026-11-27T08:00", "2026-12-02T08:00", "2026-12-04T09:00"):
        assert f'value="{day}"' in page
    assert "In the round’s time zone, Berlin (CET)." in page

    done = client.post(there, {"remind_at": ["2026-12-01T10:00", "", "2026-12-04T09:00"]}, follow=True)
    said = done.content.decode().replace("\u00a0", " ")
    assert "Those who are silent then are reminded: Tue 1 Dec, 10:00 CET · Fri 4 Dec, 09:00 CET." in said
    assert dates(opened, stan) == ["01 10:00", "04 09:00"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-12-04T17:00", "2026-12-04 17:00 is not before the deadline."),
        ("2026-11-25T08:00", "2026-11-25 08:00 has passed already."),
        ("soon", "“soon” is not a date and time."),
    ],
)
def test_a_reminder_that_cannot_be_is_refused_in_words_and_stays_on_the_page(
    client, sign_in, opened, mia, stan, typed, sentence
):
    page = sign_in(mia).post(url("round-reminders", opened), {"remind_at": ["2026-12-01T10:00", typed]})
    assert page.status_code == 422
    assert sentence in text(page)
    assert typed in page.content.decode() and "2026-12-01T10:00" in page.content.decode()
    assert dates(opened, stan) == ["27 08:00", "02 08:00", "04 09:00"]


def test_taking_every_date_away_reminds_nobody(client, sign_in, opened, mia, stan):
    done = sign_in(mia).post(url("round-reminders", opened), {"remind_at": ["", ""]}, follow=True)
    assert "Nobody is reminded any more." in done.content.decode()
    assert dates(opened, stan) == []


def test_dates_that_were_taken_away_can_come_back(opened, mia, stan, noon):
    before = sorted(set(opened.messages.untried_reminders().values_list("due_at", flat=True)))
    change_reminders(opened, to=[], by=mia, now=noon)
    change_reminders(opened, to=before, by=mia, now=noon + timedelta(minutes=1))
    assert dates(opened, stan) == ["27 08:00", "02 08:00", "04 09:00"]
    changed = Activity.objects.filter(verb=Verb.CHANGED, object_kind="round").count()
    change_reminders(opened, to=before, by=mia, now=noon + timedelta(minutes=2))
    assert Activity.objects.filter(verb=Verb.CHANGED, object_kind="round").count() == changed == 2


def test_a_date_after_the_others_deadline_reaches_only_who_has_more_time(opened, olga, mia, stan, noon, beacon):
    later = deadlines.read(datetime(2026, 12, 8, 12), BERLIN)
    extend_for(opened.invitations.get(seat=stan), to=later, why="Fair", by=mia, now=noon)
    ines = factories.seat(beacon)
    invite(opened, invitees=[Invitee(ines)], by=mia, now=noon)
    change_reminders(opened, to=[datetime(2026, 12, 7, 8, tzinfo=UTC)], by=mia, now=noon)
    assert (dates(opened, stan), dates(opened, ines)) == (["07 09:00"], [])
    with pytest.raises(ValidationError, match="between now and the deadline"):
        change_reminders(opened, to=[later.at], by=mia, now=noon)


# asking someone else too


def test_someone_else_is_asked_with_weight_and_department_of_today(client, sign_in, opened, mia, olga, noon):
    olga.weight = 3
    olga.save()
    page = sign_in(mia).get(url("round-invite", opened))
    assert "Olga Olsen" in text(page) and "Stan Lindqvist" not in text(page)

    done = client.post(url("round-invite", opened), {"seats": [olga.pk], "consulted": "on"}, follow=True)

    assert "Olga Olsen is asked too; the mail goes out." in done.content.decode()
    made = opened.invitations.get(seat=olga)
    assert (made.weight, made.department, made.is_required) == (3, olga.department, False)
    assert opened.messages.filter(seat=olga, kind=Message.Kind.INVITATION, due_at=noon).count() == 1
    assert dates(opened, olga) == ["27 08:00", "02 08:00", "04 09:00"]


def test_asking_nobody_or_someone_who_is_asked_already_changes_nothing(client, sign_in, opened, mia, stan):
    page = sign_in(mia).post(url("round-invite", opened), {"seats": []})
    assert (page.status_code, "Pick at least one person to ask, or give an address." in text(page)) == (422, True)
    assert client.post(url("round-invite", opened), {"seats": [stan.pk]}).status_code == 422
    assert opened.invitations.count() == 1


def test_two_managers_who_ask_the_same_person_at_once_ask_them_once(client, sign_in, opened, mia, olga, noon):
    assert len(invite(opened, invitees=[Invitee(olga)], by=mia, now=noon)) == 1
    assert invite(opened, invitees=[Invitee(olga)], by=olga, now=noon) == []
    assert opened.messages.filter(seat=olga, kind=Message.Kind.INVITATION).count() == 1


# not asking any more


def test_removing_says_what_it_means_and_asks_first(client, sign_in, opened, mia, stan):
    there = url("invitation-remove", opened, opened.invitations.get().pk)
    page = sign_in(mia).get(there)
    assert "Not ask Stan Lindqvist any more?" in text(page) and "Their hand is not counted." in text(page)
    assert opened.invitations.get().removed_at is None
    done = client.post(there, follow=True)
    assert "Stan Lindqvist is not asked any more. What they answered is kept." in done.content.decode()
    assert dates(opened, stan) == []
    assert client.get(there).status_code == 404


@pytest.mark.parametrize("name", ["round-reminders", "round-invite", "invitation-remove", "invitation-extend"])
def test_once_it_has_closed_every_page_says_so_and_nothing_changes(client, sign_in, opened, mia, olga, stan, name):
    more = [opened.invitations.get().pk] if name.startswith("invitation") else []
    close_round(opened, now=opened.deadline_at + GRACE)
    before = list(opened.messages.order_by("pk").values())
    typed = {
        "seats": [olga.pk], "remind_at": ["2026-12-01T10:00"], "why": "Why",
        "deadline_on": "2026-12-20", "deadline_time": "10:00", "deadline_zone": BERLIN,
    }  # fmt: skip
    page = sign_in(mia).post(url(name, opened, *more), typed)
    assert page.status_code == 409
    assert list(opened.messages.order_by("pk").values()) == before
    assert opened.invitations.count() == 1


# people who have no seat yet


def test_somebody_without_a_seat_is_asked_by_address_and_gets_one(client, sign_in, opened, mia, olga, vera):
    there = url("round-invite", opened)
    sales = factories.department("Sales")
    typed = {"addresses": "Nora New <nora@people.example>, " + olga.user.email, "department": sales.pk}
    page = sign_in(mia).post(there, typed, follow=True)
    assert "are asked too; the mails go out." in page.content.decode()
    nora = opened.invitations.get(seat__user__email="nora@people.example")
    assert (nora.seat.role, nora.department, nora.is_required) == ("stakeholder", sales, True)
    mails = Message.objects.filter(round=opened, kind="invitation", seat__in=[nora.seat, olga])
    assert mails.count() == 2 and dates(opened, nora.seat) == dates(opened, olga) != []
    verbs = Activity.objects.filter(verb=Verb.INVITED, object_kind="seat").values_list("object_id", flat=True)
    assert nora.seat.pk in verbs


@pytest.mark.parametrize(
    "typed, words",
    [
        ("nora@people", "No e-mail address in “nora@people”."),
        ("stan.lindqvist@people.example", "Stan Lindqvist: asked already, or may only read here."),
        ("vera.vogel@people.example", "Vera Vogel: asked already, or may only read here."),
        ("", "Pick at least one person to ask, or give an address."),
    ],
)
def test_an_address_that_cannot_be_asked_is_quoted_and_kept(client, sign_in, opened, mia, vera, typed, words):
    page = sign_in(mia).post(url("round-invite", opened), {"addresses": typed})
    assert page.status_code == 422 and words in text(page) and typed in text(page)
    assert opened.invitations.count() == 1
