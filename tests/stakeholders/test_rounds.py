"""Opening rounds, and what managers do to them while they are open."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connection, transaction

from stakeholders import kinds
from stakeholders.actions import closing, rounds
from stakeholders.actions.closing import (
    AnswerIsLate,
    CannotCloseEarly,
    RoundIsClosed,
    TooSoonToClose,
    close_due_rounds,
    close_early,
    close_round,
    taking_answer,
)
from stakeholders.actions.extending import extend_round
from stakeholders.actions.reminding import remind
from stakeholders.actions.rounds import DeadlineHasPassed, Invitee, open_round
from stakeholders.models import Activity, Extension, Invitation, Message, Round, Verb
from stakeholders.rules import deadlines
from stakeholders.rules.deadlines import GRACE, Deadline
from tests import factories

BERLIN = "Europe/Berlin"


@pytest.fixture
def deadline():
    return deadlines.read(datetime(2026, 12, 4, 17), BERLIN)


@pytest.fixture
def opened(hands, beacon, mia, stan, olga, deadline, now):
    """A round that asks stan (must answer) and olga (is consulted)."""
    return open_round(
        beacon,
        kind="hands",
        title="Who is in favour?",
        deadline=deadline,
        invitees=[Invitee(stan), Invitee(olga, is_required=False, asked=3)],
        by=mia,
        now=now,
    )


def answer(round, seat, *, at):
    """Raise a hand, the way an upper app writes an answer."""
    invitation = round.invitations.get(seat=seat)
    invitation.round = round
    with taking_answer(invitation, arrived=at):
        round.invitations.filter(seat=seat).update(answered_at=at, answered=1)


def mails(round, kind, **filters):
    return round.messages.filter(kind=kind, **filters)


# opening


def test_opening_asks_everyone_and_freezes_their_weight_and_department(opened, stan, olga):
    stan.weight, stan.department = 5, factories.department("Support")
    stan.save()

    first, second = opened.invitations.select_related("department")
    assert (first.seat, first.weight, first.department.name, first.is_required) == (stan, 1, "Sales", True)
    assert (second.seat, second.is_required, second.asked) == (olga, False, 3)


def test_opening_queues_one_invitation_and_all_reminders_for_each(opened, stan, olga, now):
    assert {m.seat_id for m in mails(opened, Message.Kind.INVITATION, due_at=now)} == {stan.pk, olga.pk}
    dates = [m.due_at for m in mails(opened, Message.Kind.REMINDER, seat=stan)]
    assert dates == [
        datetime(2026, 11, 27, 7, tzinfo=UTC),
        datetime(2026, 12, 2, 7, tzinfo=UTC),
        datetime(2026, 12, 4, 8, tzinfo=UTC),
    ]
    assert len(set(opened.messages.values_list("message_id", flat=True))) == opened.messages.count() == 8


def test_opening_keeps_the_deadline_as_it_was_typed(hands, beacon, mia, stan, now):
    deadline = deadlines.read(date(2026, 11, 27), BERLIN)
    round = open_round(beacon, kind="hands", title="Day", deadline=deadline, invitees=[Invitee(stan)], by=mia, now=now)

    round.refresh_from_db()
    assert (round.wall_time, round.zone, round.is_date_only) == ("2026-11-27", BERLIN, True)
    assert round.deadline_at == datetime(2026, 11, 27, 23, tzinfo=UTC)


def test_opening_is_written_down(opened, mia):
    line = Activity.objects.get(object_kind="round", object_id=opened.pk)
    assert (line.verb, line.by_seat, line.facts["people"]) == (Verb.OPENED, mia.pk, 2)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"deadline": Deadline(factories.NOW, BERLIN, "2026-11-24T10:30")}, "deadline has passed"),
        ({"invitees": []}, "at least one person"),
        ({"reminders": [factories.NOW - timedelta(hours=1)]}, "between now and the deadline"),
        ({"reminders": [datetime(2026, 12, 4, 16, tzinfo=UTC)]}, "between now and the deadline"),
        ({"title": ""}, "cannot be blank"),
        ({"title": "x" * 161}, "at most 160"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused_and_leaves_nothing(
    hands, beacon, mia, stan, deadline, now, wrong, sentence
):
    right = {"kind": "hands", "title": "T", "deadline": deadline, "invitees": [Invitee(stan)], "by": mia, "now": now}

    with pytest.raises(ValidationError, match=sentence):
        open_round(beacon, **(right | wrong))
    assert not Round.objects.exists()
    assert not Message.objects.exists()


def test_nobody_is_asked_twice_and_no_stranger_at_all(hands, beacon, mia, stan, deadline, now):
    elsewhere = factories.seat(factories.product("other"))
    gone = factories.seat(beacon, left_at=now)
    right = {"kind": "hands", "title": "T", "deadline": deadline, "by": mia, "now": now}

    with pytest.raises(ValidationError, match="twice"):
        open_round(beacon, invitees=[Invitee(stan), Invitee(stan)], **right)
    for stranger in (elsewhere, gone):
        with pytest.raises(ValidationError, match="of this product"):
            open_round(beacon, invitees=[Invitee(stranger)], **right)
    assert not Round.objects.exists()


def test_a_kind_that_nobody_registered_is_refused(beacon, mia, stan, deadline, now):
    with pytest.raises(kinds.UnknownKind):
        open_round(beacon, kind="seance", title="T", deadline=deadline, invitees=[Invitee(stan)], by=mia, now=now)


def test_the_start_stops_when_a_kind_is_missing(hands):
    kinds.require(["hands"])
    with pytest.raises(ImproperlyConfigured, match="seance"):
        kinds.require(["hands", "seance"])


# answering


def test_an_answer_counts_up_to_the_deadline_and_not_at_it(opened, stan, olga):
    answer(opened, stan, at=opened.deadline_at - timedelta(microseconds=1))

    with pytest.raises(AnswerIsLate) as refusal:
        answer(opened, olga, at=opened.deadline_at)
    assert refusal.value.arrived == opened.deadline_at
    assert [each.answered_at is None for each in opened.invitations.all()] == [False, True]


def test_an_answer_is_judged_by_the_stored_deadline_not_by_an_older_copy(opened, stan, mia, now):
    old_copy = Round.objects.get(pk=opened.pk)
    later = deadlines.read(datetime(2026, 12, 11, 17), BERLIN)
    extend_round(opened, to=later, why="Holidays", by=mia, now=now)

    answer(old_copy, stan, at=later.at - timedelta(seconds=1))
    with pytest.raises(AnswerIsLate):
        answer(old_copy, stan, at=later.at)


def test_a_closed_or_withdrawn_round_takes_no_answer(hands, opened, stan, mia, now, beacon, deadline):
    close_round(opened, now=opened.deadline_at + GRACE)
    with pytest.raises(RoundIsClosed):
        answer(opened, stan, at=now)

    other = open_round(beacon, kind="hands", title="2", deadline=deadline, invitees=[Invitee(stan)], by=mia, now=now)
    rounds.withdraw_round(other, why="A mistake", by=mia, now=now)
    with pytest.raises(RoundIsClosed):
        answer(other, stan, at=now)


@pytest.mark.django_db(transaction=True)
def test_holding_a_round_open_needs_a_transaction(opened):
    with pytest.raises(transaction.TransactionManagementError):
        closing.hold_open(opened.invitations.first(), arrived=opened.opened_at)


@pytest.mark.django_db(transaction=True)
def test_an_answer_waits_three_seconds_for_its_lock_and_other_work_its_usual_time(opened):
    question = "SHOW lock_timeout" if connection.vendor == "postgresql" else "PRAGMA busy_timeout"

    def patience():
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]

    usual = patience()
    with taking_answer(opened.invitations.first(), arrived=opened.opened_at):
        assert patience() in ("3s", 3000)
    assert patience() == usual
    assert usual not in ("3s", 3000)


def test_a_refused_answer_leaves_nothing_behind(opened, stan):
    with pytest.raises(RuntimeError), taking_answer(opened.invitations.first(), arrived=opened.opened_at):
        opened.invitations.filter(seat=stan).update(answered=1)
        raise RuntimeError
    assert opened.invitations.get(seat=stan).answered == 0


# closing


def test_nobody_closes_before_the_grace_is_over(hands, opened):
    with pytest.raises(TooSoonToClose):
        close_round(opened, now=opened.deadline_at + GRACE - timedelta(microseconds=1))
    assert close_due_rounds(now=opened.deadline_at + GRACE - timedelta(microseconds=1)) == []
    assert hands.closed == []


def test_closing_stores_the_outcome_and_tells_everyone(hands, opened, stan, olga, now):
    answer(opened, stan, at=now)
    at = opened.deadline_at + GRACE

    assert close_due_rounds(now=at) == [opened]

    opened.refresh_from_db()
    assert (opened.closed_at, opened.closed_by, opened.closed_why) == (at, None, "")
    assert opened.outcome == {"hands": 1, "sentence": "1 of 2 hands are up."}
    assert {m.seat_id for m in mails(opened, Message.Kind.OUTCOME)} == {stan.pk, olga.pk}
    assert not opened.messages.waiting().exclude(kind=Message.Kind.OUTCOME).exists()
    assert Activity.objects.filter(verb=Verb.CLOSED, object_id=opened.pk, by_seat=None).count() == 1


def test_closing_again_changes_nothing(hands, opened):
    at = opened.deadline_at + GRACE
    close_round(opened, now=at)
    outcome = Round.objects.values().get(pk=opened.pk)

    close_round(opened, now=at + timedelta(days=1))
    assert close_due_rounds(now=at + timedelta(days=1)) == []

    assert Round.objects.values().get(pk=opened.pk) == outcome
    assert hands.closed == [opened.pk]
    assert mails(opened, Message.Kind.OUTCOME).count() == 2


def test_a_kind_that_fails_leaves_its_round_open_and_the_others_close(
    hands, opened, beacon, stan, mia, now, monkeypatch
):
    fine = open_round(
        beacon,
        kind="hands",
        title="Fine",
        deadline=deadlines.read(datetime(2026, 12, 4, 18), BERLIN),
        invitees=[Invitee(stan)],
        by=mia,
        now=now,
    )
    whole = hands.on_close

    def on_close(round, now):
        if round.pk == opened.pk:
            Invitation.objects.filter(round=round).update(answered=9)
            raise RuntimeError("cannot count")
        return whole(round, now)

    monkeypatch.setattr(hands, "on_close", on_close)
    assert close_due_rounds(now=fine.deadline_at + GRACE) == [fine]
    opened.refresh_from_db()
    assert opened.closed_at is None
    assert not opened.invitations.filter(answered=9).exists()

    monkeypatch.undo()
    assert close_due_rounds(now=fine.deadline_at + GRACE) == [opened]


def test_closing_early_needs_a_reason_and_everyone_required(opened, stan, mia, now):
    with pytest.raises(ValidationError, match="why"):
        close_early(opened, why="  ", by=mia, now=now)
    with pytest.raises(CannotCloseEarly) as refusal:
        close_early(opened, why="All are here", by=mia, now=now)
    assert [each.seat for each in refusal.value.refusal.missing] == [stan]

    answer(opened, stan, at=now)
    closed = close_early(opened, why="All are here", by=mia, now=now)

    assert (closed.closed_at, closed.closed_by, closed.closed_why) == (now, mia, "All are here")
    assert closed.deadline_at == opened.deadline_at
    assert close_early(opened, why="Again", by=mia, now=now).closed_why == "All are here"


# extending


def test_an_extension_is_a_row_and_everyone_is_told_once(opened, mia, now):
    later = deadlines.read(datetime(2026, 12, 11, 12), BERLIN)
    before = opened.deadline_at

    extend_round(opened, to=later, why="Holidays", by=mia, now=now)

    opened.refresh_from_db()
    assert (opened.deadline_at, opened.wall_time) == (later.at, "2026-12-11T12:00")
    extension = Extension.objects.get(round=opened)
    assert (extension.from_at, extension.to_at, extension.by, extension.why) == (before, later.at, mia, "Holidays")
    assert mails(opened, Message.Kind.EXTENSION, due_at=now).count() == 2


def test_reminders_move_with_the_deadline(opened, stan, mia, now):
    later = deadlines.read(datetime(2026, 12, 11, 17), BERLIN)
    opened.messages.filter(kind=Message.Kind.REMINDER, due_at__date=date(2026, 11, 27)).update(
        claimed_at=now, sent_at=now
    )

    extend_round(opened, to=later, why="Holidays", by=mia, now=datetime(2026, 11, 28, tzinfo=UTC))

    assert [m.due_at for m in mails(opened, Message.Kind.REMINDER, seat=stan).waiting()] == [
        datetime(2026, 12, 9, 7, tzinfo=UTC),
        datetime(2026, 12, 11, 8, tzinfo=UTC),
    ]


def test_an_extension_after_the_last_reminder_makes_new_ones_for_the_silent(opened, stan, olga, mia, now):
    opened.messages.filter(kind=Message.Kind.REMINDER).update(claimed_at=now, sent_at=now)
    answer(opened, olga, at=now)
    later = deadlines.read(datetime(2026, 12, 11, 17), BERLIN)

    extend_round(opened, to=later, why="Holidays", by=mia, now=opened.deadline_at - timedelta(hours=1))

    waiting = mails(opened, Message.Kind.REMINDER).waiting()
    assert {m.seat_id for m in waiting} == {stan.pk}
    assert [m.due_at for m in waiting] == [datetime(2026, 12, 9, 7, tzinfo=UTC), datetime(2026, 12, 11, 8, tzinfo=UTC)]


def test_a_deadline_never_moves_back_and_not_at_all_once_it_has_passed(opened, mia, now):
    later = deadlines.read(datetime(2026, 12, 11, 17), BERLIN)

    for other in (deadlines.read(datetime(2026, 12, 4, 17), BERLIN), deadlines.read(datetime(2026, 12, 3, 17), BERLIN)):
        with pytest.raises(ValidationError, match="forward"):
            extend_round(opened, to=other, why="Why", by=mia, now=now)
    with pytest.raises(ValidationError, match="why"):
        extend_round(opened, to=later, why="", by=mia, now=now)
    with pytest.raises(DeadlineHasPassed):
        extend_round(opened, to=later, why="Why", by=mia, now=opened.deadline_at)
    close_round(opened, now=opened.deadline_at + GRACE)
    with pytest.raises(RoundIsClosed):
        extend_round(opened, to=later, why="Why", by=mia, now=opened.deadline_at + GRACE)
    assert not Extension.objects.exists()


# withdrawing, people


def test_withdrawing_ends_the_round_without_an_outcome_and_tells_everyone(hands, opened, mia, now):
    rounds.withdraw_round(opened, why="Wrong features", by=mia, now=now)
    rounds.withdraw_round(opened, why="Again", by=mia, now=now)
    assert hands.withdrawn == [opened.pk]

    opened.refresh_from_db()
    assert (opened.cancelled_at, opened.cancelled_why, opened.outcome) == (now, "Wrong features", None)
    assert mails(opened, Message.Kind.CANCELLED).waiting().count() == 2
    assert not opened.messages.waiting().exclude(kind=Message.Kind.CANCELLED).exists()
    assert close_due_rounds(now=opened.deadline_at + GRACE) == []


def test_a_closed_round_cannot_be_withdrawn(opened, mia):
    close_round(opened, now=opened.deadline_at + GRACE)
    with pytest.raises(RoundIsClosed):
        rounds.withdraw_round(opened, why="Too late", by=mia, now=opened.deadline_at + GRACE)


def test_someone_added_gets_an_invitation_and_the_coming_reminders(opened, mia, vera, stan):
    later = datetime(2026, 11, 30, 12, tzinfo=UTC)

    made = rounds.invite(opened, invitees=[Invitee(vera), Invitee(stan)], by=mia, now=later)

    assert [each.seat for each in made] == [vera]
    assert mails(opened, Message.Kind.INVITATION, seat=vera).get().due_at == later
    assert mails(opened, Message.Kind.REMINDER, seat=vera).count() == 2
    assert mails(opened, Message.Kind.INVITATION, seat=stan).count() == 1


def test_someone_removed_gets_no_more_mail_and_can_be_asked_again(opened, mia, stan, now):
    invitation = opened.invitations.get(seat=stan)
    rounds.remove_invitation(invitation, by=mia, now=now)
    rounds.remove_invitation(invitation, by=mia, now=now)

    assert not opened.messages.waiting().filter(seat=stan).exists()
    assert stan.pk not in {each.seat_id for each in opened.invitations.standing()}
    assert Activity.objects.filter(verb=Verb.REMOVED).count() == 1

    rounds.invite(opened, invitees=[Invitee(stan, is_required=False)], by=mia, now=now + timedelta(hours=1))
    assert opened.invitations.standing().get(seat=stan).is_required is False
    assert mails(opened, Message.Kind.INVITATION, seat=stan).waiting().count() == 1


# reminding


def test_a_reminder_reaches_exactly_the_silent_among_those_shown(opened, stan, olga, mia):
    noon = datetime(2026, 11, 25, 11, tzinfo=UTC)
    answer(opened, olga, at=noon)
    shown = list(opened.invitations.values_list("pk", flat=True))

    done = remind(opened, invitations=shown, by=mia, now=noon)

    assert [each.seat for each in done.reminded] == [stan]
    assert [each.seat for each in done.answered] == [olga]
    assert [m.seat_id for m in mails(opened, Message.Kind.REMINDER, due_at=noon)] == [stan.pk]
    assert remind(opened, invitations=[], by=mia, now=noon).reminded == []


def test_three_hundred_clicks_on_remind_make_one_mail_an_hour(opened, stan, mia):
    noon = datetime(2026, 11, 25, 11, tzinfo=UTC)
    shown = [opened.invitations.get(seat=stan).pk]

    for click in range(300):
        remind(opened, invitations=shown, by=mia, now=noon + timedelta(seconds=click * 23))

    made = mails(opened, Message.Kind.REMINDER, seat=stan, due_at__gte=noon, due_at__lt=noon + timedelta(hours=2))
    times = [m.due_at for m in made]
    assert len(times) == 2
    assert times[1] - times[0] >= timedelta(hours=1)


def test_nobody_is_reminded_right_after_the_invitation(opened, mia, now):
    shown = list(opened.invitations.values_list("pk", flat=True))

    done = remind(opened, invitations=shown, by=mia, now=now + timedelta(minutes=59))
    assert (done.reminded, len(done.lately)) == ([], 2)
    assert len(remind(opened, invitations=shown, by=mia, now=now + timedelta(minutes=60)).reminded) == 2


def test_people_of_another_round_are_not_reminded(opened, beacon, stan, mia, deadline, now):
    other = open_round(beacon, kind="hands", title="2", deadline=deadline, invitees=[Invitee(stan)], by=mia, now=now)
    shown = list(other.invitations.values_list("pk", flat=True))

    assert remind(opened, invitations=shown, by=mia, now=now + timedelta(hours=2)).reminded == []


def test_after_the_deadline_nobody_is_reminded(opened, mia):
    shown = list(opened.invitations.values_list("pk", flat=True))
    with pytest.raises(DeadlineHasPassed):
        remind(opened, invitations=shown, by=mia, now=opened.deadline_at)
