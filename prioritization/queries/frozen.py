"""What a voting round asks, kept in the process: it stays as it was when the round opened."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from prioritization.models import VotingFeature, VotingRound
from stakeholders.models import Round
from stakeholders.statements import known

ROUNDS = 256
"""How many a process keeps; about 10 kB each."""


def voting_of(round: Round, voting_id: int) -> VotingRound:
    """Return a round's voting with its criteria and the ids of its features, without a query from the second time on.

    Other columns are read when something asks for them.
    """
    criteria, feature_ids = _asked(voting_id, round.pk, round.public_id, round.opened_at)
    found = known(VotingRound, {"id": voting_id, "round_id": round.pk, "criteria": criteria})
    found.round, found.feature_ids = round, feature_ids
    return found


@lru_cache(maxsize=ROUNDS)
def _asked(
    voting_id: int, _round_id: int, _public_id: str, _opened_at: datetime | None
) -> tuple[list[dict[str, Any]], frozenset[int]]:
    """Asked by all that names a round, so that a database which was put back to an earlier state is not confused."""
    criteria = VotingRound.objects.values_list("criteria", flat=True).get(pk=voting_id)
    return criteria, frozenset(VotingFeature.objects.filter(voting=voting_id).values_list("feature_id", flat=True))
