"""Reads how the people who voted on a feature rate; for managers only, and never of anonymous votes."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from prioritization.models import Ballot, Rating, VoterCheck, VotingRound
from prioritization.queries.explanation import StyleOfVoter
from roadmap.models import Feature

WORTH_SAYING = 0.3


def styles_on(feature: Feature) -> list[StyleOfVoter]:
    """Return voters of a feature who rate 0.3 or more higher or lower than others, the furthest first: two queries at most.

    Whoever voted anonymously anywhere in the product is left out: how one rates is made of all of one's votes.
    """
    rated = Rating.objects.filter(feature=feature, value__isnull=False, ballot__voting__round__cancelled_at=None)
    voters = rated.values("ballot__invitation__seat")
    checks = VoterCheck.objects.filter(product=feature.product_id, seat__in=voters).select_related("seat__user")
    found = [StyleOfVoter(check.seat, sum(check.style.values()) / len(check.style)) for check in checks if check.style]
    found = [each for each in found if abs(each.higher) >= WORTH_SAYING]
    unnamed = anonymous_voters(feature.product_id) if found else set()
    return sorted((each for each in found if each.seat.pk not in unnamed), key=lambda each: -abs(each.higher))


def anonymous_voters(product_id: int) -> set[int]:
    """Return the seats of all who gave an answer in an anonymous round of a product, whatever became of it: one query.

    It begins at the ballots, of which there are few: a page must not read every rating of the product.
    """
    ballots = Ballot.objects.filter(
        Exists(Rating.objects.filter(ballot=OuterRef("pk"))),
        voting__secrecy=VotingRound.Secrecy.ANONYMOUS,
        voting__round__product=product_id,
    )
    return set(ballots.values_list("invitation__seat", flat=True))
