"""Reads how the people who voted on a feature rate; for managers only, and never of anonymous votes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from prioritization.models import Ballot, Rating, VoterCheck, VotingRound
from prioritization.queries.explanation import StyleOfVoter
from roadmap.models import Feature
from stakeholders.models import Seat

WORTH_SAYING = 0.3


def styles_on(feature: Feature, voters: Collection[int]) -> list[StyleOfVoter]:
    """Return those of a feature's voters (ids of seats) who rate 0.3 or more higher or lower than others, the furthest first.

    Whoever voted anonymously anywhere in the product is left out: how one rates is made of all of one's votes. Two
    queries at most.
    """
    checks = VoterCheck.objects.filter(product=feature.product_id, seat__in=voters).values_list("seat_id", "style")
    higher = {seat_id: sum(style.values()) / len(style) for seat_id, style in checks if style}
    telling = [seat_id for seat_id, by in higher.items() if abs(by) >= WORTH_SAYING]
    if not telling:
        return []
    seats = Seat.objects.filter(pk__in=telling).exclude(pk__in=anonymous_voters(feature.product_id))
    found = [StyleOfVoter(seat, higher[seat.pk]) for seat in seats.select_related("user")]
    return sorted(found, key=lambda each: -abs(each.higher))


def anonymous_voters(product_id: int) -> QuerySet[Ballot, Any]:
    """Return the ids of the seats, for an `__in`, of all who gave an answer in an anonymous round of a product.

    Whatever became of the round or the answer. It begins at the ballots, of which there are few: a page must not read
    every rating of the product.
    """
    ballots = Ballot.objects.filter(
        Exists(Rating.objects.filter(ballot=OuterRef("pk"))),
        voting__secrecy=VotingRound.Secrecy.ANONYMOUS,
        voting__round__product=product_id,
    )
    return ballots.values("invitation__seat")
