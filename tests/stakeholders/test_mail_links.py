"""The links at the foot of a mail: no more reminders by one click, and "this was not me"."""

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.utils import timezone

from prioritization.queries.needs import needs_of
from stakeholders.actions import delegation, links, outbox, reminding, rounds
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.mail.rendering import render
from stakeholders.models import Activity, Invitation, Link, Message, Verb
from stakeholders.queries.rounds import round_page
from stakeholders.rules import deadlines
from tests.stakeholders.test_outbox_page import words


@pytest.fixture
def opened(hands, beacon, mia, stan, olga):
    now = timezone.now()
    wall = (now + timedelta(days=10)).replace(tzinfo=None)
    round = open_round(
        beacon, kind="hands", title="Who is in favour?",
        deadline=deadlines.read(datetime(wall.year, wall.month, wall.day, 17), "Europe/Berlin"),
        invitees=[Invitee(stan), Invitee(olga)], by=mia, now=now - timedelta(hours=2),
    )  # fmt: skip
    round.messages.filter(kind="invitation").update(sent_at=now - timedelta(hours=2))
    return round


@pytest.fixture
def bare():
    """A mail program: no cookies, and CSRF checks as they are."""
    return Client(enforce_csrf_checks=True)


def mail_to(seat, kind, round):
    rows = Message.objects.select_related("user", "seat__user", "product", "round__product")
    message = rows.filter(round=round, seat=seat, kind=kind).order_by("due_at").first()
    return message_from_bytes(render(message, now=timezone.now()).message().as_bytes(), policy=policy.default)


def unsubscribe_of(round, seat):
    header = mail_to(seat, "reminder", round)["List-Unsubscribe"]
    return re.fullmatch(r"<http://testserver(/m/[a-z2-7]+-[a-z2-7]+/)>", header.strip())[1]


ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_only_reminders_can_be_ended_by_one_click(opened, stan):
    assert mail_to(stan, "reminder", opened)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail_to(stan, "invitation", opened)["List-Unsubscribe"] is None
    assert mail_to(stan, "invitation", opened)["List-Unsubscribe-Post"] is None


def test_one_click_ends_the_reminders_of_this_person_in_this_round_without_a_page(bare, opened, stan, olga):
    answer = bare.post(unsubscribe_of(opened, stan), ONE_CLICK)

    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/plain")
    assert not answer.cookies
    wishes = dict(opened.invitations.values_list("seat_id", "no_reminders_at"))
    assert wishes[stan.pk] is not None and wishes[olga.pk] is None
    assert [each.by_seat for each in Activity.objects.filter(verb=Verb.NO_REMINDERS)] == [stan.pk]
    bare.post(unsubscribe_of(opened, stan), ONE_CLICK)
    assert Activity.objects.filter(verb=Verb.NO_REMINDERS).count() == 1


def test_looking_at_the_link_changes_nothing_and_its_button_does(bare, opened, stan):
    address = unsubscribe_of(opened, stan)
    for ask in (bare.get, bare.head, bare.get):
        answer = ask(address)
        assert (answer.status_code, len(answer.cookies)) == (200, 0)
    assert not opened.invitations.exclude(no_reminders_at=None).exists()

    page = words(bare.post(address, {"wish": "stop"}, follow=True))
    assert "You get no more reminders of this round" in page
    assert opened.invitations.exclude(no_reminders_at=None).count() == 1

    assert "End the reminders" in words(bare.post(address, {"wish": "again"}, follow=True))
    assert not opened.invitations.exclude(no_reminders_at=None).exists()


def test_the_reminders_stop_and_everything_else_still_comes(bare, opened, stan, olga, mia):
    bare.post(unsubscribe_of(opened, stan), ONE_CLICK)
    now = timezone.now()

    done = reminding.remind(opened, invitations=opened.invitations.values_list("pk", flat=True), by=mia, now=now)
    assert [each.seat_id for each in done.reminded] == [olga.pk]
    assert [each.seat_id for each in done.out_of_reach] == [stan.pk]
    for kind in ("invitation", "reminder", "extension", "receipt", "outcome", "cancelled"):
        message = Message(kind=kind, round=opened, seat=stan, user=stan.user, due_at=now)
        assert outbox._needless(message, now) == ("no reminders wanted" if kind == "reminder" else "")


def test_the_manager_sees_who_wants_none(bare, client, sign_in, opened, stan, mia):
    bare.post(unsubscribe_of(opened, stan), ONE_CLICK)

    page = words(sign_in(mia).get(f"/p/beacon/rounds/{opened.public_id}/"))

    assert "Stan Lindqvist no reminders wanted" in page
    assert "1 silent person gets no reminders" in page
    assert "Stan Lindqvist wants no reminders of “Who is in favour?”" in page
    shown = round_page(opened, now=timezone.now())
    assert stan.pk not in [line.invitation.seat_id for line in shown.to_remind]


@pytest.mark.parametrize("kind", ["seat", "sign-in", "set-up", "share"])
def test_no_other_link_acts_at_this_door(bare, opened, stan, kind):
    now = timezone.now()
    link = links.make(kind, now=now, seat=stan, round=opened) if kind != "seat" else links.seat_link(stan, opened, now=now)  # fmt: skip
    token = links.url_of(link).rstrip("/").rpartition("/")[2]
    assert bare.post(f"/m/{token}/", ONE_CLICK).status_code == 404


def test_the_link_at_the_foot_opens_no_ballot(bare, opened, stan):
    token = unsubscribe_of(opened, stan).removeprefix("/m/")
    assert bare.get(f"/s/{token}").status_code == 404
    assert bare.post(f"/s/{token}open/").status_code in (403, 404)


def test_a_guessed_link_is_not_found_and_soon_refused(bare, opened, stan):
    token = unsubscribe_of(opened, stan)
    wrong = token[:-3] + ("a" if token[-3] != "a" else "b") + token[-2:]
    answers = [bare.post(wrong, ONE_CLICK).status_code for _ in range(22)]
    assert set(answers[:20]) == {404} and answers[-1] == 429
    assert not opened.invitations.exclude(no_reminders_at=None).exists()


def test_who_is_not_asked_any_more_is_told(bare, opened, stan, mia):
    address = unsubscribe_of(opened, stan)
    rounds.remove_invitation(opened.invitations.get(seat=stan), by=mia, now=timezone.now())
    assert bare.get(address).status_code == 410


# this was not me


def not_me_of(round, seat, now):
    outbox.queue(Message.Kind.RECEIPT, round, round.invitations.filter(seat=seat), due_at=now, now=now)
    text = mail_to(seat, "receipt", round).get_body(("plain",)).get_content()
    return re.search(r"^http://testserver(/m/\S+/)$", text, re.M)[1]


def test_whoever_was_not_it_ends_the_link_and_the_manager_sees_it(bare, client, sign_in, opened, stan, mia):
    now = timezone.now()
    holder = Client()
    seat_address = links.url_of(links.seat_link(stan, opened, now=now)).removeprefix("http://testserver")
    assert holder.post(f"{seat_address}open/").status_code == 303
    assert holder.get(f"/round/{opened.public_id}/calendar/").status_code == 200
    address = not_me_of(opened, stan, now)

    assert "Did somebody else answer in your name?" in words(bare.get(address))
    assert Link.objects.get(kind="seat", seat=stan).revoked_at is None
    assert "Your link has ended" in words(bare.post(address, follow=True))

    assert holder.get(f"/round/{opened.public_id}/calendar/").status_code == 410
    assert holder.post(f"{seat_address}open/").status_code == 410
    page = words(sign_in(mia).get(f"/p/beacon/rounds/{opened.public_id}/"))
    assert "Stan Lindqvist says an answer was not theirs link ended" in page
    assert "Stan Lindqvist says that an answer was not theirs in “Who is in favour?”" in page
    needs = needs_of(opened.product, now=now, today=now.date(), confirmation=None)
    assert needs[0].title == "Stan Lindqvist says an answer was not theirs"


def test_whoever_the_intruder_named_is_out_as_well(bare, opened, stan, olga):
    now = timezone.now()
    invitation = opened.invitations.select_related("round__product", "seat__user").get(seat=stan)
    named = delegation.name_delegate(invitation, who="Olga Olsen", now=now)
    links.delegate_link(named, now=now)

    bare.post(not_me_of(opened, stan, now))

    named.refresh_from_db()
    assert named.ended_at is not None
    assert Link.objects.get(delegation=named).revoked_at is not None


def test_a_new_link_clears_the_note_and_mails_come_again(bare, opened, stan, mia):
    now = timezone.now()
    bare.post(not_me_of(opened, stan, now))
    reminder = opened.messages.filter(kind="reminder", seat=stan).first()
    assert "link was ended" in outbox._needless(reminder, now)

    links.renew_seat_link(stan, opened, by=mia, now=now)

    assert Invitation.objects.get(round=opened, seat=stan).disowned_at is None
    assert outbox._needless(reminder, now) == ""


def test_a_manager_can_end_a_link(client, sign_in, opened, stan, mia):
    invitation = opened.invitations.get(seat=stan)
    end = f"/p/beacon/rounds/{opened.public_id}/people/{invitation.pk}/end-link/"

    page = words(sign_in(mia).post(end, follow=True))

    assert "The link of Stan Lindqvist has ended" in page
    assert "Mia Okafor ended the link of Stan Lindqvist in “Who is in favour?”" in page
    address = links.url_of(links.seat_link(stan, opened, now=timezone.now())).removeprefix("http://testserver")
    assert Client().get(address).status_code == 410
    done = reminding.remind(opened, invitations=[invitation.pk], by=mia, now=timezone.now())
    assert [each.pk for each in done.out_of_reach] == [invitation.pk]
