"""The database itself knows each person's own deadline: a rating that is late for its person is no row."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from prioritization.models import RatingChange

TICK = timedelta(microseconds=1)


def test_a_rating_that_is_late_for_its_person_is_refused_by_the_table(voting, stan, olga):
    own = voting.deadline_at + timedelta(days=2)
    voting.invitations.filter(seat=stan).update(extended_to=own)
    feature = voting.voting.asked.first().feature

    def write(seat, arrived):
        ballot = voting.voting.ballots.get(invitation__seat=seat)
        RatingChange.objects.create(
            ballot=ballot, feature_id=feature.pk, criterion="impact", value=3, arrived_at=arrived
        )

    write(stan, own - TICK)
    write(olga, voting.deadline_at - TICK)
    for seat, arrived in [(stan, own), (olga, voting.deadline_at)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            write(seat, arrived)
