"""Voting rounds and ratings for tests, as rows; stories about the ballot itself press its buttons instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from prioritization.actions.tallies import recount
from prioritization.models import Ballot, Rating, VotingFeature, VotingRound
from prioritization.queries.criteria import criteria_of
from roadmap.models import Feature, Product
from stakeholders.models import Invitation, Seat
from tests import factories


def voting_round(
    product: Product,
    features: Iterable[Feature],
    *,
    opened_at: datetime = factories.NOW,
    closed: bool = False,
    secrecy: str = VotingRound.Secrecy.MANAGERS,
    **fields,
) -> VotingRound:
    deadline = opened_at + timedelta(days=7)
    round_ = factories.round_(
        product, opened_at=opened_at, deadline_at=deadline, closed_at=deadline if closed else None, **fields
    )
    voting = VotingRound.objects.create(
        round=round_, criteria=[each.as_json() for each in criteria_of(product)], secrecy=secrecy
    )
    VotingFeature.objects.bulk_create(
        VotingFeature(voting=voting, feature=feature, position=i) for i, feature in enumerate(features)
    )
    return voting


def ballot(voting: VotingRound, seat: Seat) -> Ballot:
    invitation, _ = Invitation.objects.get_or_create(
        round=voting.round,
        seat=seat,
        defaults={"weight": seat.weight, "department": seat.department, "created_at": voting.round.opened_at},
    )
    return Ballot.objects.get_or_create(invitation=invitation, voting=voting, defaults={"seed": seat.pk})[0]


def rate(
    voting: VotingRound, seat: Seat, feature: Feature, *, at: datetime | None = None, **values: int | None
) -> None:
    """Give a feature ratings by criterion key (None: no opinion), and keep the tallies, as the ballot does."""
    at = at or voting.round.opened_at + timedelta(hours=1)
    for criterion, value in values.items():
        Rating.objects.update_or_create(
            ballot=ballot(voting, seat),
            feature=feature,
            criterion=criterion,
            defaults={"value": value, "arrived_at": at},
        )
    recount(feature.product_id, [feature.pk], now=at)


def rate_all(voting: VotingRound, seat: Seat, feature: Feature, value: int, **but: int | None) -> None:
    """Give the same value on all four default criteria, but for those named."""
    rate(voting, seat, feature, **(dict.fromkeys(("impact", "effort", "ease", "happiness"), value) | but))
