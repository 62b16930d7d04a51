"""Answers that somebody gives in a person's place: named as such everywhere, and never above the person's own."""

from datetime import timedelta

import pytest

from prioritization.actions.ballots import save_sheet
from prioritization.actions.behalf import NotForOthers, enter_answers
from prioritization.actions.voting import ballot_of
from prioritization.models import Rating, RatingChange, Tally, VotingRound
from stakeholders import append_only, clock
from stakeholders.actions.delegation import name_delegate
from stakeholders.actions.links import delegate_link, url_of
from stakeholders.actions.voices import OwnAnswerStands
from stakeholders.mail.rendering import render
from stakeholders.models import Activity, Message, Verb

GOOD = {"impact": 5, "effort": 4, "ease": 3, "happiness": 2}
OTHER = {"impact": 1, "effort": 1, "ease": None, "happiness": 1}


@pytest.fixture
def asked(voting, stan):
    return voting.invitations.select_related("round__product", "seat__user", "department").get(seat=stan)


@pytest.fixture
def ballot(asked):
    found = ballot_of(asked)
    found.invitation = asked
    return found


@pytest.fixture
def features(voting):
    return list(voting.voting.features.order_by("number"))


@pytest.fixture
def page(voting, asked):
    return f"/p/beacon/rounds/{voting.public_id}/people/{asked.pk}/enter/"


def fields(feature, answers):
    return {f"f{feature.pk}-{key}": "none" if value is None else str(value) for key, value in answers.items()}


def test_a_manager_enters_what_was_said_and_the_person_is_mailed_every_cell(
    client, sign_in, page, features, voting, stan, mia
):
    sign_in(mia)
    assert "Only what Stan told you" in client.get(page).text
    answer = client.post(page, fields(features[0], OTHER), follow=True)
    assert "Entered 4 answers for Stan Lindqvist, who gets a mail with them" in answer.text
    assert "entered by Mia Okafor" in answer.text
    assert "Mia Okafor entered the answers of Stan Lindqvist in “Q1 2027 priorities”" in answer.text
    assert {(r.value, r.entered_by) for r in Rating.objects.all()} == {(1, mia), (None, mia)}
    assert set(RatingChange.objects.values_list("entered_by", flat=True)) == {mia.pk}
    letter = render(Message.objects.get(kind=Message.Kind.RECEIPT), now=clock.now())
    assert letter.to[0].endswith(f"<{stan.user.email}>") and "Mia Okafor entered 4 answers for you" in letter.body
    assert features[0].title in letter.body and "no opinion" in letter.body and "/s/" in letter.body


def test_entering_the_same_again_changes_and_mails_nothing(client, sign_in, page, features, mia):
    sign_in(mia)
    for _press in range(3):
        assert client.post(page, fields(features[0], GOOD)).status_code == 303
    assert RatingChange.objects.count() == 4
    assert Message.objects.filter(kind=Message.Kind.RECEIPT).count() == 1
    assert Activity.objects.filter(verb=Verb.ENTERED).count() == 1


@pytest.mark.parametrize("broken", ["outbox.queue", "record"])
def test_nothing_is_entered_unless_the_person_is_mailed_and_it_is_logged(ballot, features, mia, monkeypatch, broken):
    def fails(*args, **kwargs):
        raise RuntimeError("the process ends here")

    monkeypatch.setattr(f"prioritization.actions.behalf.{broken}", fails)
    with pytest.raises(RuntimeError):
        enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=clock.arrived_at())
    assert not Rating.objects.exists() and not RatingChange.objects.exists()
    assert not Message.objects.filter(kind=Message.Kind.RECEIPT).exists()


def test_what_is_left_open_may_be_no_opinion(client, sign_in, page, features, asked, mia):
    sign_in(mia)
    client.post(page, fields(features[0], GOOD) | {"rest": "on"})
    asked.refresh_from_db()
    assert asked.answered == asked.asked == 12 and asked.answered_at
    assert Rating.objects.filter(value=None).count() == 8


def test_ones_own_answer_replaces_what_was_entered_and_the_same_answer_becomes_ones_own(ballot, features, mia):
    enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=clock.arrived_at())
    save_sheet(ballot, {features[0].pk: {"impact": 1, "effort": 4}}, arrived=clock.arrived_at())
    held = {r.criterion: (r.value, r.entered_by) for r in Rating.objects.all()}
    assert held == {"impact": (1, None), "effort": (4, None), "ease": (3, mia), "happiness": (2, mia)}
    assert Tally.objects.get(criterion="impact").value == 1


def test_an_own_answer_that_was_on_its_way_before_still_replaces_it(ballot, features, mia):
    own = clock.arrived_at()
    enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=own + timedelta(seconds=2))
    save_sheet(ballot, {features[0].pk: {"impact": 1}}, arrived=own)
    held = Rating.objects.get(criterion="impact")
    assert (held.value, held.entered_by) == (1, None)


def test_entering_after_the_person_has_answered_is_refused_whole_and_says_why(
    client, sign_in, page, ballot, features, mia
):
    save_sheet(ballot, {features[0].pk: {"impact": 2}}, arrived=clock.arrived_at())
    sign_in(mia)
    shown = client.get(page).text
    assert "answered in person" in shown and f'name="f{features[0].pk}-impact"' not in shown
    answer = client.post(page, fields(features[0], GOOD))
    assert answer.status_code == 409 and "Stan Lindqvist has answered this in person" in answer.text
    assert Rating.objects.count() == 1
    assert client.post(page, fields(features[1], GOOD)).status_code == 303  # what is open can be entered


def test_a_manager_never_sees_what_the_person_answered(client, sign_in, page, ballot, features, mia):
    save_sheet(ballot, {each.pk: GOOD for each in features}, arrived=clock.arrived_at())
    sign_in(mia)
    shown = client.get(page).text
    assert "<select" not in shown and "selected" not in shown and "has answered everything in person" in shown


def test_an_anonymous_round_lets_nobody_enter_for_others(client, sign_in, page, ballot, features, voting, mia):
    append_only.remove()
    VotingRound.objects.update(secrecy=VotingRound.Secrecy.ANONYMOUS)
    append_only.install()
    sign_in(mia)
    assert "nobody can enter answers for others" in client.get(page).text
    assert client.post(page, fields(features[0], GOOD)).status_code == 409
    ballot.voting.refresh_from_db()
    with pytest.raises(NotForOthers):
        enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=clock.arrived_at())
    assert not Rating.objects.exists()
    assert "Enter their answers" not in client.get(f"/p/beacon/rounds/{voting.public_id}/").text


@pytest.mark.parametrize("typed, status", [("6", 422), ("x", 422), ("", 303)])
def test_what_is_no_answer_is_refused_and_stays_in_the_form(client, sign_in, page, features, mia, typed, status):
    sign_in(mia)
    answer = client.post(page, {f"f{features[0].pk}-impact": typed, f"f{features[0].pk}-ease": "4"} if typed else {})
    assert answer.status_code == status
    if status == 422:
        assert "An answer is 1 to 5" in answer.text and '<option value="4" selected>' in answer.text
    assert not Rating.objects.exists()


def test_after_the_deadline_nothing_is_entered(ballot, features, voting, mia):
    from stakeholders.actions.closing import AnswerIsLate

    with pytest.raises(AnswerIsLate):
        enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=voting.deadline_at)


def test_a_delegates_votes_count_as_the_persons_under_both_names(
    client, sign_in, asked, voting, features, stan, olga, mia
):
    made = name_delegate(asked, who=olga.user.email, now=clock.now())
    path = "/" + url_of(delegate_link(made, now=clock.now())).split("/", 3)[3]
    client.post(f"{path}open/")
    ballot = f"/ballot/{voting.public_id}/"
    assert "You answer for <strong>Stan Lindqvist</strong>" in client.get(ballot).text
    assert client.post(f"{ballot}1/rate/", {"impact": "5", "effort": "4"}).status_code == 303
    assert {(r.ballot.invitation.seat, r.entered_by) for r in Rating.objects.all()} == {(stan, olga)}
    assert Activity.objects.get(verb=Verb.STOOD_IN).by_seat == olga.pk
    sign_in(mia)
    assert "entered by Olga Olsen" in client.get(f"/p/beacon/rounds/{voting.public_id}/").text


def test_a_delegate_neither_sees_nor_replaces_what_the_person_answered(client, ballot, asked, voting, features, olga):
    save_sheet(ballot, {each.pk: GOOD for each in features}, arrived=clock.arrived_at())
    made = name_delegate(asked, who=olga.user.email, now=clock.now())
    client.post("/" + url_of(delegate_link(made, now=clock.now())).split("/", 3)[3] + "open/")
    shown = client.get(f"/ballot/{voting.public_id}/1/")
    assert shown.status_code == 200 and "checked" not in shown.text
    refused = client.post(f"/ballot/{voting.public_id}/1/rate/", {"impact": "1"})
    assert refused.status_code == 422 and "has answered this in person" in refused.text
    assert not Rating.objects.exclude(entered_by=None).exists()


def test_a_delegate_stands_above_a_manager_and_below_the_person(asked, ballot, features, olga, mia):
    enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=clock.arrived_at())
    name_delegate(asked, who=olga.user.email, now=clock.now())
    asked.standing_in = olga
    save_sheet(ballot, {features[0].pk: {"impact": 1}}, arrived=clock.arrived_at())
    asked.standing_in = None
    assert Rating.objects.get(criterion="impact").entered_by == olga
    with pytest.raises(OwnAnswerStands):
        enter_answers(ballot, {features[0].pk: {"impact": 5}}, by=mia, arrived=clock.arrived_at())


def test_the_persons_own_ballot_says_what_was_entered_for_them(client, by_link, ballot, features, voting, stan, mia):
    enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=clock.arrived_at())
    by_link(voting, stan)
    assert "Mia Okafor gave 4 of these answers for you" in client.get(f"/ballot/{voting.public_id}/").text


def test_a_product_with_answers_for_others_can_be_purged(asked, ballot, features, olga, mia):
    from prioritization.actions.purging import purge_product

    enter_answers(ballot, {features[0].pk: GOOD}, by=mia, arrived=clock.arrived_at())
    made = name_delegate(asked, who=olga.user.email, now=clock.now())
    delegate_link(made, now=clock.now())
    purge_product(asked.round.product, by=olga, now=clock.now())
    assert not Rating.objects.exists() and not Message.objects.exists()
