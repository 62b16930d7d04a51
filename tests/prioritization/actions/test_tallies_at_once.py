"""Several people rate the same feature at the same moment."""

import threading

import pytest
from django.db import connection, transaction

from prioritization.actions.tallies import recount
from prioritization.models import Rating, ScoreRequest, Tally
from tests import factories
from tests.prioritization.votes import ballot, voting_round

PEOPLE = 6


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobodys_rating_is_left_out_of_the_tallies(beacon, now):
    feature = factories.feature(beacon)
    voting = voting_round(beacon, [feature])
    ballots = [ballot(voting, factories.seat(beacon)) for _ in range(PEOPLE)]
    all_saved = threading.Barrier(PEOPLE, timeout=20)
    failures = []

    def rate(mine):
        try:
            with transaction.atomic():
                Rating.objects.create(ballot=mine, feature=feature, criterion="impact", value=4, arrived_at=now)
                all_saved.wait()  # nobody sees anybody else's rating yet
                recount(beacon.pk, [feature.pk], now=now)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=rate, args=[mine]) for mine in ballots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Tally.objects.get(criterion="impact").votes == PEOPLE
    assert Tally.objects.get(criterion=Tally.PEOPLE).votes == PEOPLE
    assert ScoreRequest.objects.count() == 1
