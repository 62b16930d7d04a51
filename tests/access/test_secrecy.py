"""What others voted changes nothing that one is sent, at any address, by page, file or API, before one may know it.

Every route is asked twice: with some votes, and with all of them turned round. Answers that differ in one byte, of body or
headers, tell something of the votes; what stays the same whatever people voted tells nothing.
"""

import re
from datetime import timedelta

import pytest
from django.urls import get_resolver

from prioritization.actions.ballots import save_ratings
from prioritization.actions.scoring import score
from prioritization.actions.tallies import count_asked, recount
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.models import Rating, RatingChange
from stakeholders import clock
from stakeholders.actions.rounds import Invitee, invite, withdraw_round
from stakeholders.models import Activity, Message, Round
from tests import factories
from tests.access import engine, world
from tests.access.table import TABLE
from tests.roadmap import confirming

CHANCE = re.compile(
    r"\b\w{64}\b|(?<=name=\"nonce\" value=\")[0-9a-f.]+|\d{8}T\d{6}Z|\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII
)
"""Tokens against forgery, what makes a form unique, and times of day."""
ANSWERS = {"impact": 5, "effort": 1, "ease": 4, "happiness": 5}
TURNED = {"impact": 1, "effort": 5, "ease": 1, "happiness": 2}
PEOPLE = 6


@pytest.fixture
def here(olga, mia, stan, vera, max):
    return world.build(olga, mia, stan, vera, max)


@pytest.fixture
def people(beacon):
    return [factories.seat(beacon, department_name="Sales") for _ in range(PEOPLE)]


def vote(round, people, answers):
    for seat in people:
        ballot = ballot_of(round.invitations.select_related("round").get(seat=seat))
        for asked in round.voting.asked.all():
            save_ratings(ballot, asked.feature_id, answers, arrived=clock.now())
    count_asked(round.product_id, now=clock.now())


def bodies(here, role):
    patterns = dict(engine.named_routes(get_resolver().url_patterns))
    found = {}
    for name, route in TABLE.items():
        if route.get and not name.startswith(("account_", "live", "ready", "status")):
            answer = engine._ask(here.clients[role], "GET", here.address(name, patterns))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            told = f"{answer.status_code} {sorted(answer.headers.items())} {content.decode('utf-8', 'replace')}"
            found[name] = CHANCE.sub("", told)
    assert len(found) > 60
    return found


def told(here, role, beacon, turn):
    """Return the routes whose answer to this role depends on how people voted."""
    score(beacon, now=clock.now())
    before = bodies(here, role)
    turn()
    score(beacon, now=clock.now())
    after = bodies(here, role)
    return [name for name in before if before[name] != after[name]]


@pytest.mark.parametrize(
    ("role", "is_told"), [("reader", False), ("stakeholder", False), ("voter", False), ("manager", True)]
)
def test_before_the_closing_no_answer_depends_on_others_votes_but_those_to_managers(
    here, beacon, mia, people, role, is_told
):
    round = Round.objects.get(public_id=here.ids["public_id"])
    invite(round, invitees=[Invitee(seat, asked=4) for seat in people], by=mia, now=clock.now())
    vote(round, people, ANSWERS)
    differing = told(here, role, beacon, lambda: vote(round, people, TURNED))
    assert set(differing) >= {"prioritization:ranking", "api:ranking"} if is_told else not differing, differing


def test_of_an_anonymous_round_not_even_a_manager_is_told_what_waits_or_changed(here, beacon, mia, people):
    before = Round.objects.get(public_id=here.ids["public_id"])
    withdraw_round(before, why="Asked anew.", by=mia, now=clock.now())
    round = open_voting_round(
        beacon,
        title="In secret",
        features=[asked.feature for asked in before.voting.asked.all()],
        seats=people,
        deadline=confirming.deadline(),
        by=mia,
        now=clock.now() - timedelta(minutes=1),
        secrecy="anonymous",
    )
    here.ids["public_id"] = round.public_id
    vote(round, people, ANSWERS)
    assert Rating.objects.filter(shown_at__isnull=False).exists()

    def turn():
        Rating.objects.update(value=2)
        recount(beacon.pk, beacon.features.values_list("pk", flat=True), now=clock.now())

    assert told(here, "manager", beacon, turn) == []


def test_neither_log_nor_outbox_keeps_a_value(here, mia, people, capfd):
    round = Round.objects.get(public_id=here.ids["public_id"])
    invite(round, invitees=[Invitee(seat, asked=4) for seat in people], by=mia, now=clock.now())
    vote(round, people, ANSWERS)
    assert RatingChange.objects.exists()
    kept = [str(row.facts) for row in (*Activity.objects.all(), *Message.objects.all())]
    assert not [each for each in kept if any(key in each for key in ANSWERS)]
    logged = "".join(capfd.readouterr())
    assert not any(key in logged for key in ANSWERS)
