"""Criteria, ballots, ratings, their tallies, and the runs that made scores of them."""

from prioritization.models.criteria import Criterion
from prioritization.models.remarks import Remark
from prioritization.models.scores import (
    CountRequest,
    RatingStamp,
    ScoreRequest,
    ScoreResult,
    ScoreRun,
    ScoringTerms,
    Tally,
    VoterCheck,
)
from prioritization.models.views import RankingColumns
from prioritization.models.voting import Ballot, Rating, RatingChange, VotingFeature, VotingRound
from prioritization.models.weights import WeightSet

__all__ = [
    "Ballot",
    "CountRequest",
    "Criterion",
    "RankingColumns",
    "Rating",
    "RatingChange",
    "RatingStamp",
    "Remark",
    "ScoreRequest",
    "ScoreResult",
    "ScoreRun",
    "ScoringTerms",
    "Tally",
    "VoterCheck",
    "VotingFeature",
    "VotingRound",
    "WeightSet",
]
