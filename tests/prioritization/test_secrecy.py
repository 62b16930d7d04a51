"""Who sees who voted how: chosen when a round opens, kept, and told to everybody whom it concerns."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from prioritization.actions.voting import open_voting_round
from prioritization.models import VotingRound
from stakeholders import clock
from stakeholders.mail.rendering import render
from stakeholders.models import Message
from tests import factories

SECRECIES = [
    ("named", "whoever may see the results sees how you voted", "whoever may see the results sees who voted how"),
    ("managers", "Only those who run Beacon see how you voted", "Names for managers only"),
    ("anonymous", "nobody sees how you voted, neither do those who run the round", "nobody sees who voted how"),
]


@pytest.fixture
def opened(beacon, mia, stan, olga, three_days):
    def _opened(secrecy, **changes):
        terms = {"title": "Q1 priorities", "features": beacon.features.all(), "seats": [stan, olga], **changes}
        return open_voting_round(beacon, deadline=three_days, by=mia, now=clock.now(), secrecy=secrecy, **terms)

    factories.feature(beacon, "Undo send")
    return _opened


@pytest.mark.parametrize(("secrecy", "promise", "terms"), SECRECIES)
def test_it_is_told_on_the_ballot_in_the_mail_and_to_those_who_run_the_round(
    client, sign_in, by_link, opened, mia, stan, secrecy, promise, terms
):
    round = opened(secrecy)
    assert promise in by_link(round, stan).get(f"/ballot/{round.public_id}/").content.decode()
    mail = render(Message.objects.filter(round=round, seat=stan, kind="invitation").get(), now=clock.now())
    assert promise in " ".join(str(mail.body).split())
    assert terms in sign_in(mia).get(f"/p/beacon/rounds/{round.public_id}/").content.decode()


def test_it_stays_as_it_was_when_the_round_opened(opened):
    voting = opened("anonymous").voting
    for change in ("named", "managers"):
        with pytest.raises(DatabaseError, match="secrecy cannot change"), transaction.atomic():
            VotingRound.objects.filter(pk=voting.pk).update(secrecy=change)
    VotingRound.objects.filter(pk=voting.pk).update(secrecy="anonymous", results="after-done")
    voting.refresh_from_db()
    assert (voting.secrecy, voting.results) == ("anonymous", "after-done")


@pytest.mark.parametrize(("first", "second"), [("anonymous", "managers"), ("named", "anonymous"), ("anonymous",) * 2])
def test_an_anonymous_round_shares_no_feature_with_another_open_one(opened, first, second):
    opened(first)
    with pytest.raises(ValidationError, match="Undo send"):
        opened(second, title="Another")


def test_rounds_with_names_may_share_a_feature(opened):
    opened("named")
    opened("managers", title="Another")
    assert VotingRound.objects.count() == 2
