"""Old runs go; the last ones and those that a closed round's results hang on stay."""

from datetime import timedelta

import pytest

from prioritization.actions import scoring
from prioritization.actions.pruning import prune_runs
from prioritization.models import ScoreResult, ScoreRun, VotingRound
from prioritization.tasks import prune_score_runs
from tests import factories
from tests.prioritization.votes import rate_all, voting_round

pytestmark = pytest.mark.django_db


def runs(product, count, now):
    return [
        ScoreRun.objects.create(product=product, at=now + timedelta(minutes=i), digest=f"{i}", criteria=[])
        for i in range(count)
    ]


def test_the_last_and_the_frozen_ones_stay(beacon, stan, now):
    feature = factories.feature(beacon, "Undo send")
    rate_all(voting_round(beacon, [feature], closed=True), stan, feature, 4)
    frozen = scoring.score(beacon, now=now)
    assert ScoreResult.objects.get().run == frozen and VotingRound.objects.get().frozen_by == frozen
    old = runs(beacon, 6, now + timedelta(days=1))
    other = runs(factories.product("other", key="OTH"), 2, now)
    assert prune_runs(keep=3) == 3
    assert set(ScoreRun.objects.all()) == {frozen, *old[3:], *other}
    assert ScoreResult.objects.count() == 1
    assert prune_runs(keep=3) == 0


def test_the_sweep_does_it(beacon, now):
    runs(beacon, 23, now)
    prune_score_runs()
    assert sorted(ScoreRun.objects.values_list("digest", flat=True), key=int) == [f"{i}" for i in range(3, 23)]
