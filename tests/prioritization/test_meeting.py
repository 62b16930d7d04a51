"""A round on the wall of a meeting: the code, the count as it grows, results only by the manager's word."""

import re

import pytest

from prioritization.actions.ballots import save_sheet
from prioritization.actions.scoring import score
from prioritization.actions.voting import ballot_of, open_voting_round
from roadmap.models import Feature
from stakeholders import clock
from stakeholders.actions.closing import close_early
from stakeholders.models import Activity, Reveal, Verb
from tests import factories


@pytest.fixture
def room(beacon, mia, stan, three_days):
    """Four people asked about two features; Stan's ballot is theirs to fill in."""
    people = [stan, *(factories.seat(beacon, name=name) for name in ("Ann One", "Bea Two", "Cem Three"))]
    features = [factories.feature(beacon, title) for title in ("Undo send", "Dark theme")]
    found = open_voting_round(
        beacon, title="Vote now", features=features, seats=people, deadline=three_days, by=mia, now=clock.now()
    )
    found.people, found.features = people, features
    return found


def vote(room, seat, *, features=2):
    ballot = ballot_of(room.invitations.get(seat=seat))
    ballot.invitation.round = room
    sheet = {each.pk: {"impact": 5, "effort": 4, "ease": 3, "happiness": 2} for each in room.features[:features]}
    save_sheet(ballot, sheet, arrived=clock.arrived_at())


@pytest.fixture
def screen(sign_in, mia, room):
    sign_in(mia)
    return f"/p/beacon/rounds/{room.public_id}/meeting/"


def test_the_screen_shows_a_code_that_leads_to_the_door_and_answers_for_nobody(client, screen, room):
    page = client.get(screen)
    assert f"http://testserver/round/{room.public_id}/" in page.text
    assert 'class="qr"' in page.text and "/s/" not in page.text
    assert re.search(r"<strong>0</strong> of 4 have answered", page.text)


def test_the_code_can_be_read_back(room):
    """Modules drawn are those of the standard's encoder, run by run."""
    import segno

    from stakeholders.templatetags.qr import QUIET, qr

    address = f"http://testserver/round/{room.public_id}/"
    drawn = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", qr(address, "code")):
        drawn |= {(int(x) + i - QUIET, int(y) - QUIET) for i in range(int(length))}
    dark = {(x, y) for y, row in enumerate(segno.make(address, error="m").matrix) for x, on in enumerate(row) if on}
    assert drawn == dark


def test_the_count_is_answered_again_only_when_a_fact_has_changed(client, screen, room, django_assert_max_num_queries):
    first = client.get(f"{screen}count/")
    assert first.status_code == 200 and "csrf" not in first.text
    with django_assert_max_num_queries(9):
        assert client.get(f"{screen}count/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    vote(room, room.people[0], features=1)
    second = client.get(f"{screen}count/", headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200 and "1 has begun" in second.text
    vote(room, room.people[0])
    third = client.get(f"{screen}count/", headers={"If-None-Match": second["ETag"]})
    assert "<strong>1</strong> of 4 have answered" in third.text
    assert client.get(f"{screen}count/").text == third.text


def test_no_result_shows_before_the_manager_says_so(client, screen, room):
    for seat in room.people:
        vote(room, seat)
    score(room.product, now=clock.now())
    assert "Undo send" not in client.get(screen).text
    assert "data-results" not in client.get(f"{screen}count/").text
    hidden = client.get(f"{screen}results/?part")
    assert "The results are hidden" in hidden.text and "Undo send" not in hidden.text


def test_revealing_asks_first_is_logged_and_can_be_taken_back(client, screen, room, mia):
    for seat in room.people:
        vote(room, seat)
    score(room.product, now=clock.now())
    asked = client.get(f"{screen}reveal/")
    assert "4 of 4 have answered" in asked.text and not Reveal.objects.exists()
    for _press in range(2):
        assert client.post(f"{screen}reveal/")["Location"] == screen
    assert Activity.objects.filter(verb=Verb.REVEALED, by_seat=mia.pk, object_id=room.pk).count() == 1
    assert "shown by Mia Okafor" in client.get(f"{screen}count/").text
    results = client.get(f"{screen}results/?part")
    assert "Undo send" in results.text and "plausible" in results.text
    assert client.get(f"{screen}results/?part", headers={"If-None-Match": results["ETag"]}).status_code == 304
    for _press in range(2):
        client.post(f"{screen}hide/")
    assert "The results are hidden" in client.get(f"{screen}results/").text
    assert Activity.objects.filter(verb=Verb.HID).count() == 1
    assert "Mia Okafor showed the room how it stands in “Vote now”" in client.get(screen.replace("meeting/", "")).text


def test_revealing_gives_nobody_else_a_look(client, sign_in, screen, room, stan):
    for seat in room.people:
        vote(room, seat)
    client.post(f"{screen}reveal/")
    sign_in(stan)
    assert client.get(f"{screen}results/").status_code == 403
    assert "Undo send" not in client.get("/p/beacon/ranking/").text


def test_two_voters_are_too_few_to_show(client, screen, room):
    for seat in room.people[:2]:
        vote(room, seat)
    assert "Fewer than three people have begun" in client.get(f"{screen}reveal/").text
    client.post(f"{screen}reveal/")
    assert "Results show when three people have begun" in client.get(f"{screen}count/").text
    assert "The results are hidden" in client.get(f"{screen}results/").text
    vote(room, room.people[2], features=1)
    assert "data-results" in client.get(f"{screen}count/").text


def test_once_closed_everyone_got_the_outcome_so_it_shows(client, screen, room, mia):
    vote(room, room.people[0])
    close_early(room, why="All are here.", by=mia, now=clock.database_now())
    page = client.get(screen)
    assert "1 of 4 voted on 2 features" in page.text and 'class="qr"' not in page.text
    assert client.post(f"{screen}reveal/").status_code == 303
    assert not Reveal.objects.exists()


def test_a_product_that_is_purged_takes_its_reveals_along(client, screen, room, olga):
    from prioritization.actions.purging import purge_product

    client.post(f"{screen}reveal/")
    purge_product(room.product, by=olga, now=clock.now())
    assert not Reveal.objects.exists() and not Feature.objects.exists()
