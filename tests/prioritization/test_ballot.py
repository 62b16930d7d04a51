"""The ballot as its person uses it: by link, one feature a page, each answer saved, until the deadline."""

import json
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prioritization.actions import ballots as actions
from prioritization.actions import scores
from prioritization.actions.ballots import NotAsked, finish_ballot, save_ratings
from prioritization.actions.tallies import count_asked
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.models import CountRequest, Rating, RatingChange, ScoreRequest, Tally, VotingRound
from prioritization.queries.ballot import sheet
from prioritization.tasks import score_due_products, score_product
from roadmap.models import Product, Standing
from stakeholders import clock
from stakeholders.actions import closing
from stakeholders.actions.closing import AnswerIsLate, RoundIsBusy, RoundIsClosed
from stakeholders.actions.links import renew_link, seat_link
from stakeholders.actions.rounds import remove_invitation, withdraw_round
from stakeholders.models import Activity, Grant, Message, Round, Seat, Verb
from stakeholders.rules.deadlines import GRACE
from tests import factories


def text_of(response) -> str:
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def tap(browser, round, number, **answers):
    """What ballot.js sends."""
    return browser.post(f"/ballot/{round.public_id}/{number}/rate/", answers, headers={"Accept": "application/json"})


def past(round, by=timedelta(0)):
    """Let the deadline have passed, some time ago."""
    at = clock.now() - by
    Round.objects.filter(pk=round.pk).update(deadline_at=at, opened_at=at - timedelta(days=1))
    round.refresh_from_db()


@pytest.fixture
def mine(voting, stan):
    return ballot_of(voting.invitations.get(seat=stan))


# the walk


def test_the_link_leads_to_a_hello_that_says_how_long_it_takes_and_until_when(voting, stan, by_link):
    page = by_link(voting, stan).get(f"/ballot/{voting.public_id}/")
    assert page.status_code == 200
    words = text_of(page)
    assert "Hello Stan" in words
    assert "3 features, about 30 s, closes in 3 days." in words
    assert "You are answering as Stan Lindqvist." in words
    assert "in Berlin (CET)" in words or "in Berlin (CEST)" in words
    assert not RatingChange.objects.exists()


def test_the_wrong_clock_of_a_web_process_closes_nothing(voting, stan, by_link, monkeypatch):
    right = clock.now()
    Round.objects.filter(pk=voting.pk).update(deadline_at=right + timedelta(minutes=1))
    browser = by_link(voting, stan)
    monkeypatch.setattr(clock, "now", lambda: right + timedelta(minutes=10))

    assert browser.get(f"/ballot/{voting.public_id}/1/").status_code == 200
    assert tap(browser, voting, 1, effort="2").status_code == 200
    assert Round.objects.get(pk=voting.pk).closed_at is None


def test_a_feature_a_page_with_nothing_chosen_before_one_chooses(voting, stan, by_link):
    page = by_link(voting, stan).get(f"/ballot/{voting.public_id}/1/").content.decode()
    assert page.count('type="radio"') == 4 * 6
    assert "checked" not in page
    assert "1 very heavy" in page and "very light 5" in page


def test_every_tap_is_saved_and_said_so(voting, stan, by_link, mine):
    browser = by_link(voting, stan)
    answer = tap(browser, voting, 1, effort="2")
    assert answer.status_code == 200
    assert re.fullmatch(r"Saved at \d\d:\d\d\. You can change it until the deadline\.", answer.json()["said"])
    assert (answer.json()["answered"], answer.json()["asked"]) == (1, 12)

    asked = sheet(mine).at(1)
    rating = Rating.objects.get()
    assert (rating.feature, rating.criterion, rating.value) == (asked.feature, "effort", 2)
    page = browser.get(f"/ballot/{voting.public_id}/1/").content.decode()
    assert re.search(r'name="effort" value="2" checked', page)


def test_a_tap_may_be_changed_and_every_answer_that_came_is_kept(voting, stan, by_link):
    browser = by_link(voting, stan)
    for value in ("2", "5", "none"):
        assert tap(browser, voting, 1, impact=value).status_code == 200
    assert Rating.objects.get().value is None
    assert list(RatingChange.objects.values_list("value", flat=True)) == [2, 5, None]


def test_no_opinion_is_an_answer_without_a_value(voting, stan, by_link, mine, beacon):
    tap(by_link(voting, stan), voting, 1, impact="none")
    assert sheet(mine).answered == 1
    count_asked(beacon.pk, now=clock.now())
    assert Tally.objects.get(criterion="impact").value is None


def test_without_javascript_a_form_saves_a_feature_and_goes_on(voting, stan, by_link):
    browser = by_link(voting, stan)
    answers = {"impact": "4", "effort": "2", "ease": "none", "happiness": "5"}
    for number, onwards in ((1, "2/"), (2, "3/"), (3, "answers/")):
        answer = browser.post(f"/ballot/{voting.public_id}/{number}/rate/", answers)
        assert (answer.status_code, answer["Location"]) == (303, f"/ballot/{voting.public_id}/{onwards}")
    assert Rating.objects.count() == 12
    assert "All 12 answers are there." in text_of(browser.get(f"/ballot/{voting.public_id}/answers/"))


def test_one_press_says_no_opinion_on_a_whole_feature(voting, stan, by_link, mine):
    answer = by_link(voting, stan).post(f"/ballot/{voting.public_id}/1/rate/", {"impact": "4", "no-opinion": "1"})
    assert (answer.status_code, answer["Location"]) == (303, f"/ballot/{voting.public_id}/2/")
    assert sheet(mine).at(1).is_skipped
    assert set(Rating.objects.values_list("value", flat=True)) == {None}


def test_the_overview_shows_all_answers_and_what_is_open(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="4", effort="2", ease="none", happiness="5")
    tap(browser, voting, 2, impact="none", effort="none", ease="none", happiness="none")
    words = text_of(browser.get(f"/ballot/{voting.public_id}/answers/"))
    assert "4 of 12 answers are open." in words
    assert "Business impact 4" in words and "Operational ease – no opinion" in words
    assert "Done for now" in words


def test_done_gives_a_receipt_on_screen_and_by_mail_and_answers_stay_open(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="4", effort="2")
    done = browser.post(f"/ballot/{voting.public_id}/done/", follow=True)
    words = text_of(done)
    assert "Your 2 answers are in" in words
    assert "10 answers were left open; they count as no opinion." in words
    assert voting.invitations.get(seat=stan).answered_at
    receipt = voting.messages.get(kind=Message.Kind.RECEIPT, seat=stan, skipped_at=None)
    assert receipt.due_at <= clock.now()

    tap(browser, voting, 2, impact="1")
    assert Rating.objects.count() == 3


def test_pressing_done_again_sends_no_second_receipt_but_a_change_does(voting, mine, stan):
    receipts = voting.messages.filter(kind=Message.Kind.RECEIPT, skipped_at=None)
    feature = sheet(mine).at(1).feature.pk
    save_ratings(mine, feature, {"impact": 3}, arrived=clock.now())
    finish_ballot(mine, arrived=clock.now())
    finish_ballot(mine, arrived=clock.now())
    first = receipts.get()
    save_ratings(mine, feature, {"impact": 4}, arrived=clock.now())
    finish_ballot(mine, arrived=clock.now())
    assert receipts.get().pk != first.pk


def test_the_log_tells_managers_who_voted_once_for_each_time_that_it_was_news(voting, mine, stan, sign_in, mia, vera):
    feature = sheet(mine).at(1).feature.pk
    for value in (3, 3, 4):
        save_ratings(mine, feature, {"impact": value}, arrived=clock.now())
        finish_ballot(mine, arrived=clock.now())
    told = Activity.objects.filter(verb=Verb.VOTED).order_by("pk")
    assert [(each.by_seat, each.facts["again"]) for each in told] == [(stan.pk, False), (stan.pk, True)]
    sentence = "Stan Lindqvist voted in “Q1 2027 priorities”"
    assert sentence in text_of(sign_in(mia).get("/p/beacon/activity/"))
    assert sentence not in text_of(sign_in(vera).get("/p/beacon/activity/"))


def test_the_log_says_nothing_of_who_voted_in_an_anonymous_round(beacon, mia, stan, olga, three_days):
    asked = open_voting_round(
        beacon,
        title="Between us",
        features=[factories.feature(beacon)],
        seats=[stan, olga],
        deadline=three_days,
        secrecy=VotingRound.Secrecy.ANONYMOUS,
        by=mia,
        now=clock.now(),
    )
    finish_ballot(ballot_of(asked.invitations.get(seat=stan)), arrived=clock.now())
    assert not Activity.objects.filter(by_seat=stan.pk).exists()


def test_whoever_begins_and_stops_gets_a_receipt_an_hour_later(voting, mine, stan):
    began = clock.now()
    save_ratings(mine, sheet(mine).at(1).feature.pk, {"impact": 3}, arrived=began)
    save_ratings(mine, sheet(mine).at(1).feature.pk, {"ease": 3}, arrived=began + timedelta(minutes=1))
    assert voting.messages.get(kind=Message.Kind.RECEIPT).due_at == began + timedelta(hours=1)


def test_coming_back_goes_on_where_something_is_open(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="4", effort="2", ease="none", happiness="5")
    page = browser.get(f"/ballot/{voting.public_id}/")
    assert "Welcome back, Stan" in text_of(page)
    assert "1 of 3 features are complete." in text_of(page)
    assert f'href="/ballot/{voting.public_id}/2/"' in page.content.decode()


def test_the_list_shows_every_feature_and_saves_one_and_stays(voting, stan, by_link):
    browser = by_link(voting, stan)
    page = browser.get(f"/ballot/{voting.public_id}/list/").content.decode()
    assert page.count('type="radio"') == 3 * 4 * 6
    answer = browser.post(f"/ballot/{voting.public_id}/2/rate/", {"impact": "4", "stay": "1"})
    assert answer["Location"] == f"/ballot/{voting.public_id}/list/#feature-2"


# what follows from an answer


def test_an_answer_asks_to_be_counted_and_scored_and_the_worker_does_both(voting, mine, beacon):
    feature = sheet(mine).at(1).feature.pk
    save_ratings(mine, feature, {"impact": 4}, arrived=clock.now())
    save_ratings(mine, feature, {"impact": 5}, arrived=clock.now())
    assert not Tally.objects.exists()
    assert ScoreRequest.objects.filter(product=beacon).exists()
    score_product(beacon.pk)
    assert Tally.objects.get(feature=feature, criterion="impact").value == 5
    assert Standing.objects.get(feature=feature).score is not None
    assert not CountRequest.objects.exists() and not ScoreRequest.objects.exists()


def test_while_a_run_is_made_only_the_first_vote_asks_for_another(voting, mine, beacon):
    feature = sheet(mine).at(1).feature.pk
    began = clock.now()
    scores.request_scores(beacon.pk, now=began)
    held = scores.claim(beacon.pk, now=began)
    writes = []
    for value in (4, 5, 3):
        with CaptureQueriesContext(connection) as asked:
            save_ratings(mine, feature, {"impact": value}, arrived=clock.now())
        writes.append(any('UPDATE "prioritization_scorerequest"' in each["sql"] for each in asked))
    assert writes == [True, False, False], "whoever writes it waits for the others who do"
    assert not scores.finish(held), "so the run is made anew"
    score_product(beacon.pk)
    assert Tally.objects.get(feature=feature, criterion="impact").value == 3
    assert not ScoreRequest.objects.exists() and not CountRequest.objects.exists()


def test_a_tap_has_a_product_tried_again_that_could_not_be_scored(voting, mine, beacon):
    scores.request_scores(beacon.pk, now=clock.now())
    old = {"claimed_at": clock.now() - timedelta(hours=1), "is_new": False}
    ScoreRequest.objects.update(attempts=ScoreRequest.MOST_ATTEMPTS, **old)
    assert scores.parked(clock.now()).exists()
    save_ratings(mine, sheet(mine).at(1).feature.pk, {"impact": 4}, arrived=clock.now())
    assert not scores.parked(clock.now()).exists()
    score_due_products()
    assert Tally.objects.exists() and not ScoreRequest.objects.exists()


def test_a_vote_that_a_run_overlooked_is_found_by_the_sweep(voting, mine, beacon):
    feature = sheet(mine).at(1).feature.pk
    save_ratings(mine, feature, {"impact": 4}, arrived=clock.now())
    ScoreRequest.objects.all().delete()  # as if a run had ended just then
    score_due_products()
    assert Tally.objects.get(feature=feature, criterion="impact", value=4).votes == 1


def test_closing_counts_what_no_worker_has_counted_yet(voting, mine, mia):
    feature = sheet(mine).at(1).feature.pk
    save_ratings(mine, feature, {"impact": 4}, arrived=clock.now())
    closing.close_early(voting, why="Met.", by=mia, now=clock.now())
    assert Tally.objects.get(feature=feature, criterion="impact", value=4).votes == 1


def test_a_tap_costs_the_same_queries_however_many_have_voted(voting, stan, olga, by_link):
    counts = []
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="1", nonce=f"{PHONE}.1")
    for number in (2, 3):
        with CaptureQueriesContext(connection) as queries:
            tap(browser, voting, 1, impact=str(number), nonce=f"{PHONE}.{number}")
        counts.append(len(queries))
        theirs = ballot_of(voting.invitations.get(seat=olga))
        save_ratings(theirs, sheet(theirs).at(1).feature.pk, {"impact": 2}, arrived=clock.now())
    # two of them are the test's own savepoint; PostgreSQL gets in one message what belongs together
    assert counts[0] == counts[1] <= (8 if connection.vendor == "postgresql" else 11)


def test_progress_and_completeness_are_counted(voting, mine, stan):
    for number in (1, 2, 3):
        feature = sheet(mine).at(number).feature.pk
        saved = save_ratings(
            mine, feature, dict.fromkeys(("impact", "effort", "ease", "happiness"), 3), arrived=clock.now()
        )
        assert saved.answered == 4 * number
        invitation = voting.invitations.get(seat=stan)
        assert bool(invitation.answered_at) == (number == 3)
    assert invitation.answered == 12


def test_the_same_answer_sent_again_changes_nothing(voting, mine):
    feature, at = sheet(mine).at(1).feature.pk, clock.now()
    assert save_ratings(mine, feature, {"impact": 4}, arrived=at).changed == 1
    assert save_ratings(mine, feature, {"impact": 4}, arrived=at + timedelta(seconds=2)).changed == 0
    assert RatingChange.objects.count() == 1


def test_an_answer_that_was_overtaken_on_its_way_does_not_undo_the_later_one(voting, mine):
    feature, at = sheet(mine).at(1).feature.pk, clock.now()
    save_ratings(mine, feature, {"impact": 5}, arrived=at)
    save_ratings(mine, feature, {"impact": 1}, arrived=at - timedelta(seconds=2))
    assert Rating.objects.get().value == 5


PHONE, LAPTOP = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"


def test_a_tap_that_is_sent_again_is_one_answer_and_is_told_when_it_first_came(voting, stan, by_link):
    browser = by_link(voting, stan)
    first = tap(browser, voting, 1, impact="4", nonce=f"{PHONE}.1").json()
    for _ in range(3):
        again = tap(browser, voting, 1, impact="4", nonce=f"{PHONE}.1")
        assert again.status_code == 200
        assert (again.json()["said"], again.json()["answered"]) == (first["said"], 1)
    assert RatingChange.objects.get().nonce == f"{PHONE}.1"


def test_a_tap_sent_again_does_not_undo_what_another_device_said_since_and_learns_of_it(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="4", nonce=f"{PHONE}.1")
    tap(browser, voting, 1, impact="2", nonce=f"{LAPTOP}.1")
    again = tap(browser, voting, 1, impact="4", nonce=f"{PHONE}.1")
    assert again.json()["standing"] == {"impact": "2"}
    assert [each.value for each in RatingChange.objects.all()] == [4, 2]


@pytest.mark.parametrize("waited, standing", [(60_000, 2), (0, 4), ("-1", 4), ("soon", 4), (10**12, 4)])
def test_of_two_devices_the_later_tap_stands_not_the_later_arrival(voting, stan, by_link, waited, standing):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="2", nonce=f"{LAPTOP}.1")
    tap(browser, voting, 1, impact="4", nonce=f"{PHONE}.1", waited=waited)
    assert Rating.objects.get().value == standing


def test_a_request_that_the_network_delivers_after_its_successor_changes_nothing(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="5", nonce=f"{PHONE}.2")
    tap(browser, voting, 1, impact="3", nonce=f"{LAPTOP}.1")
    tap(browser, voting, 1, impact="1", nonce=f"{PHONE}.1")
    assert Rating.objects.get().value == 3


def test_how_long_a_tap_waited_decides_about_no_deadline(voting, stan, by_link):
    browser = by_link(voting, stan)
    past(voting)
    answer = tap(browser, voting, 1, impact="4", nonce=f"{PHONE}.1", waited=60_000)
    assert answer.status_code == 409
    assert not Rating.objects.exists()


def nonce_on(browser, round, number=1):
    page = browser.get(f"/ballot/{round.public_id}/{number}/").content.decode()
    return re.search(r'name="nonce" value="([0-9a-f.]+)"', page)[1]


def test_a_form_that_is_sent_twice_is_one_answer_and_one_that_says_something_else_is_another(voting, stan, by_link):
    browser = by_link(voting, stan)
    nonce, path = nonce_on(browser, voting), f"/ballot/{voting.public_id}/1/rate/"
    for _ in range(2):
        browser.post(path, {"impact": "4", "ease": "none", "nonce": nonce})
    assert RatingChange.objects.count() == 2
    browser.post(path, {"impact": "5", "ease": "none", "effort": "1", "nonce": nonce})
    assert {each.criterion: each.value for each in Rating.objects.all()} == {"impact": 5, "ease": None, "effort": 1}
    assert nonce_on(browser, voting) != nonce


def test_a_form_says_only_what_was_touched(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="4")
    assert 'name="was-impact" value="4"' in browser.get(f"/ballot/{voting.public_id}/1/").content.decode()
    tap(browser, voting, 1, impact="2", nonce=f"{LAPTOP}.1")
    browser.post(f"/ballot/{voting.public_id}/1/rate/", {"was-impact": "4", "impact": "4", "effort": "3"})
    assert {each.criterion: each.value for each in Rating.objects.all()} == {"impact": 2, "effort": 3}


def test_a_page_that_was_away_learns_what_stands_and_that_it_is_too_late(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 2, impact="4", ease="none")
    now = browser.get(f"/ballot/{voting.public_id}/now/")
    assert now.status_code == 200
    assert now.json()["standing"]["2"] == {"impact": "4", "effort": "", "ease": "none", "happiness": ""}
    assert now.json()["answered"] == 2
    past(voting)
    now = browser.get(f"/ballot/{voting.public_id}/now/")
    assert (now.status_code, now.json()["said"]) == (409, "This round has closed. Your answers until then count.")


def test_the_database_itself_refuses_the_same_tap_twice(voting, stan, by_link):
    tap(by_link(voting, stan), voting, 1, impact="4", nonce=f"{PHONE}.1")
    row = RatingChange.objects.get()
    row.pk, row.value = None, 1
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_failure_half_way_leaves_nothing(voting, mine, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr(actions, "request_scores", broken)
    with pytest.raises(RuntimeError):
        save_ratings(mine, sheet(mine).at(1).feature.pk, {"impact": 4}, arrived=clock.now())
    assert (
        not Rating.objects.exists()
        and not RatingChange.objects.exists()
        and not Message.objects.filter(kind="receipt").exists()
    )


# who may


def test_without_the_link_there_is_no_ballot(voting, stan, sign_in):
    assert Client().get(f"/ballot/{voting.public_id}/").status_code == 404
    assert sign_in(stan).get(f"/ballot/{voting.public_id}/").status_code == 404
    assert tap(sign_in(stan), voting, 1, impact="4").status_code == 404
    assert not Rating.objects.exists()


def test_a_link_opens_its_own_round_and_seat_alone(voting, stan, olga, by_link):
    browser = by_link(voting, olga)
    tap(browser, voting, 1, impact="4")
    assert Rating.objects.get().ballot.invitation.seat == olga


@pytest.mark.parametrize("path", ["", "1/", "answers/", "list/", "now/"])
def test_a_revoked_link_ends_a_ballot_that_is_open_already(voting, stan, mia, by_link, path):
    browser = by_link(voting, stan)
    renew_link(seat_link(stan, voting, now=clock.now()), by=mia, now=clock.now())
    assert browser.get(f"/ballot/{voting.public_id}/{path}").status_code == 410
    assert tap(browser, voting, 1, impact="4").status_code == 410
    assert browser.post(f"/ballot/{voting.public_id}/done/").status_code == 410


ENDS = {
    "revoked": (410, lambda round, seat: seat.links.update(revoked_at=clock.now())),
    "renewed": (410, lambda round, seat: seat.links.update(generation=9)),
    "expired": (410, lambda round, seat: seat.links.update(expires_at=clock.now())),
    "removed": (410, lambda round, seat: round.invitations.filter(seat=seat).update(removed_at=clock.now())),
    "left": (410, lambda round, seat: Seat.objects.filter(pk=seat.pk).update(left_at=clock.now())),
    "withdrawn": (410, lambda round, seat: Round.objects.filter(pk=round.pk).update(cancelled_at=clock.now())),
    "half a day": (404, lambda round, seat: Grant.objects.update(expires_at=clock.now())),
    "purged": (404, lambda round, seat: Product.objects.update(purge_started_at=clock.now())),
    "closed": (409, lambda round, seat: Round.objects.filter(pk=round.pk).update(closed_at=clock.now())),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_next_tap_sees_that_the_right_has_ended_whatever_the_process_remembers(voting, stan, by_link, end):
    browser = by_link(voting, stan)
    assert tap(browser, voting, 1, impact="4").status_code == 200
    status, happen = ENDS[end]
    happen(voting, stan)
    assert tap(browser, voting, 1, impact="5").status_code == status
    assert Rating.objects.get().value == 4


def test_whoever_is_not_asked_any_more_is_told_so(voting, stan, mia, by_link):
    browser = by_link(voting, stan)
    remove_invitation(voting.invitations.get(seat=stan), by=mia, now=clock.now())
    page = browser.get(f"/ballot/{voting.public_id}/")
    assert page.status_code == 410
    assert "You are no longer asked" in text_of(page)


def test_a_withdrawn_round_is_over(voting, stan, mia, by_link):
    browser = by_link(voting, stan)
    withdraw_round(voting, why="Wrong list.", by=mia, now=clock.now())
    page = browser.get(f"/ballot/{voting.public_id}/")
    assert page.status_code == 410
    assert "This round was withdrawn" in text_of(page)


@pytest.mark.parametrize(
    "path, answers, status",
    [
        ("1", {"impact": "6"}, 422),
        ("1", {"impact": "0"}, 422),
        ("1", {"impact": "1e0"}, 422),
        ("4", {"impact": "4"}, 404),
        ("1", {"__class__": "4"}, 200),
    ],
)
def test_what_was_not_asked_is_not_saved(voting, stan, by_link, path, answers, status):
    assert tap(by_link(voting, stan), voting, path, **answers).status_code == status
    assert not Rating.objects.exists()


def test_a_feature_of_another_ballot_or_a_criterion_that_is_not_one_s_own_is_refused(voting, mine, beacon):
    with pytest.raises(NotAsked):
        save_ratings(mine, factories.feature(beacon).pk, {"impact": 4}, arrived=clock.now())
    with pytest.raises(NotAsked):
        save_ratings(mine, sheet(mine).at(1).feature.pk, {"beauty": 4}, arrived=clock.now())


def test_a_page_of_one_person_never_answers_for_another_who_opened_a_link_in_the_same_browser(
    voting, stan, olga, by_link
):
    browser = by_link(voting, stan)
    page = browser.get(f"/ballot/{voting.public_id}/1/").text
    answerer = re.search(r'name="answerer" value="([^"]+)"', page)[1]
    assert "You answer as" not in page
    by_link(voting, olga, on=browser)
    assert "You answer as <strong>Olga Olsen</strong>" in browser.get(f"/ballot/{voting.public_id}/1/").text
    refused = tap(browser, voting, 1, impact="4", answerer=answerer)
    assert (refused.status_code, refused["Content-Type"]) == (409, "text/html; charset=utf-8")
    assert "two people answer in this browser" in refused.text
    done = browser.post(f"/ballot/{voting.public_id}/done/", {"answerer": answerer})
    assert done.status_code == 409
    assert not Rating.objects.exists() and not voting.invitations.exclude(answered_at=None).exists()
    now = browser.get(f"/ballot/{voting.public_id}/now/").json()["answerer"]
    assert tap(browser, voting, 1, impact="4", answerer=now).status_code == 200
    assert Rating.objects.get().ballot.invitation.seat == olga


def test_the_pages_are_kept_nowhere(voting, stan, by_link):
    browser = by_link(voting, stan)
    for path in ("", "1/", "answers/", "list/"):
        page = browser.get(f"/ballot/{voting.public_id}/{path}")
        assert "no-store" in page["Cache-Control"]
        assert page["X-Robots-Tag"] == "noindex"


# the deadline


def test_a_late_tap_is_refused_and_told_by_how_much(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="4")
    past(voting)
    answer = tap(browser, voting, 1, impact="1")
    assert answer.status_code == 409
    assert re.search(
        r"This round closed on .*; this answer came at \d\d:\d\d:\d\d\. Your answers until then count\.",
        answer.json()["said"],
    )
    assert Rating.objects.get().value == 4


def test_a_late_form_shows_what_was_chosen_so_that_nothing_is_lost(voting, stan, by_link):
    browser = by_link(voting, stan)
    past(voting)
    answer = browser.post(f"/ballot/{voting.public_id}/1/rate/", {"impact": "4", "ease": "none"})
    assert answer.status_code == 409
    assert "Business impact 4" in text_of(answer) and "Operational ease no opinion" in text_of(answer)


def test_done_after_the_deadline_is_refused(voting, stan, by_link):
    browser = by_link(voting, stan)
    past(voting)
    assert browser.post(f"/ballot/{voting.public_id}/done/").status_code == 409
    assert not voting.messages.filter(kind=Message.Kind.RECEIPT).exists()


def test_the_very_instant_of_the_deadline_is_too_late(voting, mine):
    feature = sheet(mine).at(1).feature.pk
    save_ratings(mine, feature, {"impact": 4}, arrived=voting.deadline_at - timedelta(microseconds=1))
    with pytest.raises(AnswerIsLate):
        save_ratings(mine, feature, {"impact": 5}, arrived=voting.deadline_at)


def test_between_deadline_and_closing_it_is_counting(voting, stan, by_link):
    browser = by_link(voting, stan)
    past(voting)
    page = browser.get(f"/ballot/{voting.public_id}/1/")
    assert page.status_code == 410
    assert "Closed to new answers, counting" in text_of(page)
    voting.refresh_from_db()
    assert voting.closed_at is None


def test_after_the_grace_the_first_visitor_closes_the_round_and_sees_the_outcome(voting, stan, by_link):
    browser = by_link(voting, stan)
    tap(browser, voting, 1, impact="4")
    past(voting, by=GRACE)
    words = text_of(browser.get(f"/ballot/{voting.public_id}/"))
    assert "This round has closed" in words
    assert "1 of 2 voted on 3 features: 1 rating." in words
    assert "Your 1 answer" in words and "Business impact 4" in words
    voting.refresh_from_db()
    assert voting.closed_at


def test_a_round_closed_early_refuses_answers_although_its_deadline_is_to_come(voting, mine, mia):
    closing.close_early(voting, why="Met.", by=mia, now=clock.now())
    with pytest.raises(RoundIsClosed):
        save_ratings(mine, sheet(mine).at(1).feature.pk, {"impact": 4}, arrived=clock.now())


def test_when_the_round_s_row_is_held_too_long_the_page_is_told_to_repeat(voting, stan, by_link, monkeypatch):
    def busy(*args, **kwargs):
        raise RoundIsBusy

    browser = by_link(voting, stan)
    monkeypatch.setattr(actions, "save_ratings", busy)
    answer = tap(browser, voting, 1, impact="4")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    assert "Trying again" in json.loads(answer.content)["said"]


def test_an_old_page_gets_the_token_of_now(voting, stan, by_link):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = by_link(voting, stan).cookies
    refused = tap(strict, voting, 1, impact="4")
    assert refused.status_code == 403
    token = strict.get(f"/ballot/{voting.public_id}/now/").json()["token"]
    answer = strict.post(
        f"/ballot/{voting.public_id}/1/rate/",
        {"impact": "4"},
        headers={"Accept": "application/json", "X-CSRFToken": token},
    )
    assert answer.status_code == 200


def test_a_ballot_costs_the_same_queries_however_long_it_is(voting, stan, by_link, beacon, mia, three_days):
    features = [factories.feature(beacon) for _ in range(60)]
    longer = open_voting_round(
        beacon, title="L", features=features, seats=[stan], deadline=three_days, by=mia, now=clock.now()
    )
    counts = []
    for round in (voting, longer):
        browser = by_link(round, stan)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(f"/ballot/{round.public_id}/list/")
        assert page.content.decode().count('data-role="feature"') == round.voting.asked.count()
        counts.append(len(queries))
    assert counts[0] == counts[1]
