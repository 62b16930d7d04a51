"""Your part: all that is asked of one person, what they said, and what became of it; and nothing of anybody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prioritization.access import hiding_round, kept_from
from prioritization.actions.ballots import save_sheet
from prioritization.actions.scoring import score
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.queries.your_part import PAGE, part_of_user
from stakeholders import clock
from stakeholders.actions.closing import close_early
from stakeholders.actions.delegation import name_delegate
from stakeholders.actions.links import delegate_link, url_of
from stakeholders.actions.rounds import withdraw_round
from tests import factories
from tests.roadmap import confirming

GOOD = {"impact": 5, "effort": 4, "ease": 3, "happiness": 4}


def vote(round, seat, answers=GOOD, *, count=2):
    ballot = ballot_of(round.invitations.select_related("round").get(seat=seat))
    features = round.voting.features.order_by("number")[:count]
    save_sheet(ballot, {each.pk: answers for each in features}, arrived=clock.arrived_at())


def another_round(beacon, mia, people, *, title, days=5):
    return open_voting_round(
        beacon, title=title, features=beacon.features.all(), seats=people,
        deadline=confirming.deadline(days=days), by=mia, now=clock.now(),
    )  # fmt: skip


def test_the_nearest_deadline_comes_first_and_what_is_over_says_what_became_of_it(
    sign_in, voting, beacon, stan, olga, mia
):
    another_round(beacon, mia, [stan], title="Sooner", days=1)
    vote(voting, stan)
    vote(voting, olga, {**GOOD, "impact": 1})
    score(beacon, now=clock.now())
    page = sign_in(stan).get("/your-part/")
    assert page.status_code == 200 and page["Cache-Control"] == "no-store, private"
    assert page.text.index("Sooner") < page.text.index(voting.title)
    assert "8 of 12 answers given" in page.text
    for each in (voting, *beacon.rounds.exclude(pk=voting.pk)):
        close_early(each, why="All are here.", by=mia, now=clock.database_now())
    page = sign_in(stan).get("/your-part/").text
    assert "Nothing needs you now" in page
    assert "2 of 2 voted on 3 features" in page
    assert "rank 1" in page and "You gave no answer" in page


def test_ranks_stay_hidden_while_a_round_is_open_that_keeps_them(sign_in, voting, beacon, stan, olga, mia):
    vote(voting, stan)
    vote(voting, olga)
    score(beacon, now=clock.now())
    close_early(voting, why="Done.", by=mia, now=clock.database_now())
    assert "rank 1" in sign_in(stan).get("/your-part/").text
    another_round(beacon, mia, [stan], title="Again")
    assert "rank 1" not in sign_in(stan).get("/your-part/").text


def test_a_confirmation_says_the_answer_its_outcome_and_that_there_is_a_newer_version(
    client, sign_in, beacon, mia, stan
):
    confirming.plan_beacon(beacon, mia)
    first = confirming.round_of(confirming.publish(beacon, mia, required=[stan]))
    confirming.open_link(client, stan, first)
    client.post(
        f"/confirm/{first.public_id}/answer/", {"answer": "concerns", "concern": "Tight in March.", "nonce": "n"}
    )
    assert "Confirmed with concerns" in client.get("/your-part/").text
    close_early(first, why="All are in.", by=mia, now=clock.database_now())
    beacon.features.update(title="Renamed")
    confirming.publish(beacon, mia, required=[stan])
    page = sign_in(stan).get("/your-part/").text
    assert "Tight in March." in page and "Version 1 is confirmed with concerns" in page
    assert "Version 2 is the newest now" in page and "You have not answered yet" in page


def test_a_link_shows_its_own_round_and_no_other(client, by_link, voting, beacon, stan, mia):
    another_round(beacon, mia, [stan], title="Secret other round")
    page = by_link(voting, stan).get(f"/your-part/?round={voting.public_id}").text
    assert voting.title in page and "Secret other round" not in page
    assert "Stan Lindqvist" in page and "Sign in to see all of it" in page


def test_on_a_device_of_two_people_each_sees_only_their_own(client, by_link, voting, beacon, stan, olga, mia):
    other = another_round(beacon, mia, [olga], title="Olga’s round")
    by_link(voting, stan)
    by_link(other, olga)
    stans = client.get(f"/your-part/?round={voting.public_id}").text
    assert voting.title in stans and "Olga’s round" not in stans
    olgas = client.get(f"/your-part/?round={other.public_id}").text
    assert "Olga’s round" in olgas and "Stan Lindqvist" not in olgas


def test_a_link_adds_nothing_to_what_its_owner_sees_signed_in_and_nothing_to_others(
    client, by_link, sign_in, voting, stan, vera
):
    by_link(voting, stan)
    sign_in(vera)
    own = client.get("/your-part/").text
    assert "Vera Vogel" in own and voting.title not in own
    assert "Stan Lindqvist" in client.get(f"/your-part/?round={voting.public_id}").text


def test_without_a_link_or_an_account_there_is_nothing(client, voting):
    answer = client.get("/your-part/")
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


def test_who_stands_in_finds_the_round_too_and_not_the_persons_own_answers(client, sign_in, voting, stan, vera):
    vote(voting, stan)
    asked = voting.invitations.select_related("round", "seat__user").get(seat=stan)
    made = name_delegate(asked, who=vera.user.email, now=clock.now())
    page = sign_in(vera).get("/your-part/").text
    assert "you answer for Stan Lindqvist" in page and "What you spoke for most" not in page
    client.logout()
    client.post("/" + url_of(delegate_link(made, now=clock.now())).split("/", 3)[3] + "open/")
    assert "you answer for Stan Lindqvist" in client.get("/your-part/").text
    assert "Vera Vogel answers for you" in sign_in(stan).get("/your-part/").text


def test_withdrawn_rounds_say_why(sign_in, voting, stan, mia):
    withdraw_round(voting, why="Wrong list.", by=mia, now=clock.now())
    assert "Withdrawn: Wrong list." in sign_in(stan).get("/your-part/").text


def test_the_queries_do_not_grow_and_what_is_over_comes_in_pages(voting, beacon, stan, olga, mia):
    def queries():
        with CaptureQueriesContext(connection) as found:
            part = part_of_user(stan.user, now=clock.now())
        return len(found), part

    def end(round):
        vote(round, stan, count=1)
        close_early(round, why="Done.", by=mia, now=clock.database_now())

    end(voting)
    another_round(beacon, mia, [stan, olga], title="Open 1")
    few, _part = queries()
    for number in range(PAGE + 2):
        end(another_round(beacon, mia, [stan, olga], title=f"Round {number}"))
        another_round(beacon, mia, [stan, olga], title=f"Open {number}", days=2 + number)
    many, part = queries()
    assert many <= few
    assert (len(part.over), part.pages, part.total) == (PAGE, 2, PAGE + 3)
    second = part_of_user(stan.user, now=clock.now(), page="2")
    assert len(second.over) == 3 and not {p.invitation.pk for p in part.over} & {p.invitation.pk for p in second.over}
    assert part_of_user(stan.user, now=clock.now(), page="999").number == 2
    assert part_of_user(stan.user, now=clock.now(), page="x").number == 1


@pytest.mark.parametrize("results", ["after-closing", "after-done"])
@pytest.mark.parametrize("is_done", [True, False])
def test_kept_from_says_of_many_what_hiding_round_says_of_one(voting, stan, olga, mia, vera, results, is_done):
    type(voting.voting).objects.update(results=results)
    ballot = ballot_of(voting.invitations.select_related("round").get(seat=stan))
    ballot.done_at = clock.now() if is_done else None
    ballot.save()
    stranger = factories.seat(factories.product("other"), name="Oona")
    seats = [stan, olga, mia, vera, stranger]
    assert kept_from(seats) == {each.pk for each in seats if hiding_round(each) is not None}
    assert kept_from([]) == frozenset()
