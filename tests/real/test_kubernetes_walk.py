"""The main job on a real roadmap: import, vote, rank, date by hand, publish, confirm, share.

The features are real; the people who vote and confirm are made up here, and so is what they say.
"""

from datetime import UTC, datetime
from random import Random

import pytest

from prioritization.actions.ballots import finish_ballot, save_sheet
from prioritization.actions.scoring import score_when_asked
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.models import Rating
from roadmap.actions.confirming import answer_confirmation
from roadmap.actions.share import ShareTerms, make_share
from roadmap.models import Feature, Release, Standing
from roadmap.queries.versions import broken_link, snapshot_of
from stakeholders import clock
from stakeholders.actions.closing import close_early
from stakeholders.actions.links import url_of
from stakeholders.models import Seat
from tests import factories
from tests.real.test_kubernetes_import import bring_in
from tests.roadmap.confirming import deadline, publish, round_of

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
CRITERIA = ("impact", "effort", "ease", "happiness")
PEOPLE = {"Ada Ash": "Network", "Bo Birk": "Network", "Cy Cole": "Storage", "Di Dorn": "Storage", "Ed Elm": "Docs"}


@pytest.fixture
def kubernetes(db):
    factories.organisation()
    return factories.product("kubernetes", key="KEP", name="Kubernetes")


def test_a_real_roadmap_goes_from_import_to_confirmation(kubernetes, sign_in, client):
    manager = factories.seat(kubernetes, Seat.Role.MANAGER, name="Mo Maple", department_name="Release")
    people = [
        factories.seat(kubernetes, name=name, department_name=department, must_confirm=True)
        for name, department in PEOPLE.items()
    ]
    bring_in()
    sign_in(manager)
    assert "653" in client.get("/p/kubernetes/features/").content.decode()

    asked = list(Feature.objects.filter(release__name="v1.37", status="planned").order_by("number")[:12])
    _vote(kubernetes, manager, people, asked)
    ranked = list(Standing.objects.exclude(rank=None).order_by("rank").select_related("feature"))
    assert {standing.feature for standing in ranked} == set(asked)
    shown = client.get("/p/kubernetes/ranking/").content.decode()
    places = [shown.index(f"/ranking/KEP-{standing.feature.number}/") for standing in ranked]
    assert places == sorted(places)

    best = ranked[0].feature
    _date_by_hand(client, best)
    drawn = client.get("/p/kubernetes/roadmap/?lanes=release").content.decode()
    assert f"KEP-{best.number}" in drawn

    version = publish(kubernetes, manager, required=people, note="The first one on Accord.")
    planned = Feature.objects.filter(product=kubernetes).planned().exclude(status="dropped")
    assert {entry["id"] for entry in snapshot_of(version)["features"]} == set(planned.values_list("pk", flat=True))
    assert broken_link(kubernetes) is None
    outcome = _confirm(version, manager, people)
    assert outcome["verdict"] == "confirmed"

    share = make_share(kubernetes, terms=ShareTerms(audience="Everybody"), by=manager, now=clock.now())
    client.logout()
    page = client.get(url_of(share.link).removeprefix("http://testserver")).content.decode()
    assert "Kubernetes" in page and f"{len(people)} of {len(people)}" in page
    assert not any(name in page for name in PEOPLE), "a share link names nobody unless it says so"


def _vote(product, manager, people, features) -> None:
    voting = open_voting_round(
        product, title="What first?", features=features, seats=people, deadline=deadline(), by=manager, now=clock.now()
    )
    dice = Random(37)
    for seat in people:
        ballot = ballot_of(voting.invitations.select_related("round").get(seat=seat))
        sheet = {f.pk: {key: dice.choice((1, 2, 3, 4, 5, None)) for key in CRITERIA} for f in features}
        save_sheet(ballot, sheet, arrived=datetime.now(UTC))
        finish_ballot(ballot, arrived=datetime.now(UTC))
    assert Rating.objects.count() == len(people) * len(features) * len(CRITERIA)
    closed = close_early(voting, why="Everybody has voted.", by=manager, now=clock.now())
    assert closed.outcome["voters"] == len(people)
    score_when_asked(product.pk, clock=clock.now)


def _date_by_hand(client, feature) -> None:
    release = Release.objects.get(name="v1.37")
    answer = client.post(
        f"/p/kubernetes/features/KEP-{feature.number}/plan/",
        {
            "release": release.pk,
            "starts_on": "2026-06-01",
            "ends_on": "2026-08-20",
            "precision": "day",
            "edition": feature.edition,
        },
    )
    assert answer.status_code in (200, 303), answer.content.decode()[:500]
    feature.refresh_from_db()
    assert (f"{feature.starts_on}", f"{feature.ends_on}") == ("2026-06-01", "2026-08-20")


def _confirm(version, manager, people) -> dict:
    round = round_of(version)
    for seat in people:
        answer_confirmation(
            round.invitations.select_related("round", "seat").get(seat=seat),
            verdict="confirm",
            nonce=f"walk-{seat.pk}",
            arrived=datetime.now(UTC),
        )
    return close_early(round, why="All five have answered.", by=manager, now=clock.now()).outcome
