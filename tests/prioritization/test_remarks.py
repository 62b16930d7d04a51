"""Comments and questions from the ballot: kept once, mailed to who can answer, seen by whom the round says."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from prioritization.actions.remarks import MOST, leave_remark
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.models import Rating, Remark
from prioritization.queries.ballot import sheet
from stakeholders import clock
from stakeholders.actions.closing import close_early
from stakeholders.actions.rounds import withdraw_round
from stakeholders.mail.rendering import render
from stakeholders.models import Activity, Message, Verb
from tests import factories
from tests.prioritization.test_ballot import past, tap, text_of

PAGE = "cccccccccccccccc"


@pytest.fixture
def mine(voting, stan):
    return ballot_of(voting.invitations.get(seat=stan))


def feature_at(ballot, number=1):
    return sheet(ballot).at(number).feature


def say(browser, round, text="Does it work offline?", number=1, **more):
    """What the form without JavaScript sends by one of its two buttons."""
    data = {"text": text, "remark": "comment", **more}
    return browser.post(f"/ballot/{round.public_id}/{number}/rate/", data)


def questions():
    return Message.objects.filter(kind=Message.Kind.QUESTION)


def test_a_comment_is_kept_shown_to_its_person_and_leads_back_to_the_feature(voting, stan, by_link, mine):
    browser = by_link(voting, stan)
    answer = say(browser, voting, "Our customers\r\nask for it.")
    assert (answer.status_code, answer["Location"]) == (303, f"/ballot/{voting.public_id}/1/#remarks")
    remark = Remark.objects.get()
    assert (remark.feature, remark.seat, remark.kind) == (feature_at(mine), stan, "comment")
    assert remark.text == "Our customers\nask for it."
    assert "You said: Our customers ask for it." in text_of(browser.get(f"/ballot/{voting.public_id}/1/"))
    assert not questions().exists()


def test_words_and_answers_go_together_and_save_and_next_takes_the_words_along(voting, stan, by_link):
    browser = by_link(voting, stan)
    answer = browser.post(f"/ballot/{voting.public_id}/1/rate/", {"impact": "4", "text": "Because of Acme."})
    assert answer["Location"] == f"/ballot/{voting.public_id}/2/"
    assert (Rating.objects.get().value, Remark.objects.get().kind) == (4, "comment")


def test_the_page_is_told_that_it_is_saved_and_a_repeated_request_is_one_remark(voting, stan, by_link):
    browser = by_link(voting, stan)
    for _ in range(3):
        answer = tap(browser, voting, 1, text="<b>Why</b>?", remark="question", nonce=f"{PAGE}.1")
        assert answer.status_code == 200
        assert re.fullmatch(r"Your question was sent at \d\d:\d\d\.", answer.json()["said"])
        assert "&lt;b&gt;Why&lt;/b&gt;?" in answer.json()["remark"]
    assert Remark.objects.count() == questions().count() == 1


def test_a_question_is_mailed_to_the_owner_who_can_reply_to_the_person(voting, stan, vera, by_link, mine):
    feature = feature_at(mine)
    feature.owner = vera
    feature.save(update_fields=["owner"])
    browser = by_link(voting, stan)
    assert "Ask Vera Vogel" in text_of(browser.get(f"/ballot/{voting.public_id}/1/"))
    say(browser, voting, remark="question")
    message = questions().get()
    assert (message.seat, message.user) == (vera, vera.user)
    mail = render(message, now=clock.now())
    assert mail.subject == f"A question about “{feature.title}”"
    assert mail.to == ['"Vera Vogel" <vera.vogel@people.example>']
    assert "stan.lindqvist@people.example" in mail.reply_to[0]
    assert "“Does it work offline?”" in mail.body
    assert f"/p/beacon/features/BCN-{feature.number}/" in mail.body
    assert "/s/" not in mail.body


def test_a_question_about_a_feature_without_owner_goes_to_who_opened_the_round(voting, stan, mia, by_link):
    say(by_link(voting, stan), voting, remark="question")
    assert questions().get().seat == mia


def test_nobody_is_mailed_their_own_question(voting, stan, mia, by_link, mine):
    feature = feature_at(mine)
    feature.owner = stan
    feature.save(update_fields=["owner"])
    say(by_link(voting, stan), voting, remark="question")
    assert questions().get().seat == mia


def test_managers_read_it_on_the_round_and_the_feature_and_others_do_not(
    voting, stan, mia, vera, by_link, sign_in, mine
):
    say(by_link(voting, stan), voting)
    key = f"BCN-{feature_at(mine).number}"
    manager = sign_in(mia)
    part = text_of(manager.get(f"/p/beacon/rounds/{voting.public_id}/remarks/"))
    assert "Does it work offline?" in part and "Stan Lindqvist , Sales" in part and key in part
    assert (
        f"/p/beacon/rounds/{voting.public_id}/remarks/"
        in manager.get(f"/p/beacon/rounds/{voting.public_id}/").content.decode()
    )
    assert "Does it work offline?" in text_of(manager.get(f"/p/beacon/features/{key}/votes/"))
    past(voting)
    reader = sign_in(vera)
    assert "Does it work offline?" not in text_of(reader.get(f"/p/beacon/features/{key}/votes/"))


@pytest.mark.parametrize(
    "secrecy, shown_to_reader, named",
    [("named", True, True), ("managers", False, True), ("anonymous", False, False)],
)
def test_who_reads_it_and_under_which_name_is_as_the_round_promised(
    beacon, mia, stan, vera, three_days, by_link, sign_in, secrecy, shown_to_reader, named
):
    feature = factories.feature(beacon, "Undo send")
    round = open_voting_round(
        beacon,
        title="Q",
        features=[feature],
        seats=[stan],
        deadline=three_days,
        by=mia,
        now=clock.now(),
        secrecy=secrecy,
    )
    say(by_link(round, stan), round, remark="question")
    manager = text_of(sign_in(mia).get(f"/p/beacon/rounds/{round.public_id}/remarks/"))
    assert ("Does it work offline?" in manager) is named
    assert ("Stan Lindqvist" in manager) is named
    assert questions().exists() is named
    votes = f"/p/beacon/features/{feature.number}/votes/"
    reader = sign_in(vera)
    assert "Does it work offline?" not in text_of(reader.get(votes))  # the round is open
    close_early(round, why="All are in.", by=mia, now=clock.now())
    mail = render(questions().get(), now=clock.now())
    assert ("Stan" in mail.body + mail.from_email + str(mail.reply_to)) is named
    assert ("Does it work offline?" in text_of(reader.get(votes))) is shown_to_reader


def test_words_of_an_anonymous_round_show_once_it_is_over_in_no_order_and_without_a_date(
    beacon, mia, stan, olga, three_days, by_link, sign_in
):
    asked = {
        "features": [factories.feature(beacon, "Undo send")],
        "seats": [stan, olga],
        "deadline": three_days,
        "by": mia,
    }
    round = open_voting_round(beacon, title="Q", now=clock.now(), secrecy="anonymous", **asked)
    for seat, text in ((stan, "Cheap to do."), (olga, "A must."), (stan, "But not now.")):
        say(by_link(round, seat), round, text, nonce=f"{text}.1")
    page = f"/p/beacon/rounds/{round.public_id}/remarks/"
    held = text_of(sign_in(mia).get(page))
    assert "shows once it is over" in held and "A must." not in held
    round.closed_at = clock.now()
    round.save(update_fields=["closed_at"])
    words = text_of(sign_in(mia).get(page))
    assert [words.index(each) for each in ("A must.", "But not now.", "Cheap to do.")] == sorted(
        words.index(each) for each in ("A must.", "But not now.", "Cheap to do.")
    )
    assert words.count("someone; the round is anonymous · BCN") == 3


def test_questions_of_an_anonymous_round_are_mailed_when_it_closes_in_no_order_and_all_at_one_instant(
    beacon, mia, stan, olga, vera, three_days, by_link
):
    feature = factories.feature(beacon, "Undo send")
    feature.owner = vera
    feature.save(update_fields=["owner"])
    round = open_voting_round(
        beacon, title="Q", features=[feature], seats=[stan, olga], deadline=three_days, by=mia, now=clock.now(), secrecy="anonymous"
    )  # fmt: skip
    browser = by_link(round, stan)
    page = text_of(browser.get(f"/ballot/{round.public_id}/1/"))
    assert "A question reaches Vera Vogel when the round closes, without your name." in page
    said = tap(browser, round, 1, text="Why now?", remark="question", nonce=f"{PAGE}.1").json()["said"]
    assert re.fullmatch(r"Your question was saved at \d\d:\d\d\. It is mailed when the round closes\.", said)
    say(by_link(round, olga), round, "Does it work offline?", remark="question")
    assert not questions().exists()
    for _ in range(2):
        close_early(round, why="All are in.", by=mia, now=clock.now())
    mailed = questions().waiting().order_by("pk")
    assert len({each.due_at for each in mailed}) == 1 and {each.seat for each in mailed} == {vera}
    words = [render(each, now=clock.now()).body for each in mailed]
    assert ["Does it work offline?" in words[0], "Why now?" in words[1]] == [True, True]
    assert not any(name in body for body in words for name in ("Stan", "Olga", "Mia"))


def test_an_owner_asks_nobody_about_their_own_feature_in_an_anonymous_round(beacon, mia, stan, three_days, by_link):
    feature = factories.feature(beacon, "Undo send")
    feature.owner = stan
    feature.save(update_fields=["owner"])
    round = open_voting_round(
        beacon, title="Q", features=[feature], seats=[stan], deadline=three_days, by=mia, now=clock.now(), secrecy="anonymous"
    )  # fmt: skip
    browser = by_link(round, stan)
    assert "Ask " not in text_of(browser.get(f"/ballot/{round.public_id}/1/"))
    say(browser, round, remark="question")
    close_early(round, why="All are in.", by=mia, now=clock.now())
    assert not questions().exists()


def test_questions_of_a_withdrawn_anonymous_round_are_not_mailed(beacon, mia, stan, three_days, by_link):
    round = open_voting_round(
        beacon, title="Q", features=[factories.feature(beacon, "Undo send")], seats=[stan], deadline=three_days,
        by=mia, now=clock.now(), secrecy="anonymous",
    )  # fmt: skip
    say(by_link(round, stan), round, remark="question")
    withdraw_round(round, why="Wrong features.", by=mia, now=clock.now())
    assert not questions().exists()


def test_a_question_that_was_not_mailed_yet_goes_out_after_the_round_has_closed(voting, stan, mia, by_link):
    say(by_link(voting, stan), voting, remark="question")
    close_early(voting, why="All are in.", by=mia, now=clock.now())
    assert questions().waiting().exists()


def test_after_the_deadline_the_words_are_refused_and_printed(voting, stan, by_link):
    browser = by_link(voting, stan)
    past(voting)
    answer = say(browser, voting, "Too late, but true.")
    assert answer.status_code == 409
    assert "You had written: Too late, but true." in text_of(answer)
    assert not Remark.objects.exists()


def test_the_database_refuses_a_late_remark_and_any_change_to_one(voting, stan, by_link):
    say(by_link(voting, stan), voting)
    remark = Remark.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Remark.objects.update(text="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        remark.delete()
    past(voting)
    remark.pk, remark.nonce, remark.arrived_at = None, "x", clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        remark.save(force_insert=True)


@pytest.mark.parametrize("text, code", [(" \n ", "empty"), ("x" * 2001, "long")])
def test_words_that_cannot_be_kept_are_refused_with_a_sentence(mine, text, code):
    with pytest.raises(ValidationError) as refusal:
        leave_remark(mine, feature_at(mine).pk, kind="comment", text=text, arrived=clock.now())
    assert refusal.value.code == code


def test_words_that_are_too_long_stay_on_the_page(voting, stan, by_link):
    answer = say(by_link(voting, stan), voting, "long " * 500)
    assert answer.status_code == 422
    assert "That is too long: 2499 characters of at most 2000." in text_of(answer)
    assert "long long long" in text_of(answer)


@pytest.mark.parametrize("more", [{"text": "long " * 500, "impact": "4"}, {"text": "So it is.", "impact": "6"}])
def test_words_and_answers_are_refused_together(voting, stan, by_link, more):
    answer = by_link(voting, stan).post(f"/ballot/{voting.public_id}/1/rate/", more)
    assert answer.status_code == 422 and "This was not saved" in text_of(answer)
    assert not Rating.objects.exists() and not Remark.objects.exists()


def test_a_person_cannot_flood_an_owner(mine):
    feature = feature_at(mine).pk
    for number in range(MOST):
        leave_remark(mine, feature, kind="question", text=f"{number}?", arrived=clock.now())
    with pytest.raises(ValidationError):
        leave_remark(mine, feature, kind="question", text="and?", arrived=clock.now())
    assert questions().count() == MOST


def test_done_takes_a_comment_on_all_of_it_along(voting, stan, mia, by_link, sign_in):
    browser = by_link(voting, stan)
    nonce = re.search(
        r'name="nonce" value="([0-9a-f.]+)"', browser.get(f"/ballot/{voting.public_id}/answers/").content.decode()
    )[1]
    for _ in range(2):
        assert (
            browser.post(f"/ballot/{voting.public_id}/done/", {"text": "Too many at once.", "nonce": nonce}).status_code
            == 303
        )
    remark = Remark.objects.get()
    assert (remark.feature, remark.kind) == (None, "comment")
    assert "You said: Too many at once." in text_of(browser.get(f"/ballot/{voting.public_id}/answers/"))
    assert "on the whole ballot" in text_of(sign_in(mia).get(f"/p/beacon/rounds/{voting.public_id}/remarks/"))


# last time, and why


def test_what_one_answered_last_time_is_shown_as_such_and_chosen_nowhere(
    voting, stan, mia, beacon, three_days, by_link, mine
):
    first = feature_at(mine)
    tap(by_link(voting, stan), voting, 1, impact="4", ease="none")
    again = open_voting_round(
        beacon, title="Q2", features=[first], seats=[stan], deadline=three_days, by=mia, now=clock.now()
    )
    browser = by_link(again, stan)
    page = browser.get(f"/ballot/{again.public_id}/1/").content.decode()
    assert page.count("last time: ") == 2
    assert "last time: 4" in page and "last time: no opinion" in page
    assert " checked" not in page
    listed = browser.get(f"/ballot/{again.public_id}/list/").content.decode()
    assert "last time: 4" in listed and "A dot marks your answer last time." in listed and " checked" not in listed
    assert "last time" not in browser.get(f"/ballot/{voting.public_id}/1/").content.decode()


def test_why_is_folded_into_the_page(beacon, mia, stan, three_days, by_link):
    base = factories.feature(beacon, "Queue")
    feature = factories.feature(
        beacon,
        "Undo send",
        summary="Take it back.",
        description="For **ten** seconds.",
        objective=factories.objective(beacon),
        days=10,
    )
    feature.needs.add(base)
    round = open_voting_round(
        beacon, title="Q", features=[feature], seats=[stan], deadline=three_days, by=mia, now=clock.now()
    )
    page = by_link(round, stan).get(f"/ballot/{round.public_id}/1/")
    folded = re.search(r'<details class="ballot__more">.*?</details>', page.content.decode(), re.S)[0]
    assert "<strong>ten</strong>" in folded
    words = " ".join(re.sub(r"<[^>]+>", " ", folded).split())
    assert "Objective A" in words and "Inbox" in words and "Queue" in words
    assert re.search(r"Takes 10", words)


# what the log may tell


def test_the_log_says_that_somebody_wrote_and_not_what(voting, stan, mia, by_link, sign_in):
    browser = by_link(voting, stan)
    say(browser, voting, "Secret plans.")
    say(browser, voting, "Why?", remark="question")
    said = text_of(sign_in(mia).get("/p/beacon/activity/"))
    assert "Stan Lindqvist left a comment in" in said and "Stan Lindqvist asked a question in" in said
    assert "Secret plans." not in said


def test_of_an_anonymous_round_the_log_says_nothing(beacon, mia, stan, three_days, by_link):
    feature = factories.feature(beacon, "Undo send")
    round = open_voting_round(
        beacon, title="Q", features=[feature], seats=[stan], deadline=three_days, by=mia, now=clock.now(), secrecy="anonymous"
    )  # fmt: skip
    say(by_link(round, stan), round)
    assert Remark.objects.exists()
    assert not Activity.objects.filter(verb__in=[Verb.ASKED, Verb.COMMENTED]).exists()
