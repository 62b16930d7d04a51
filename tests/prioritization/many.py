"""A product of any size in a second or two: features with sizes, objectives, dates, tallied votes and a ranking."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from prioritization.actions import scoring
from prioritization.actions.tallies import count_votes
from prioritization.models import Rating, Tally
from prioritization.queries.criteria import default_criteria
from prioritization.queries.ratings import Vote
from roadmap.models import Contribution, Effort, Feature, Product
from tests import factories
from tests.prioritization.votes import ballot, voting_round

STATUSES = (Feature.Status.CANDIDATE, Feature.Status.IDEA, Feature.Status.CANDIDATE)


def many_features(
    product: Product, count: int, *, planned: int = 0, now: datetime = factories.NOW, seed: int = 1
) -> None:
    """Add features until the product has `count`; all but one in twenty have votes, `planned` of all lie on the roadmap."""
    draw = random.Random(seed)
    held = product.features.count()
    objectives = list(product.objectives.all()) or [factories.objective(product, letter) for letter in "ABCD"]
    teams = list(product.teams.all()) or [factories.team(product, name) for name in ("Inbox", "Platform", "Mobile")]
    releases = list(product.releases.all()) or _releases(product, teams)
    departments = [factories.department(name) for name in ("Sales", "Support", "Engineering")]
    features = Feature.objects.bulk_create(
        (
            Feature(
                product=product,
                number=number,
                title=f"Feature {number} that somebody asked for, with sixty characters",
                summary="What it is for and for whom, in one sentence that is long enough to be true to life.",
                status=draw.choice(STATUSES),
                lead_team=draw.choice(teams),
                created_at=now,
                updated_at=now + timedelta(seconds=number),
                **_place(number, planned, releases),
            )
            for number in range(held + 1, count + 1)
        ),
        batch_size=500,
    )
    Effort.objects.bulk_create(
        (
            Effort(feature=feature, team=feature.lead_team, low=days * 0.7, likely=days, high=days * 1.6)
            for feature in features
            for days in [draw.choice((5, 8, 13, 21, 34))]
        ),
        batch_size=500,
    )
    Contribution.objects.bulk_create(
        (Contribution(feature=feature, objective=draw.choice(objectives)) for feature in features), batch_size=500
    )
    _vote(product, [feature for feature in features if feature.number % 20], departments, draw)
    product.last_feature_number = count
    product.save(update_fields=["last_feature_number"])
    scoring.score(product, now=now)


def _releases(product: Product, teams: list) -> list:
    releases = []
    for quarter in range(4):
        starts_on = date(2027, 1, 1) + timedelta(days=91 * quarter)
        releases.append(factories.release(product, f"2027.{quarter + 1}", starts_on, starts_on + timedelta(days=85)))
        for team in teams:
            factories.capacity(team, releases[-1], 80)
    return releases


def _place(number: int, planned: int, releases: list) -> dict:
    if number > planned:
        return {}
    release = releases[number % len(releases)]
    return {
        "release": release,
        "starts_on": release.starts_on,
        "ends_on": release.ends_on - timedelta(days=number % 30),
    }


def _vote(product: Product, features: list[Feature], departments: list, draw: random.Random) -> None:
    """Let two people of each department rate what they happen to know, and tally it."""
    seats = [factories.seat(product, department_name=each.name) for each in departments for _ in range(2)]
    voting = voting_round(product, features, opened_at=factories.NOW - timedelta(days=14), closed=True)
    ballots = {seat.pk: ballot(voting, seat) for seat in seats}
    ratings, votes = [], []
    for feature in features:
        is_split = feature.number % 4 == 1
        for camp, seat in enumerate(draw.sample(seats, 4 if is_split else draw.randint(2, 4))):
            for each in default_criteria():
                value = 1 + 4 * (camp % 2) if is_split else draw.randint(1, 5)
                ratings.append(
                    Rating(
                        ballot=ballots[seat.pk],
                        feature=feature,
                        criterion=each.key,
                        value=value,
                        arrived_at=voting.round.opened_at,
                    )
                )
                votes.append(Vote(feature.pk, each.key, seat.pk, value, 1.0, seat.department_id))
    Rating.objects.bulk_create(ratings, batch_size=1000)
    Tally.objects.bulk_create(
        (
            Tally(feature_id=feature, criterion=key, department_id=department, value=value, **sums._asdict())
            for (feature, key, department, value), sums in count_votes(votes).items()
        ),
        batch_size=500,
    )
