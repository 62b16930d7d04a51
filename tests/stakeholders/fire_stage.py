"""Sets the stage for the deadline tests in the database of a world of its own; run there as a script.

    python -m tests.stakeholders.fire_stage <people> <confirmations> <votings> <answered>

In each voting round the first `answered` people have voted on its first feature. Prints, as JSON, the rounds with a browser for everyone asked: a grant as pressing the link's button gives it.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from prioritization.actions.ballots import save_ratings  # noqa: E402
from prioritization.actions.voting import ballot_of, open_voting_round  # noqa: E402
from prioritization.models import VotingRound  # noqa: E402
from stakeholders.clock import database_now  # noqa: E402
from stakeholders.models import Grant, Invitation, Link, Message, Seat, User  # noqa: E402
from stakeholders.rules.deadlines import Deadline  # noqa: E402
from stakeholders.rules.tokens import hash_of, secret_of  # noqa: E402
from tests import factories  # noqa: E402
from tests.roadmap import confirming  # noqa: E402

now = database_now() - timedelta(days=1)
far = now + timedelta(days=30)
DEADLINE = Deadline(at=far, zone="Europe/Berlin", wall=f"{far:%Y-%m-%dT%H:%M}")
DEPARTMENTS = ("Sales", "Support", "Engineering", "Finance")


def people(count):
    users = [User(email=f"person{n}@people.example", name=f"Person {n}", password="!") for n in range(count)]
    return User.objects.bulk_create(users)


def seats_of(product, users):
    departments = [factories.department(name) for name in DEPARTMENTS]
    return Seat.objects.bulk_create(
        Seat(
            user=user,
            product=product,
            department=departments[n % len(departments)],
            weight=1 + n % 3,
            must_confirm=True,
            joined_at=now,
        )
        for n, user in enumerate(users)
    )


def browsers(round):
    """Give everyone asked a browser that may answer; the mails that invite them are taken as sent."""
    asked = list(Invitation.objects.filter(round=round))
    links = [Link(kind=Link.Kind.SEAT, seat_id=each.seat_id, round=round, created_at=now) for each in asked]
    for link in links:
        link.secret_hash = hash_of(secret_of(settings.LINK_KEY, link.public_id, 1))
    Link.objects.bulk_create(links)
    names = [f"browser-{round.pk}-{link.seat_id}" for link in links]
    later = database_now() + timedelta(hours=12)
    Grant.objects.bulk_create(
        Grant(browser_hash=hash_of(name), link=link, generation=1, created_at=now, expires_at=later)
        for name, link in zip(names, links, strict=True)
    )
    Message.objects.filter(round=round).update(sent_at=now, claimed_at=now, attempts=1)
    return [{"seat": link.seat_id, "browser": name} for name, link in zip(names, links, strict=True)]


def confirmation(number, users):
    product = factories.product(f"confirm-{number}", key=f"CON{number}")
    owner = factories.seat(product, Seat.Role.OWNER, name=f"Owner {number}")
    confirming.plan_beacon(product, owner)
    half = len(users) * 2 // 3
    seats = seats_of(product, users)
    version = confirming.publish(
        product, owner, required=seats[:half], consulted=seats[half:], now=now, deadline=DEADLINE, reminders=[]
    )
    round = confirming.round_of(version)
    return {"kind": "confirmation", "round": round.pk, "public_id": round.public_id, "people": browsers(round)}


def votings(count, users, answered):
    product = factories.product("vote", key="VOTE")
    manager = factories.seat(product, Seat.Role.MANAGER, name="Mia Okafor")
    seats = seats_of(product, users)
    for _ in range(count):
        features = [factories.feature(product) for _ in range(6)]
        round = open_voting_round(
            product,
            title=f"Voting {features[0].number}",
            features=features,
            seats=seats,
            deadline=DEADLINE,
            by=manager,
            now=now,
            reminders=[],
        )
        voting = VotingRound.objects.get(round=round)
        criteria = [each["key"] for each in voting.criteria]
        for invitation in Invitation.objects.filter(round=round).select_related("round", "seat")[:answered]:
            answers = dict.fromkeys(criteria, 1 + invitation.pk % 5)
            save_ratings(ballot_of(invitation), features[0].pk, answers, arrived=now + timedelta(hours=1))
        yield {
            "kind": "voting",
            "round": round.pk,
            "public_id": round.public_id,
            "features": len(features),
            "criteria": criteria,
            "people": browsers(round),
        }


if __name__ == "__main__":
    crowd, confirmations, voting_rounds, answered = map(int, sys.argv[1:])
    with transaction.atomic():
        users = people(crowd)
        stage = [confirmation(number, users) for number in range(confirmations)]
        stage += list(votings(voting_rounds, users, answered))
    print(json.dumps(stage))
