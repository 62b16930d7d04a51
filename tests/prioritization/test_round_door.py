"""The door of a round: a code on the wall answers for nobody and tells nobody what is behind it."""

from datetime import timedelta

import pytest
from django.test import Client

from stakeholders import clock
from stakeholders.actions.delegation import name_delegate
from stakeholders.actions.doors import A_DAY_AT_MOST, AGAIN_AFTER, send_link_again
from stakeholders.actions.rounds import withdraw_round
from stakeholders.models import Grant, Message


@pytest.fixture
def door(voting):
    return f"/round/{voting.public_id}/"


def mails_to(seat):
    return Message.objects.filter(seat=seat, kind=Message.Kind.INVITATION).count()


def test_a_phone_without_a_right_is_told_to_open_its_mail_and_not_what_is_behind(client, door, voting):
    page = client.get(door)
    assert page.status_code == 200
    assert "Your way in is in your mail" in page.text
    assert voting.title not in page.text and "Beacon" not in page.text
    assert page["Cache-Control"] == "no-store, private" and page["Referrer-Policy"] == "strict-origin"
    assert client.get("/round/nosuchround1/").status_code == 404


def test_a_phone_that_opened_its_link_today_goes_straight_on(client, by_link, door, voting, stan):
    assert by_link(voting, stan).get(door)["Location"] == f"/ballot/{voting.public_id}/"


def test_who_is_signed_in_and_asked_presses_a_button_with_their_name(sign_in, door, voting, stan):
    browser = sign_in(stan)
    assert "Answer as Stan Lindqvist" in browser.get(door).text
    assert not Grant.objects.exists()
    gone = browser.post(f"{door}enter/")
    assert (gone.status_code, gone["Location"]) == (303, f"/ballot/{voting.public_id}/")
    assert browser.get(gone["Location"]).status_code == 200


def test_coming_in_by_the_door_counts_as_having_opened_the_link(sign_in, door, voting, stan):
    asked = voting.invitations.get(seat=stan)
    sign_in(stan).post(f"{door}enter/")
    first = voting.invitations.get(seat=stan).opened_at
    assert first is not None and asked.opened_at is None
    sign_in(stan).post(f"{door}enter/")
    assert voting.invitations.get(seat=stan).opened_at == first


def test_who_is_signed_in_and_not_asked_learns_no_more_than_a_stranger(sign_in, door, voting, vera):
    browser = sign_in(vera)
    assert voting.title not in browser.get(door).text
    assert browser.post(f"{door}enter/").status_code == 404


def test_the_answer_to_an_address_is_the_same_whether_it_is_asked_or_not(client, door, voting, stan, vera):
    Message.objects.update(due_at=clock.now() - timedelta(hours=1))
    before = mails_to(stan), mails_to(vera)
    known = client.post(f"{door}send-link/", {"email": "STAN.lindqvist@people.example"})
    unknown = client.post(f"{door}send-link/", {"email": "vera.vogel@people.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("STAN.lindqvist@", "") == unknown.text.replace("vera.vogel@", "")
    assert (mails_to(stan), mails_to(vera)) == (before[0] + 1, before[1])


@pytest.mark.parametrize(
    "typed, said", [("", "Type the address"), ("stan", "needs an @"), ("a" * 250 + "@b.example", "")]
)
def test_what_is_no_address_is_said_to_be_none(client, door, typed, said):
    page = client.post(f"{door}send-link/", {"email": typed})
    assert page.status_code == 422 and said in page.text


def test_nobody_is_mailed_more_often_than_every_ten_minutes_and_six_times_a_day(voting, stan):
    now, sent = clock.now() + timedelta(hours=1), 0
    for _press in range(50):
        sent += send_link_again(voting, email=stan.user.email, now=now)
        sent += send_link_again(voting, email=stan.user.email, now=now)
        now += AGAIN_AFTER
    assert sent == A_DAY_AT_MOST - 1  # the invitation itself is one of the day's
    assert mails_to(stan) == A_DAY_AT_MOST


def test_a_whole_room_behind_one_address_gets_through_and_a_flood_does_not(voting, door, monkeypatch):
    monkeypatch.setattr("stakeholders.views.doors.ASKED_AT_MOST", 3)
    answers = [Client().post(f"{door}send-link/", {"email": "x@y.example"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def test_a_withdrawn_round_takes_nobody_in(sign_in, door, voting, mia, stan):
    withdraw_round(voting, why="A mistake.", by=mia, now=clock.now())
    voting.refresh_from_db()
    before = mails_to(stan)
    assert not send_link_again(voting, email=stan.user.email, now=clock.now() + timedelta(hours=1))
    assert mails_to(stan) == before
    assert "withdrawn" in sign_in(stan).get(door).text
    assert sign_in(stan).post(f"{door}enter/").status_code == 410


def test_who_stands_in_gets_their_own_link_again(voting, stan, vera):
    asked = voting.invitations.select_related("round", "seat__user").get(seat=stan)
    name_delegate(asked, who=vera.user.email, now=clock.now())
    assert not send_link_again(voting, email=vera.user.email, now=clock.now())  # it is on its way
    assert send_link_again(voting, email=vera.user.email, now=clock.now() + timedelta(hours=1))
    assert Message.objects.filter(kind=Message.Kind.DELEGATION, seat=vera).count() == 2
