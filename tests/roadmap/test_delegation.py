"""“Someone else should answer this”, in a confirmation: both names stand, and one's own answer always overrides."""

from datetime import timedelta

import pytest
from django.test import Client

from roadmap.actions.confirming import answer_confirmation
from roadmap.models import Answer
from roadmap.queries.confirmation import confirmation_of, digest_of_answers, outcome_of
from roadmap.queries.history import first_fault
from roadmap.rules.outcome import Verdict
from stakeholders import clock
from stakeholders.actions import delegation as actions
from stakeholders.actions import outbox
from stakeholders.actions.closing import close_early
from stakeholders.actions.links import delegate_link, link_of, url_of
from stakeholders.mail.rendering import render
from stakeholders.models import Activity, Delegation, Invitation, Link, Message, Seat, Verb
from tests import factories
from tests.roadmap import confirming


@pytest.fixture
def round_(beacon, mia, stan):
    confirming.plan_beacon(beacon, mia)
    return confirming.round_of(confirming.publish(beacon, mia, required=[stan]))


@pytest.fixture
def asked(round_, stan):
    return round_.invitations.select_related("round", "seat__user").get(seat=stan)


def opened(delegation):
    """A browser in which the delegate has pressed the button of their link."""
    browser = Client()
    path = "/" + url_of(delegate_link(delegation, now=clock.now())).split("/", 3)[3]
    assert f"answer for {delegation.invitation.seat.user.get_full_name()}" in browser.get(path).text
    assert browser.post(f"{path}open/").status_code == 303
    return browser


def say(browser, round_, answer="confirm", nonce="n1", **more):
    return browser.post(f"/confirm/{round_.public_id}/answer/", {"answer": answer, "nonce": nonce} | more)


def test_a_colleague_gets_a_link_at_once_and_everyone_concerned_is_told(client, asked, round_, stan, vera, mia):
    confirming.open_link(client, stan, round_)
    page = f"/round/{round_.public_id}/delegate/"
    assert client.post(page, {"who": "vera vogel", "note": "You know it better."}).status_code == 303
    assert "Vera Vogel answers for you" in client.get(page).text
    made = Delegation.objects.get()
    assert (made.delegate, made.address) == (vera, "")
    mails = {m.facts["as"]: m for m in Message.objects.filter(kind=Message.Kind.DELEGATION)}
    assert {part: m.user for part, m in mails.items()} == {
        "delegate": vera.user,
        "manager": mia.user,
        "principal": stan.user,
    }
    letter = render(mails["delegate"], now=clock.now())
    assert "Stan Lindqvist" in letter.subject and "You know it better." in letter.body
    assert url_of(delegate_link(made, now=clock.now())) in letter.body
    assert "/s/" not in render(mails["manager"], now=clock.now()).body
    line = Activity.objects.get(verb=Verb.DELEGATED)
    assert (line.by_seat, line.facts["delegate"]) == (stan.pk, vera.pk)


def test_a_delegate_s_own_page_never_answers_for_the_person_they_stand_in_for(asked, round_, stan, vera):
    browser = opened(actions.name_delegate(asked, who=vera.user.email, now=clock.now()))
    page = browser.get(f"/confirm/{round_.public_id}/").text
    assert f'name="answerer" value="{asked.pk}-{vera.pk}"' in page
    confirming.open_link(browser, stan, round_)
    refused = say(browser, round_, answerer=f"{asked.pk}-{vera.pk}")
    assert (refused.status_code, refused["Referrer-Policy"], refused["X-Robots-Tag"]) == (
        409,
        "strict-origin",
        "noindex",
    )
    assert not Answer.objects.exists()
    assert say(browser, round_, answerer=str(asked.pk)).status_code == 303
    assert Answer.objects.get().entered_by is None


def test_the_answer_of_a_delegate_stands_under_both_names(client, sign_in, asked, round_, stan, vera, mia):
    made = actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    browser = opened(made)
    assert "Vera Vogel for Stan Lindqvist" in browser.get(f"/confirm/{round_.public_id}/").text
    assert say(browser, round_, "object", objection="Too early.").status_code == 303
    answer = Answer.objects.get()
    assert (answer.seat, answer.entered_by) == (stan, vera)
    assert "Stan Lindqvist, by Vera Vogel" in browser.get(f"/confirm/{round_.public_id}/").text
    sign_in(mia)
    manager = client.get(f"/p/beacon/rounds/{round_.public_id}/").text
    assert "answered by Vera Vogel" in manager and "Stan Lindqvist (Sales), by Vera Vogel" in manager
    assert "Vera Vogel answered for Stan Lindqvist in “Confirm version 1”" in manager
    receipt = render(Message.objects.get(kind=Message.Kind.RECEIPT), now=clock.now())
    assert receipt.to[0].endswith(f"<{stan.user.email}>") and "Vera Vogel" in receipt.subject + receipt.body


def test_ones_own_answer_replaces_a_delegates_and_is_not_replaced_by_it(client, asked, round_, stan, vera):
    browser = opened(actions.name_delegate(asked, who=vera.user.email, now=clock.now()))
    say(browser, round_, "object", objection="No.")
    assert outcome_of(confirmation_of(round_), now=clock.now()).verdict is Verdict.NOT_CONFIRMED
    confirming.open_link(client, stan, round_)
    say(client, round_, "confirm", nonce="own")
    assert outcome_of(confirmation_of(round_), now=clock.now()).verdict is Verdict.CONFIRMED
    late = say(browser, round_, "object", nonce="n2", objection="Still no.")
    assert late.status_code == 422 and "Stan Lindqvist has answered this in person" in late.text
    assert Answer.objects.count() == 2


def test_of_two_that_come_at_one_moment_the_persons_own_counts(asked, round_, stan, vera):
    """Two transactions may not see each other: the later row is the delegate's, and yet the own one stands."""
    actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    answer_confirmation(asked, verdict="confirm", nonce="own", arrived=clock.arrived_at())
    confirmation = confirmation_of(round_)
    Answer.objects.create(
        confirmation=confirmation,
        seat=stan,
        entered_by=vera,
        verdict="object",
        text="No.",
        nonce="x",
        arrived_at=clock.now(),
    )
    assert outcome_of(confirmation, now=clock.now()).verdict is Verdict.CONFIRMED


def test_who_answered_for_whom_is_sealed_when_the_round_closes(asked, round_, stan, vera, mia, olga):
    actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    asked.standing_in = vera
    answer_confirmation(asked, verdict="confirm", nonce="d", arrived=clock.arrived_at())
    close_early(round_, why="All are in.", by=mia, now=clock.database_now())
    assert first_fault(round_.product) is None
    confirmation = confirmation_of(round_)
    sealed = confirmation.round.outcome["answers"]["digest"]
    assert sealed == digest_of_answers(confirmation)
    from stakeholders import append_only

    append_only.remove()
    Answer.objects.update(entered_by=olga)
    append_only.install()
    assert first_fault(round_.product) is not None


def test_an_unknown_address_is_not_written_to_before_a_manager_agrees(client, sign_in, asked, round_, stan, mia):
    confirming.open_link(client, stan, round_)
    page = f"/round/{round_.public_id}/delegate/"
    client.post(page, {"who": "Nova@outside.example"})
    assert "nova@outside.example waits for a manager" in client.get(page).text
    made = Delegation.objects.get()
    assert made.is_pending and not Seat.objects.filter(user__email="nova@outside.example").exists()
    assert {m.facts["as"] for m in Message.objects.filter(kind=Message.Kind.DELEGATION)} == {"manager", "principal"}
    sign_in(mia)
    base = f"/p/beacon/rounds/{round_.public_id}/"
    assert "nothing is sent before you agree" in client.get(base).text
    for _press in range(2):
        assert client.post(f"{base}delegations/{made.pk}/approve/").status_code == 303
    made.refresh_from_db()
    assert made.delegate.role == Seat.Role.READER and made.address == "" and made.approved_by == mia
    assert Message.objects.filter(kind=Message.Kind.DELEGATION, user=made.delegate.user).count() == 1
    assert say(opened(made), round_).status_code == 303


def test_a_refused_address_is_forgotten_and_leaves_room_for_another(client, sign_in, asked, round_, stan, vera, mia):
    made = actions.name_delegate(asked, who="nova@outside.example", now=clock.now())
    sign_in(mia)
    client.post(f"/p/beacon/rounds/{round_.public_id}/delegations/{made.pk}/decline/")
    made.refresh_from_db()
    assert made.declined_by == mia and made.address == ""
    told = Message.objects.get(kind=Message.Kind.DELEGATION, facts__as="declined")
    assert told.user == stan.user and "nova" not in render(told, now=clock.now()).body
    assert actions.name_delegate(asked, who=vera.user.email, now=clock.now()).is_let_in
    with pytest.raises(actions.CannotDelegate):
        actions.approve_delegate(made, by=mia, now=clock.now())


@pytest.mark.parametrize(
    "who, why",
    [
        ("", "Name a colleague"),
        ("Nobody Atall", "Nobody here is called"),
        ("not@an@address", "is not an e-mail address"),
        ("Stan Lindqvist", "That is you"),
        ("STAN.lindqvist@people.example", "That is you"),
        ("x" * 300, ""),
    ],
)
def test_what_cannot_be_named_is_said_why(client, round_, stan, who, why):
    confirming.open_link(client, stan, round_)
    page = client.post(f"/round/{round_.public_id}/delegate/", {"who": who})
    assert page.status_code == 422 and why in page.text and not Delegation.objects.exists()


def test_two_colleagues_of_one_name_are_told_apart_by_address(beacon, asked):
    factories.seat(beacon, user=factories.user("Kim Lee", email="kim@a.example"))
    factories.seat(beacon, user=factories.user("Kim Lee", email="kim@b.example"))
    with pytest.raises(actions.CannotDelegate, match="Several people"):
        actions.name_delegate(asked, who="Kim Lee", now=clock.now())


def test_there_is_one_delegate_a_round_and_it_is_not_handed_on(client, asked, round_, vera, mia):
    made = actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    assert actions.name_delegate(asked, who=vera.user.email, now=clock.now()) == made
    with pytest.raises(actions.CannotDelegate, match="there can be one"):
        actions.name_delegate(asked, who=mia.user.email, now=clock.now())
    browser = opened(made)
    assert browser.get(f"/round/{round_.public_id}/delegate/").status_code == 403
    assert browser.post(f"/round/{round_.public_id}/delegate/", {"who": mia.user.email}).status_code == 403
    asked.standing_in = vera
    with pytest.raises(actions.CannotDelegate, match="only they can"):
        actions.name_delegate(asked, who=mia.user.email, now=clock.now())


@pytest.mark.parametrize("by", ["person", "manager"])
def test_taking_it_back_ends_the_link_and_the_page_that_is_open(client, sign_in, asked, round_, stan, vera, mia, by):
    made = actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    browser = opened(made)
    say(browser, round_, "confirm")
    if by == "person":
        confirming.open_link(client, stan, round_)
        client.post(f"/round/{round_.public_id}/delegate/end/")
    else:
        sign_in(mia)
        client.post(f"/p/beacon/rounds/{round_.public_id}/delegations/{made.pk}/end/")
    assert browser.get(f"/confirm/{round_.public_id}/").status_code == 410
    assert say(browser, round_, "object", nonce="n2", objection="x").status_code == 410
    assert Answer.objects.count() == 1  # what was answered stays until it is replaced


def test_a_delegate_who_is_asked_too_answers_twice(beacon, mia, stan, olga, client):
    confirming.plan_beacon(beacon, mia)
    round_ = confirming.round_of(confirming.publish(beacon, mia, required=[stan, olga]))
    asked = round_.invitations.select_related("round", "seat__user").get(seat=stan)
    browser = opened(actions.name_delegate(asked, who=olga.user.email, now=clock.now()))
    say(browser, round_, "object", objection="For Stan.")
    confirming.open_link(browser, olga, round_)
    say(browser, round_, "confirm", nonce="own")
    assert {(a.seat, a.entered_by, a.verdict) for a in Answer.objects.all()} == {
        (stan, olga, "object"),
        (olga, None, "confirm"),
    }


def test_what_a_delegate_read_is_not_what_the_person_has_confirmed(asked, round_, stan, vera):
    from roadmap.queries.confirm_page import last_confirmed

    actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    asked.standing_in = vera
    answer_confirmation(asked, verdict="confirm", nonce="d", arrived=clock.arrived_at())
    version = confirmation_of(round_).version
    version.number += 1
    assert last_confirmed(stan.pk, version) is None


def test_a_delegate_leaves_no_note_in_the_persons_name(asked, round_, vera):
    from django.core.exceptions import ValidationError

    from roadmap.actions.confirming import leave_late_note

    asked.standing_in = vera
    with pytest.raises(ValidationError, match="only they can leave one"):
        leave_late_note(asked, text="Late", arrived=round_.deadline_at + timedelta(hours=1))


def test_after_the_deadline_nobody_is_named_any_more(client, asked, round_, stan, vera, mia):
    made = actions.name_delegate(asked, who="nova@outside.example", now=clock.now())
    with pytest.raises(actions.RoundIsClosed):
        actions.approve_delegate(made, by=mia, now=round_.deadline_at)
    with pytest.raises(actions.RoundIsClosed):
        actions.name_delegate(asked, who=vera.user.email, now=round_.deadline_at)


# reminders go to whoever answers by now


class Box:
    """A mail server that takes everything."""

    def __init__(self):
        self.mails = []

    def deliver(self, mail, *, keep):
        self.mails.append(mail)


def reminder_of(round_, at):
    """Let the reminders of a round be due, and return the mail that goes out."""
    round_.messages.filter(kind=Message.Kind.REMINDER).update(due_at=at)
    round_.messages.exclude(kind=Message.Kind.REMINDER).update(sent_at=at - timedelta(days=2))
    Message.objects.filter(kind=Message.Kind.REMINDER).exclude(
        pk=round_.messages.filter(kind=Message.Kind.REMINDER).first().pk
    ).delete()
    box = Box()
    outbox.send_due(clock=lambda: at, transport=box)
    return box.mails[0] if box.mails else None


def test_a_planned_reminder_goes_to_the_delegate_under_the_mail_that_named_them(asked, round_, stan, vera):
    at = clock.now() + timedelta(hours=2)
    made = actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    named = Message.objects.get(kind=Message.Kind.DELEGATION, facts__as="delegate")
    mail = reminder_of(round_, at)
    assert mail.to == ['"Vera Vogel" <vera.vogel@people.example>']
    assert mail.subject == render(named, now=at).subject
    assert mail.extra_headers["References"] == named.message_id
    assert "Vera, the answer for Stan Lindqvist is still missing" in mail.body
    assert url_of(delegate_link(made, now=at)) in mail.body
    row = Message.objects.get(kind=Message.Kind.REMINDER)
    assert (row.user, row.seat) == (vera.user, stan)


@pytest.mark.parametrize("gone", ["ended", "left", "no reminders"])
def test_when_the_delegate_is_out_of_it_the_person_is_reminded_again(client, asked, round_, stan, vera, gone):
    at = clock.now() + timedelta(hours=2)
    made = actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    if gone == "ended":
        actions.end_delegation(made, by=stan, now=clock.now())
    elif gone == "left":
        Seat.objects.filter(pk=vera.pk).update(left_at=clock.now())
    else:
        link = link_of(Link.Kind.UNSUBSCRIBE, vera, round_, now=clock.now())
        path = "/" + url_of(link).split("/", 3)[3]
        assert "No more reminders of this round?" in client.get(path).text
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert "You get no more reminders" in client.get(path).text
    assert reminder_of(round_, at).to == ['"Stan Lindqvist" <stan.lindqvist@people.example>']


def test_a_reminder_by_hand_names_the_delegate_on_the_page_and_waits_an_hour_after_they_were_asked(
    client, sign_in, asked, round_, stan, vera, mia
):
    yesterday = clock.now() - timedelta(days=1)
    round_.messages.filter(kind=Message.Kind.INVITATION).update(due_at=yesterday, sent_at=yesterday)
    made = actions.name_delegate(asked, who=vera.user.email, now=clock.now())
    sign_in(mia)
    page = f"/p/beacon/rounds/{round_.public_id}/"
    said = client.get(page).text
    assert "Vera Vogel answers, and is reminded" in said and "Remind Stan Lindqvist</button>" not in said
    before = clock.now() - timedelta(hours=3)
    Delegation.objects.update(asked_at=before)
    round_.messages.filter(kind=Message.Kind.DELEGATION).update(sent_at=before, due_at=before)
    Invitation.objects.update(no_reminders_at=clock.now())  # a wish of Stan's own binds nobody else
    assert "Remind Stan Lindqvist</button>" in client.get(page).text
    client.post(f"{page}remind/", {"invitation": asked.pk})
    box = Box()
    outbox.send_due(clock=clock.now, transport=box)
    assert [mail.to for mail in box.mails] == [['"Vera Vogel" <vera.vogel@people.example>']]
    assert made.delegate == vera
