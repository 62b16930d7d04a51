"""One person gets a later deadline than the others, and the promise that an answer in time counts holds for each."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from stakeholders import append_only, clock
from stakeholders.actions import closing
from stakeholders.actions.closing import (
    AnswerIsLate,
    RoundIsClosed,
    TooSoonToClose,
    close_due_rounds,
    close_round,
    taking_answer,
)
from stakeholders.actions.extending import extend_for, extend_round
from stakeholders.actions.links import seat_link, url_of
from stakeholders.actions.outbox import _needless
from stakeholders.actions.reminding import remind
from stakeholders.actions.rounds import DeadlineHasPassed, Invitee, invite, open_round, remove_invitation
from stakeholders.models import Activity, Extension, Message, Round, Verb
from stakeholders.rules import deadlines
from stakeholders.rules.deadlines import GRACE

BERLIN = "Europe/Berlin"
LATER = deadlines.read(datetime(2026, 12, 8, 12), BERLIN)
TICK = timedelta(microseconds=1)


@pytest.fixture
def opened(hands, beacon, mia, stan, olga, now):
    return open_round(
        beacon,
        kind="hands",
        title="Who is in favour?",
        deadline=deadlines.read(datetime(2026, 12, 4, 17), BERLIN),
        invitees=[Invitee(stan), Invitee(olga)],
        by=mia,
        now=now,
    )


@pytest.fixture
def given(opened, stan, mia, now):
    """Stan has until 8 December, Olga until the 4th."""
    extend_for(opened.invitations.get(seat=stan), to=LATER, why="At the fair", by=mia, now=now + timedelta(days=1))
    return Round.objects.get(pk=opened.pk)


def answer(round, seat, *, at):
    with taking_answer(round.invitations.get(seat=seat), arrived=at):
        round.invitations.filter(seat=seat).update(answered_at=at, answered=1)


def reminders_of(round, seat):
    waiting = round.messages.untried_reminders().filter(seat=seat)
    return list(waiting.order_by("due_at").values_list("due_at", flat=True))


def test_each_may_answer_until_their_own_deadline_and_not_at_it(given, stan, olga):
    answer(given, olga, at=given.deadline_at - TICK)
    with pytest.raises(AnswerIsLate):
        answer(given, olga, at=given.deadline_at)
    answer(given, stan, at=LATER.at - TICK)
    with pytest.raises(AnswerIsLate):
        answer(given, stan, at=LATER.at)


def test_a_copy_read_before_the_extension_is_judged_by_what_is_stored(opened, stan, mia, now):
    old = opened.invitations.select_related("round").get(seat=stan)
    extend_for(opened.invitations.get(seat=stan), to=LATER, why="At the fair", by=mia, now=now)
    with taking_answer(old, arrived=LATER.at - TICK):
        pass


def test_nobody_closes_it_before_the_last_deadline_and_its_grace(given):
    for early in (given.deadline_at + GRACE, LATER.at, LATER.at + GRACE - TICK):
        assert close_due_rounds(now=early) == []
        with pytest.raises(TooSoonToClose):
            close_round(given, now=early)
    assert close_due_rounds(now=LATER.at + GRACE) == [given]


def test_only_that_person_is_told_and_only_their_reminders_move(given, stan, olga, opened):
    told = given.messages.filter(kind=Message.Kind.EXTENSION)
    assert [message.seat for message in told] == [stan]
    assert reminders_of(given, olga)[-1] == datetime(2026, 12, 4, 8, tzinfo=UTC)
    assert reminders_of(given, stan)[-1] == datetime(2026, 12, 8, 8, tzinfo=UTC)
    extension = Extension.objects.get()
    assert (extension.seat, extension.from_at, extension.to_at) == (stan, given.deadline_at, LATER.at)
    assert Activity.objects.get(verb=Verb.EXTENDED).facts["seat"] == stan.pk


def test_a_reminder_after_the_others_deadline_still_goes_out_to_the_one(given, stan, olga):
    late = given.deadline_at + timedelta(days=1)
    theirs = given.messages.filter(kind=Message.Kind.REMINDER).order_by("due_at").last()
    assert _needless(theirs, late) == "" and theirs.seat == stan
    assert _needless(given.messages.get(kind=Message.Kind.INVITATION, seat=olga), late) == "the round had closed"


def test_by_hand_only_those_are_reminded_who_have_time_left(given, stan, mia):
    late = given.deadline_at + timedelta(days=1)
    done = remind(given, invitations=given.invitations.values_list("pk", flat=True), by=mia, now=late)
    assert [each.seat for each in done.reminded] == [stan]


def test_more_time_is_given_only_while_some_is_left_and_only_forward(given, stan, olga, mia, now):
    for seat, to, at, refusal in [
        (olga, LATER, given.deadline_at, DeadlineHasPassed),
        (stan, deadlines.read(datetime(2026, 12, 7, 12), BERLIN), now, ValidationError),
        (stan, deadlines.read(datetime(2026, 12, 9, 12), BERLIN), LATER.at, DeadlineHasPassed),
    ]:
        with pytest.raises(refusal):
            extend_for(given.invitations.get(seat=seat), to=to, why="Why", by=mia, now=at)
    with pytest.raises(ValidationError):
        extend_for(given.invitations.get(seat=stan), to=LATER, why=" ", by=mia, now=now)
    assert Extension.objects.count() == 1


def test_one_second_after_closing_it_is_refused_and_nothing_changes(given, stan, mia):
    close_round(given, now=LATER.at + GRACE)
    further = deadlines.read(datetime(2026, 12, 20, 12), BERLIN)
    with pytest.raises(RoundIsClosed):
        extend_for(given.invitations.get(seat=stan), to=further, why="Why", by=mia, now=LATER.at + GRACE)
    assert (Extension.objects.count(), given.invitations.get(seat=stan).extended_to) == (1, LATER.at)


def test_more_time_for_everyone_leaves_those_alone_who_have_more(given, stan, olga, mia, now):
    between = deadlines.read(datetime(2026, 12, 7, 17), BERLIN)
    extend_round(given, to=between, why="Holidays", by=mia, now=now + timedelta(days=2))
    told = given.messages.filter(kind=Message.Kind.EXTENSION).exclude(seat=stan)
    assert [message.seat for message in told] == [olga]
    assert given.messages.filter(kind=Message.Kind.EXTENSION, seat=stan).count() == 1
    given.refresh_from_db()
    assert (given.closes_at, given.invitations.get(seat=stan).deadline_at) == (LATER.at, LATER.at)

    beyond = deadlines.read(datetime(2026, 12, 10, 17), BERLIN)
    extend_round(given, to=beyond, why="Holidays", by=mia, now=now + timedelta(days=3))
    given.refresh_from_db()
    assert (given.last_deadline_at, given.closes_at) == (None, beyond.at)
    assert given.messages.filter(kind=Message.Kind.EXTENSION, seat=stan).count() == 2


def test_the_round_does_not_wait_for_someone_who_is_not_asked_any_more(given, stan, mia, now):
    remove_invitation(given.invitations.get(seat=stan), by=mia, now=now + timedelta(days=2))
    given.refresh_from_db()
    assert given.closes_at == given.deadline_at
    invite(given, invitees=[Invitee(stan)], by=mia, now=now + timedelta(days=3))
    assert given.invitations.get(seat=stan).deadline_at == given.deadline_at


def test_nobody_new_is_asked_when_only_one_still_has_time(given, vera, mia):
    with pytest.raises(DeadlineHasPassed):
        invite(given, invitees=[Invitee(vera)], by=mia, now=given.deadline_at)


@pytest.mark.django_db(transaction=True)
def test_a_trigger_of_an_earlier_version_is_replaced():
    if connection.vendor != "sqlite":
        return
    name = "roadmap_answer_in_time"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON roadmap_answer BEGIN SELECT 1; END")
    append_only.install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
        assert cursor.fetchone()[0] == append_only.triggers("sqlite")[name][1]
    append_only.install()


# the pages


def url(name, round, *more):
    return reverse(f"stakeholders:{name}", args=["beacon", round.public_id, *more])


@pytest.fixture
def at(monkeypatch):
    """Set the clock of all pages."""

    def _at(instant):
        for name in ("now", "database_now", "arrived_at"):
            monkeypatch.setattr(clock, name, lambda: instant)

    return _at


def test_a_manager_gives_one_person_more_time(client, sign_in, opened, mia, stan, now, at):
    at(now + timedelta(days=1))
    there = url("invitation-extend", opened, opened.invitations.get(seat=stan).pk)
    page = sign_in(mia).get(there).content.decode()
    assert "Until when may Stan Lindqvist answer?" in page
    typed = {"deadline_on": "2026-12-08", "deadline_time": "12:00", "deadline_zone": BERLIN, "why": "At the fair"}
    assert client.post(there, typed | {"deadline_on": "2026-12-04"}).status_code == 422
    done = client.post(there, typed, follow=True).content.decode().replace("\u00a0", " ")
    assert "Stan Lindqvist has until Tue 8 Dec, 12:00 CET and is told." in done
    assert "until Tue 8 Dec, 12:00 CET</span>" in done
    assert "Mia Okafor gave Stan Lindqvist time until Tue 8 Dec, 12:00 CET: At the fair" in done


def test_a_second_after_the_deadline_the_page_says_so_and_keeps_what_was_typed(client, sign_in, opened, mia, stan, at):
    at(opened.deadline_at + timedelta(seconds=1))
    there = url("invitation-extend", opened, opened.invitations.get(seat=stan).pk)
    typed = {"deadline_on": "2026-12-08", "deadline_time": "12:00", "deadline_zone": BERLIN, "why": "At the fair"}
    page = sign_in(mia).post(there, typed)
    assert page.status_code == 409
    assert "The deadline has passed meanwhile; closed is final." in page.content.decode()
    assert "At the fair" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "status", "words"),
    [
        ("stan", 200, "Hello Stan"),
        ("olga", 410, "Someone has more time; the outcome will be here after Tue 8 Dec, 12:00 CET."),
    ],
)
def test_between_the_deadlines_the_link_tells_each_their_own(client, request, given, at, who, status, words):
    at(given.deadline_at + timedelta(hours=1))
    seat = request.getfixturevalue(who)
    page = client.get("/" + url_of(seat_link(seat, given, now=given.opened_at)).split("/", 3)[3])
    assert page.status_code == status
    assert words in page.content.decode().replace("\u00a0", " ")


def test_between_the_deadlines_the_managers_page_says_whom_it_waits_for(client, sign_in, given, mia, at):
    given.messages.update(sent_at=given.opened_at)
    at(given.deadline_at + timedelta(hours=1))
    page = sign_in(mia).get(url("round", given)).content.decode().replace("\u00a0", " ")
    assert "Stan Lindqvist still has time, until Tue 8 Dec, 12:00 CET" in page
    assert "Remind Stan Lindqvist" in page and "Remind Olga" not in page and "Remind 2" not in page


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_extension_and_a_closing_at_once_leave_one_of_two_truths(hands, beacon, mia, stan):
    """Managers extend for one while the sweep closes: either the person has more time, or the round has its outcome."""
    seen = set()
    for _round in range(20):
        at = clock.database_now()
        opened = open_round(
            beacon,
            kind="hands",
            title="Race",
            deadline=deadlines.Deadline(at=at + timedelta(hours=1), zone=BERLIN, wall="2026-12-04T17:00"),
            invitees=[Invitee(stan)],
            by=mia,
            now=at,
        )
        barrier = threading.Barrier(2)
        later = deadlines.Deadline(at=at + timedelta(days=2), zone=BERLIN, wall="2026-12-06T17:00")

        def extend(opened=opened, later=later, at=at, barrier=barrier):
            barrier.wait()
            try:
                extend_for(opened.invitations.get(seat=stan), to=later, why="Why", by=mia, now=at)
                return "extended"
            except RoundIsClosed:
                return "closed"
            finally:
                connection.close()

        def close(opened=opened, at=at, barrier=barrier):
            barrier.wait()
            try:
                closing.close_round(opened, now=at + timedelta(hours=1) + GRACE)
                return "closed"
            except TooSoonToClose:
                return "extended"
            finally:
                connection.close()

        said = _both(extend, close)
        opened.refresh_from_db()
        assert said[0] == said[1]
        assert (opened.closed_at is not None) == (said[0] == "closed") == (not opened.extensions.exists())
        seen.add(said[0])
    assert seen


def _both(*acts):
    answers = [None] * len(acts)

    def run(number, act):
        answers[number] = act()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
