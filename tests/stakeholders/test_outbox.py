"""The outbox: what is due is sent once, and whatever goes wrong is shown and loses nothing."""

import socket
import threading
import time
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from smtplib import SMTPSenderRefused

import pytest
from django.db import connection, connections

from stakeholders.actions import outbox, rounds
from stakeholders.actions.closing import GRACE, close_round, taking_answer
from stakeholders.actions.outbox import LEASES, claim_due, send_due
from stakeholders.actions.reminding import remind
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.kinds import MailWords
from stakeholders.mail.delivery import Post, Refused, judge
from stakeholders.mail.smtp import PATIENCE
from stakeholders.models import Activity, Invitation, Message, Seat, User, Verb
from stakeholders.rules import deadlines
from tests import factories
from tests.servers import free_port
from tests.stakeholders import smtp


@pytest.fixture
def desk(settings):
    """A real mail server that the settings name."""
    with smtp.desk() as server:
        settings.MAIL_IS_KEPT = False
        settings.EMAIL_BACKEND = "stakeholders.mail.smtp.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def opened(hands, beacon, mia, stan, olga, now):
    return open_round(
        beacon,
        kind="hands",
        title="Who is in favour?",
        deadline=deadlines.read(datetime(2026, 12, 4, 17), "Europe/Berlin"),
        invitees=[Invitee(stan), Invitee(olga)],
        by=mia,
        now=now,
    )


@pytest.fixture
def one(hands, beacon, mia, stan, now):
    """A round that asks stan alone."""
    return open_round(
        beacon,
        kind="hands",
        title="Just you",
        deadline=deadlines.read(datetime(2026, 12, 4, 17), "Europe/Berlin"),
        invitees=[Invitee(stan)],
        by=mia,
        now=now,
    )


def run(now, **kwargs):
    with Post() as post:
        return send_due(clock=lambda: now, transport=post, **kwargs)


def invitation_of(round):
    return round.messages.get(kind=Message.Kind.INVITATION)


def first_reminder(round):
    return round.messages.filter(kind=Message.Kind.REMINDER).order_by("due_at").first()


# what is due is sent, once


def test_what_is_due_is_sent_and_marked(desk, opened, stan, olga, now):
    tally = run(now)

    assert tally.sent == 2
    assert {mail["To"].addresses[0].addr_spec for mail in desk.mails} == {stan.user.email, olga.user.email}
    assert list(opened.messages.filter(sent_at=now).values_list("kind", "attempts")) == [("invitation", 1)] * 2
    assert run(now).sent == 0
    assert len(desk.mails) == 2


def test_nothing_is_sent_before_it_is_due(desk, opened, now):
    assert run(now - timedelta(seconds=1)).sent == 0
    assert desk.mails == []


def test_the_mail_carries_the_row_s_message_id_and_the_round_s_one_link(desk, one, now):
    run(now)
    run(first_reminder(one).due_at)

    invitation, reminder = desk.mails
    assert invitation["Message-ID"] == invitation_of(one).message_id
    assert reminder["Message-ID"] == first_reminder(one).message_id
    assert reminder["References"] == reminder["In-Reply-To"] == invitation["Message-ID"]
    assert invitation["References"] is None
    assert link_in(invitation) == link_in(reminder)


def link_in(mail):
    lines = mail.get_body(("plain",)).get_content().splitlines()
    return next(line for line in lines if "/s/" in line)


def test_two_workers_never_claim_the_same_message(opened, now):
    first, second = claim_due(now=now), claim_due(now=now)

    assert {first.pk, second.pk} == set(opened.messages.filter(due_at=now).values_list("pk", flat=True))
    assert claim_due(now=now) is None


@pytest.mark.postgres  # SQLite in memory cannot take several writers; test_deadline_under_fire has it as a file
@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_send_every_message_once(desk, hands, beacon, mia, now):
    seats = [factories.seat(beacon) for _ in range(24)]
    round = open_round(
        beacon,
        kind="hands",
        title="Many",
        deadline=deadlines.read(datetime(2026, 12, 4, 17), "Europe/Berlin"),
        invitees=[Invitee(seat) for seat in seats],
        by=mia,
        now=now,
    )
    start = threading.Barrier(8)

    def work():
        start.wait()
        try:
            run(now)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(desk.ids()) == sorted(round.messages.filter(due_at=now).values_list("message_id", flat=True))
    assert round.messages.filter(sent_at=now, attempts=1).count() == 24


# what need not be sent any more


def test_someone_who_has_answered_is_not_reminded(desk, one, stan, now):
    run(now)
    with taking_answer(one.invitations.get(seat=stan), arrived=now):
        Invitation.objects.filter(round=one, seat=stan).update(answered_at=now)

    due = first_reminder(one)
    assert run(due.due_at).skipped == 1
    due.refresh_from_db()
    assert (due.sent_at, due.why) == (None, "answered before it was due")
    assert len(desk.mails) == 1


def test_a_reminder_six_hours_late_is_skipped_and_says_so(desk, one, now):
    run(now)
    due = first_reminder(one)

    assert run(due.due_at + outbox.TOO_LATE + timedelta(seconds=1)).skipped == 1
    due.refresh_from_db()
    assert due.why == "too late"
    assert len(desk.mails) == 1


def test_a_reminder_just_under_six_hours_late_still_goes_out(desk, one, now):
    run(now)
    assert run(first_reminder(one).due_at + outbox.TOO_LATE).sent == 1


def test_an_invitation_is_never_too_late_while_the_round_is_open(desk, one, now):
    assert run(now + timedelta(days=2)).sent == 1


def test_after_the_deadline_nobody_is_asked_any_more(desk, one):
    tally = run(one.deadline_at)

    assert (tally.sent, tally.skipped) == (0, 4)
    assert set(one.messages.values_list("why", flat=True)) == {"the round had closed"}


def test_the_outcome_goes_out_after_closing(desk, one):
    close_round(one, now=one.deadline_at + GRACE)

    assert run(one.deadline_at + GRACE).sent == 1
    assert desk.mails[0]["Subject"] == "Outcome: Just you"
    assert "0 of 1 hands are up." in desk.mails[0].get_body(("plain",)).get_content()


def test_a_withdrawn_round_sends_only_the_withdrawal(desk, one, mia, now):
    rounds.withdraw_round(one, why="Wrong features", by=mia, now=now)

    assert run(now + timedelta(days=30)).sent == 1
    assert "Wrong features" in desk.mails[0].get_body(("plain",)).get_content()


def test_someone_who_left_the_product_gets_nothing(desk, one, stan, now):
    Seat.objects.filter(pk=stan.pk).update(left_at=now)

    assert run(now).skipped == 1
    assert desk.mails == []


def test_a_scheduled_reminder_is_dropped_right_after_one_by_hand(desk, one, mia, now):
    run(now)
    due = first_reminder(one)
    by_hand = due.due_at - timedelta(minutes=30)
    remind(one, invitations=one.invitations.values_list("pk", flat=True), by=mia, now=by_hand)
    assert run(by_hand).sent == 1

    assert run(due.due_at).skipped == 1
    due.refresh_from_db()
    assert due.why == "another mail went out within the hour"


# the mail server is not well


def test_a_server_that_is_down_costs_nothing_and_all_go_out_when_it_is_back(settings, opened, now):
    settings.MAIL_IS_KEPT = False
    settings.EMAIL_BACKEND = "stakeholders.mail.smtp.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    for minute in range(20):
        tally = run(now + timedelta(minutes=minute))
        assert (tally.sent, tally.failed, tally.deferred) == (0, 0, 1)
    waiting = opened.messages.waiting().filter(kind=Message.Kind.INVITATION)
    assert list(waiting.values_list("attempts", "claimed_at")) == [(0, None)] * 2
    assert "cannot be reached" in waiting.first().why

    with smtp.desk(port=settings.EMAIL_PORT) as back:
        assert run(now + timedelta(minutes=20)).sent == 2
        assert len(back.mails) == 2
    assert opened.messages.filter(sent_at__isnull=False, why="").count() == 2


def test_a_refused_address_fails_at_once_with_the_server_s_words(desk, opened, now):
    desk.script = ["rcpt 550 5.1.1 No such person here"]

    tally = run(now)

    assert (tally.sent, tally.failed) == (1, 1)
    failed = opened.messages.get(failed_at=now)
    assert failed.why == "550 5.1.1 No such person here"
    assert run(now + timedelta(days=1)).sent == 0


def test_a_refused_address_stands_beside_the_name_until_a_mail_gets_through(desk, one, stan, now):
    desk.script = ["rcpt 550 5.1.1 No such person here"]
    run(now)
    assert User.objects.get(pk=stan.user_id).refusal == "550 5.1.1 No such person here"

    desk.script = ["rcpt 450 4.2.1 Mailbox busy"]
    run(first_reminder(one).due_at)
    assert User.objects.get(pk=stan.user_id).refusal, "later is not through"

    assert run(first_reminder(one).due_at + LEASES[0]).sent == 1
    assert User.objects.get(pk=stan.user_id).refusal == ""


def test_a_new_address_is_not_the_refused_one(desk, one, stan, now):
    desk.script = ["rcpt 550 5.1.1 No such person here"]
    run(now)
    user = User.objects.get(pk=stan.user_id)
    user.email = "stan.new@people.example"
    user.save(update_fields=["email"])
    assert user.refusal == ""


@pytest.mark.parametrize(
    ("reply", "is_about_address"),
    [
        ("rcpt 550 Mailbox unavailable", True),
        ("data 550 5.1.1 Unknown user", True),
        ("data 552 5.2.2 Mailbox full", True),
        ("data 554 5.7.1 Looks like spam", False),
        ("data 552 Too large", False),
    ],
)
def test_only_a_refusal_of_the_mailbox_marks_the_address(desk, one, stan, now, reply, is_about_address):
    desk.script = [reply]
    assert run(now).failed == 1
    assert bool(User.objects.get(pk=stan.user_id).refusal) == is_about_address


def test_a_refused_sender_is_our_trouble_and_marks_nobody():
    refusal = judge(SMTPSenderRefused(550, b"5.1.8 Sender denied", "accord@here.example"))
    assert isinstance(refusal, Refused) and not refusal.is_about_address


def test_the_manager_sees_the_refusal_on_the_people_page_and_the_round(client, sign_in, desk, one, mia, vera, now):
    desk.script = ["rcpt 550 5.1.1 No such person here"]
    run(now)

    sign_in(mia)
    for page in ("/p/beacon/people/", f"/p/beacon/rounds/{one.public_id}/"):
        assert "address refused: 550 5.1.1 No such person here" in client.get(page).content.decode()
    assert "refused" not in sign_in(vera).get("/p/beacon/people/").content.decode()


def test_a_server_that_drips_is_left_after_a_bounded_time(desk, opened, now, monkeypatch):
    monkeypatch.setattr("stakeholders.mail.smtp.PATIENCE", 1.0)
    desk.script = ["drip"]

    begun = time.monotonic()
    tally = run(now)

    assert time.monotonic() - begun < 8
    assert (tally.sent, tally.deferred) == (1, 1)
    assert "too long" in opened.messages.get(sent_at=None, due_at=now).why
    assert run(now + LEASES[0]).sent == 1


def test_a_server_that_says_nothing_is_left_after_a_bounded_time(settings, opened, now, monkeypatch):
    monkeypatch.setattr("stakeholders.mail.smtp.PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.MAIL_IS_KEPT, settings.EMAIL_TIMEOUT = False, 0.5
        settings.EMAIL_BACKEND = "stakeholders.mail.smtp.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        begun = time.monotonic()
        assert run(now).deferred == 1
        assert time.monotonic() - begun < 8
    assert opened.messages.filter(due_at=now, attempts=0, claimed_at=None).count() == 2


def test_a_mail_is_given_up_long_before_its_lease_is_over(settings):
    longest = settings.EMAIL_TIMEOUT + 2 * PATIENCE + settings.EMAIL_TIMEOUT
    assert timedelta(seconds=longest) < LEASES[0]


def test_five_hundred_invitations_outlast_a_server_that_is_down(settings, hands, beacon, mia, now):
    users = User.objects.bulk_create(User(email=f"person{n}@people.example", name=f"Person {n}") for n in range(500))
    seats = Seat.objects.bulk_create(Seat(user=user, product=beacon, role="stakeholder") for user in users)
    settings.MAIL_IS_KEPT, settings.EMAIL_BACKEND = False, "stakeholders.mail.smtp.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    round = open_round(
        beacon, kind="hands", title="Many", deadline=deadlines.read(datetime(2026, 12, 4, 17), "Europe/Berlin"),
        invitees=[Invitee(seat) for seat in seats], by=mia, now=now,
    )  # fmt: skip

    for minute in range(5):
        run(now + timedelta(minutes=minute))
    invitations = round.messages.filter(kind="invitation")
    assert invitations.waiting().filter(attempts=0, claimed_at=None).count() == 500

    with smtp.desk(port=settings.EMAIL_PORT) as back:
        assert run(now + timedelta(hours=1), limit=40).sent == 40
        sent = invitations.filter(sent_at__isnull=False, why="")
        assert sorted(back.ids()) == sorted(sent.values_list("message_id", flat=True))
    assert invitations.waiting().filter(attempts=0, claimed_at=None).count() == 460


# sending again


def test_a_mail_that_went_out_is_sent_once_more_as_a_row_of_its_own(desk, one, stan, mia, now):
    run(now)
    later = now + timedelta(hours=2)

    assert outbox.send_again(invitation_of(one), by=mia, now=later)
    assert run(later).sent == 1

    first, again = desk.mails
    assert first["Message-ID"] != again["Message-ID"]
    assert link_in(first) == link_in(again)
    assert again["References"] is None
    assert one.messages.filter(kind="invitation").count() == 2
    assert Activity.objects.get(verb=Verb.SENT_AGAIN).facts == {"seat": stan.pk}


def test_nothing_is_sent_again_within_the_hour_or_when_it_is_over(desk, one, mia, now):
    run(now)
    message = invitation_of(one)
    assert not outbox.send_again(message, by=mia, now=now + timedelta(minutes=59))

    assert outbox.send_again(message, by=mia, now=now + timedelta(hours=2))
    assert not outbox.send_again(message, by=mia, now=now + timedelta(hours=2)), "one waits already"
    assert not outbox.send_again(first_reminder(one), by=mia, now=now + timedelta(hours=4))
    assert not outbox.send_again(message, by=mia, now=one.deadline_at)


def test_later_means_later_and_longer_each_time(desk, one, now):
    desk.script = ["rcpt 450 4.2.1 Mailbox busy"] * 2
    message = invitation_of(one)

    assert run(now).deferred == 1
    assert run(now + LEASES[0] - timedelta(seconds=1)).deferred == 0
    assert run(now + LEASES[0]).deferred == 1
    assert run(now + LEASES[0] + LEASES[1] - timedelta(seconds=1)).deferred == 0
    message.refresh_from_db()
    assert (message.attempts, message.why) == (2, "450 4.2.1 Mailbox busy")
    assert run(now + LEASES[0] + LEASES[1]).sent == 1
    message.refresh_from_db()
    assert (message.attempts, message.why) == (3, "")


def test_after_the_last_attempt_it_is_given_up_and_shown(desk, one, now):
    desk.script = ["data 451 Try later"] * len(LEASES)
    at = now
    for lease in LEASES:
        run(at)
        at += lease

    message = invitation_of(one)
    assert message.failed_at == at - LEASES[-1]
    assert (message.attempts, message.why) == (len(LEASES), "451 Try later")
    assert run(at + timedelta(days=1)).sent == 0


def test_a_mail_refused_after_its_data_fails(desk, one, now):
    desk.script = ["data 554 5.7.1 Looks like spam"]

    assert run(now).failed == 1
    assert invitation_of(one).why == "554 5.7.1 Looks like spam"


def test_a_line_cut_after_the_data_is_tried_again_with_the_same_message_id(desk, one, now):
    desk.script = ["cut after data"]

    assert run(now).deferred == 1
    assert run(now + LEASES[0]).sent == 1

    assert desk.ids() == [invitation_of(one).message_id] * 2
    assert link_in(desk.mails[0]) == link_in(desk.mails[1])


def test_a_line_cut_before_the_data_does_not_stop_the_others(desk, opened, now):
    desk.script = ["cut before data"]

    tally = run(now)

    assert (tally.sent, tally.deferred) == (1, 1)
    assert run(now + LEASES[0]).sent == 1
    assert len(desk.mails) == 2


def test_a_worker_that_died_before_the_mark_is_followed_by_another_after_its_lease(desk, one, now):
    dead = claim_due(now=now)

    assert run(now + LEASES[0] - timedelta(seconds=1)).sent == 0
    assert run(now + LEASES[0]).sent == 1
    assert desk.ids() == [dead.message_id]


def test_a_slow_run_asks_the_clock_anew_for_every_message(desk, opened, now):
    ticks = iter(now + timedelta(minutes=4 * number) for number in range(10))
    with Post() as post:
        send_due(clock=lambda: next(ticks), transport=post)

    claimed = opened.messages.filter(sent_at__isnull=False).order_by("claimed_at").values_list("claimed_at", flat=True)
    assert list(claimed) == [now, now + timedelta(minutes=4)]


def test_a_run_stops_when_it_is_told_to_and_the_next_goes_on(desk, opened, now):
    assert run(now, stop=lambda: True).sent == 1
    assert run(now, stop=lambda: True).sent == 1
    assert len(desk.mails) == 2


def test_a_wrong_password_is_the_server_s_trouble_and_not_the_mail_s(desk, settings, one, now):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "accord", "wrong"

    assert run(now).deferred == 1
    message = invitation_of(one)
    assert (message.attempts, message.failed_at) == (0, None)
    assert "cannot be reached" in message.why


def test_one_mail_that_cannot_be_written_does_not_stop_the_others(desk, opened, hands, stan, olga, now, monkeypatch):
    whole = hands.mail
    monkeypatch.setattr(
        hands, "mail", lambda message, *rest: 1 / 0 if message.seat_id == stan.pk else whole(message, *rest)
    )

    tally = run(now)

    assert (tally.sent, tally.deferred) == (1, 1)
    assert "ZeroDivisionError" in opened.messages.get(seat=stan, kind=Message.Kind.INVITATION).why


@pytest.mark.parametrize(
    "address",
    ["no-at-sign", "two words@x.example", "x@", "@x.example", "", "tomás@x.example", "a@x.example\nBcc: b@y.example"],
)
def test_an_address_that_cannot_be_one_fails_and_is_named(desk, one, stan, now, address):
    type(stan.user).objects.filter(pk=stan.user_id).update(email=address)

    assert run(now).failed == 1
    assert desk.tries == 0
    assert address.partition("\n")[0] in invitation_of(one).why


@pytest.mark.parametrize(
    "name",
    ["Stan\r\nBcc: all@people.example", "Stan\nSubject: free", "Stan, <x@y.example>", "Štan “Ünal” 李", '"Stan"'],
)
def test_a_name_never_becomes_a_header(desk, one, stan, now, name):
    type(stan.user).objects.filter(pk=stan.user_id).update(name=name)

    assert run(now).sent == 1
    mail = desk.mails[0]
    assert [address.addr_spec for address in mail["To"].addresses] == [stan.user.email]
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject")) == 1
    assert mail.envelope_to == [stan.user.email]


def test_a_title_with_a_line_break_stays_one_subject(desk, one, hands, now, monkeypatch):
    monkeypatch.setattr(hands, "mail", lambda *_: MailWords("A\r\nX-Evil: 1", "Headline", ["Paragraph"]))

    run(now)
    assert desk.mails[0]["X-Evil"] is None
    assert desk.mails[0]["Subject"].startswith("A X-Evil: 1")


# where mail is kept


def test_without_a_mail_server_mails_are_files_that_only_the_owner_reads(settings, tmp_path, one, now):
    settings.MAIL_IS_KEPT, settings.OUTBOX_DIR = True, tmp_path / "outbox"

    assert run(now).sent == 1

    (path,) = Path(settings.OUTBOX_DIR).iterdir()
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o777 == 0o600
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["Message-ID"] == invitation_of(one).message_id


def test_a_second_copy_takes_the_place_of_the_first_file(settings, tmp_path, one, now):
    settings.MAIL_IS_KEPT, settings.OUTBOX_DIR = True, tmp_path
    run(now)
    Message.objects.filter(pk=invitation_of(one).pk).update(sent_at=None)

    run(now + LEASES[0])
    assert len(list(tmp_path.iterdir())) == 1


def test_the_sample_s_mail_never_reaches_a_server(desk, settings, tmp_path, one, beacon, now):
    settings.OUTBOX_DIR = tmp_path
    type(beacon).objects.filter(pk=beacon.pk).update(is_sample=True)

    assert run(now).sent == 1
    assert desk.tries == 0
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_tried_again(settings, tmp_path, one, now):
    settings.MAIL_IS_KEPT, settings.OUTBOX_DIR = True, tmp_path / "file" / "outbox"
    (tmp_path / "file").write_text("in the way")

    assert run(now).deferred == 1
    assert "cannot be written" in invitation_of(one).why

    (tmp_path / "file").unlink()
    assert run(now + LEASES[0]).sent == 1
    assert [path.suffix for path in Path(settings.OUTBOX_DIR).iterdir()] == [".eml"]


def test_the_claim_is_one_statement(one, now, django_assert_num_queries):
    if connection.vendor == "sqlite":
        with django_assert_num_queries(2) as seen:
            claim_due(now=now)
        assert seen[0]["sql"].startswith("UPDATE") and "RETURNING" in seen[0]["sql"]
    else:
        with django_assert_num_queries(5) as seen:
            claim_due(now=now)
        assert any("SKIP LOCKED" in query["sql"] for query in seen)
