"""Reads how the people who voted on a feature rate; for managers only, and never of anonymous votes."""

from __future__ import annotations

from prioritization.models import Rating, VoterCheck, VotingRound
from prioritization.queries.explanation import StyleOfVoter
from roadmap.models import Feature

WORTH_SAYING = 0.3


def styles_on(feature: Feature) -> list[StyleOfVoter]:
    """Return voters of a feature who rate 0.3 or more higher or lower than others, the furthest first: three queries.

    Whoever voted anonymously anywhere in the product is left out: how one rates is made of all of one's votes.
    """
    rated = Rating.objects.filter(value__isnull=False, ballot__voting__round__cancelled_at=None)
    anonymous = rated.filter(
        feature__product=feature.product_id, ballot__voting__secrecy=VotingRound.Secrecy.ANONYMOUS
    ).values("ballot__invitation__seat")
    voters = rated.filter(feature=feature).values("ballot__invitation__seat")
    checks = (
        VoterCheck.objects.filter(product=feature.product_id, seat__in=voters)
        .exclude(seat__in=anonymous)
        .select_related("seat__user")
    )
    found = [StyleOfVoter(check.seat, sum(check.style.values()) / len(check.style)) for check in checks if check.style]
    return sorted((each for each in found if abs(each.higher) >= WORTH_SAYING), key=lambda each: -abs(each.higher))
