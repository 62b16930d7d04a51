"""Who sees who voted how: chosen when a round opens, kept, and told to everybody whom it concerns."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from prioritization.access import can_see_names, can_see_results, hiding_round
from prioritization.actions.scoring import score
from prioritization.actions.voting import open_voting_round
from prioritization.models import VotingRound
from stakeholders import clock
from stakeholders.mail.rendering import render
from stakeholders.models import Message
from tests import factories
from tests.prioritization.votes import ballot, rate_all, voting_round

ROOT = Path(__file__).parents[2]

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


VOTES = "/p/beacon/features/1/votes/"


@pytest.fixture
def voted(beacon):
    """A closed round of that secrecy, in which four people of Sales and one of Legal voted; returns who."""

    def _voted(secrecy):
        feature = factories.feature(beacon, "Undo send")
        voting = voting_round(beacon, [feature], closed=True, secrecy=secrecy)
        people = [factories.seat(beacon, name=f"{name} Sands") for name in ("Ada", "Bo", "Cy", "Di")]
        people.append(factories.seat(beacon, name="Lea Lex", department_name="Legal"))
        for seat in people:
            rate_all(voting, seat, feature, 4)
        score(beacon, now=clock.now())
        return voting

    return _voted


@pytest.mark.parametrize(
    ("secrecy", "who", "is_named"),
    [
        ("named", "vera", True),
        ("named", "mia", True),
        ("managers", "vera", False),
        ("managers", "stan", False),
        ("managers", "mia", True),
        ("anonymous", "vera", False),
        ("anonymous", "mia", False),
        ("anonymous", "olga", False),
    ],
)
def test_who_sees_who_voted_how(request, client, sign_in, voted, secrecy, who, is_named):
    voting, seat = voted(secrecy), request.getfixturevalue(who)
    assert can_see_names(voting, seat) is is_named
    said = sign_in(seat).get(VOTES).content.decode()
    assert ("Who voted how (5 people)" in said and "Ada Sands" in said) is is_named
    assert ("Lea Lex" in said) is is_named
    assert "4: 5 votes" in said


@pytest.mark.parametrize(("who", "departments"), [("mia", {"Sales", "Legal"}), ("vera", {"other departments"})])
def test_a_department_of_one_stands_alone_only_for_those_who_see_its_name(
    request, client, sign_in, voted, who, departments
):
    voted("managers")
    page = sign_in(request.getfixturevalue(who)).get("/p/beacon/ranking/BCN-1/")
    assert {each.name for each in page.context["explanation"].departments} == departments


@pytest.mark.parametrize("results", ["after-closing", "after-done"])
@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("is_closed", [False, True])
@pytest.mark.parametrize("who", ["stan", "vera", "mia"])
def test_the_rule_for_one_round_and_the_rule_for_all_say_the_same(
    request, beacon, now, results, is_done, is_closed, who
):
    seat = request.getfixturevalue(who)
    voting = voting_round(beacon, [factories.feature(beacon)], opened_at=now, closed=is_closed)
    voting.results = results
    voting.save()
    if is_done:
        own = ballot(voting, seat)
        own.done_at = now
        own.save()
    assert can_see_results(voting, seat) is (hiding_round(seat) is None)


def test_only_these_modules_read_ratings():
    """Whoever reads a rating may show it: a new reader keeps to `rules.secrecy`, and only then joins this list."""
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("prioritization", "roadmap", "stakeholders", "config")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(
            r"\bRating(Change)?\.objects|FROM prioritization_rating|\.ratings\.(?!\w+ import)|ratings__",
            path.read_text(),
        )
        and "migrations" not in path.parts
    }
    assert readers == {
        "prioritization/actions/ballot_rows.py",  # one's own
        "prioritization/actions/importing_ratings.py",  # writes
        "prioritization/actions/purging.py",  # deletes
        "prioritization/actions/scoring/tables.py",  # named ones; with anonymous ones among them, queries.ratings' alone
        "prioritization/actions/tallies.py",  # lets batches out
        "prioritization/mail.py",  # one's own
        "prioritization/queries/asking.py",  # who answered, not how
        "prioritization/queries/ballot.py",  # one's own
        "prioritization/queries/behalf.py",  # no value that its person gave
        "prioritization/queries/deletion.py",  # counts
        "prioritization/queries/ratings.py",  # keeps the promise
        "prioritization/queries/styles.py",  # leaves out whoever voted anonymously
        "prioritization/queries/rating_sheets.py",  # whether there are any
        "prioritization/queries/your_part.py",  # one's own
        "prioritization/voting.py",  # counts
    }
