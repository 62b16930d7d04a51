"""Beacon, the sample: it opens in the middle of a true story, loads once, and goes in one act."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, PermissionDenied

from prioritization.actions.sample import NotASample, delete_sample, load_sample
from prioritization.actions.scoring import check_latest, read_inputs
from prioritization.actions.tallies import count_votes
from prioritization.models import Rating, ScoreRequest, Tally
from prioritization.queries.ratings import standing_votes
from prioritization.rules.scales import SPLIT_FROM
from prioritization.rules.scoring import Judged, score_features
from prioritization.sample.people import PEOPLE
from prioritization.sample.product import CAPACITY, OBJECTIVES, TEAMS
from roadmap.models import Answer, Feature, Product, Standing, Version
from roadmap.queries.share import share_rows, version_shown
from roadmap.queries.versions import broken_link
from stakeholders.actions.links import url_of
from stakeholders.models import Activity, Department, Message, Round, Seat, User
from tests import factories
from tests.prioritization import panels

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
SUNDAY = datetime(2027, 7, 4, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """The outbox folder; a mail server that anybody talks to would fail the test."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.MAIL_IS_KEPT = False
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    return tmp_path / "outbox"


def everything() -> dict[str, int]:
    return {m._meta.label: m._default_manager.count() for m in apps.get_models() if m._meta.app_label != "sessions"}


@pytest.mark.parametrize("now", [TUESDAY, SUNDAY], ids=["tuesday", "sunday"])
def test_it_opens_in_the_middle_of_a_true_story(now, folder, client):
    product = load_sample(now=now)
    _it_has_what_it_should(product)
    _its_rounds_are_under_way(product, now)
    _its_versions_are_chained_and_answered(product)
    _leaders_have_a_link(product, now)
    _its_scores_follow_from_its_votes(product)
    _its_mail_stayed_in_the_folder(product, now, folder)
    if now == TUESDAY:
        _every_explanation_adds_up(product, client)
        _no_ballot_moves_a_score_further_than_the_page_says(product, client, now)
    assert Activity.objects.filter(at__gt=now).count() == 0
    rows = everything()
    assert load_sample(now=now) == product
    assert everything() == rows, "loading twice changes nothing"


def _it_has_what_it_should(product: Product) -> None:
    assert product.is_sample and (product.name, product.key) == ("Beacon", "BCN")
    assert Feature.objects.filter(product=product).exclude(summary="").count() == 60
    assert len(set(Feature.objects.values_list("title", flat=True))) == 60
    assert [o.letter for o in product.objectives.all() if o.is_measurable] == ["A", "B", "C", "D"]
    assert [o.measurements.count() for o in product.objectives.all()] == [len(o.history) for o in OBJECTIVES]
    assert [o.current for o in product.objectives.all()] == [o.history[-1] for o in OBJECTIVES]
    assert [team.name for team in product.teams.all()] == list(TEAMS)
    releases = list(product.releases.all())
    assert len(releases) == 5 and all((b.starts_on - a.ends_on).days == 1 for a, b in pairwise(releases))
    assert sum(team.capacities.count() for team in product.teams.all()) == 5 * len(CAPACITY)
    assert Department.objects.count() == 6
    assert User.objects.count() == Seat.objects.count() == len(PEOPLE) == 19
    assert all(user.email.endswith(".example") and not user.has_usable_password() for user in User.objects.all())


def _its_rounds_are_under_way(product: Product, now: datetime) -> None:
    voted, confirmed, confirming, voting = product.rounds.order_by("opened_at", "pk")
    assert (voted.kind, voted.closed_at is not None, voted.outcome["voters"]) == ("voting", True, 18)
    assert (confirmed.kind, confirmed.outcome["verdict"]) == ("confirmation", "confirmed")
    for running in (confirming, voting):
        assert running.takes_answers_at(now)
        answered = running.invitations.filter(answered_at__isnull=False).count()
        assert (running.invitations.count(), answered) in [(18, 11), (19, 11)]
    begun = voting.invitations.get(seat__user__email__startswith="hanna.berg")
    assert 0 < begun.answered < begun.asked and begun.answered_at is None
    stan = Seat.objects.get(user__email__startswith="stan.lindqvist")
    assert not voting.invitations.get(seat=stan).answered and not confirming.invitations.get(seat=stan).answered


def _its_versions_are_chained_and_answered(product: Product) -> None:
    first, second = product.versions.order_by("number")
    assert broken_link(product) is None and second.previous_hash == first.snapshot_hash
    verdicts = Counter(Answer.objects.filter(confirmation__version=second).values_list("verdict", flat=True))
    assert verdicts == {"confirm": 7, "concerns": 2, "object": 1, "abstain": 1}
    named = Answer.objects.filter(confirmation__version=second).exclude(features=None)
    titles = {(a.seat.user.name, f.feature.title.partition(":")[0]) for a in named for f in a.features.all()}
    assert ("Aiko Mori", "Data residency") in titles and ("Jonas Weber", "Weekly digest for managers") in titles
    planned = Feature.objects.planned().exclude(status="dropped")
    assert planned.count() == 19 and all(feature.owner for feature in planned)
    assert Version.objects.filter(number=1).exclude(gaps={}).exists()


def _leaders_have_a_link(product: Product, now: datetime) -> None:
    (row,) = share_rows(product, now=now, address=url_of)
    assert (row.state, row.share.audience, version_shown(row.share).number) == ("live", "the leadership team", 2)
    assert row.address


def _its_scores_follow_from_its_votes(product: Product) -> None:
    ids = list(Feature.objects.values_list("pk", flat=True))
    recounted = count_votes(standing_votes(ids))
    stored = {(t.feature_id, t.criterion, t.department_id, t.value): t.votes for t in Tally.objects.all()}
    assert stored == {cell: sums.votes for cell, sums in recounted.items()}
    assert ScoreRequest.objects.count() == 0
    split = Standing.objects.filter(split__gt=SPLIT_FROM).values_list("feature__title", flat=True)
    assert sorted(title.split()[0] for title in split) == ["Sentiment", "WhatsApp"]
    votes = dict(Standing.objects.values_list("feature__title", "votes"))
    assert votes["Import from Zendesk, Freshdesk and Jira Service Management"] == 4
    assert votes.get("Agent scheduling and shift swaps", 0) == 0
    assert Rating.objects.filter(value=None).count() > 200
    assert {c["key"]: c["entered"] for c in product.score_runs.first().criteria} == {
        "impact": 35, "effort": 20, "ease": 15, "happiness": 30,
    }  # fmt: skip


def _every_explanation_adds_up(product: Product, client) -> None:
    """What the page shows of each feature's score is worked out again from its own figures, as a reader would."""
    client.force_login(product.seats.get(user__email__startswith="mia.").user)
    scored = Standing.objects.filter(product=product, score__isnull=False).values_list(
        "feature__number", "score", "rank"
    )
    for number, score, rank in scored:
        body = client.get(f"/p/beacon/ranking/{number}/", headers={"HX-Request": "true"}).content.decode()
        panel = panels.read_panel(body)
        assert len(panel.rows) == 4
        panels.check(panel, score=score, rank=rank)
    assert len(scored) > 20
    unrated = Feature.objects.filter(product=product).exclude(standing__score__isnull=False)
    for number in unrated.values_list("number", flat=True):
        body = client.get(f"/p/beacon/ranking/{number}/", headers={"HX-Request": "true"}).content.decode()
        assert "nobody has voted on it yet" in body and "How " not in body


def _no_ballot_moves_a_score_further_than_the_page_says(product: Product, client, now: datetime) -> None:
    """Every voter's ballot is replaced by each extreme and all is worked out anew: averages, pulls and styles too."""
    assert check_latest(product.pk, now=now) == 18, "as the sweep does once nobody votes"
    page = client.get("/p/beacon/agenda/ask/").content.decode()
    table = re.search(r'<h2 id="influence">.*?<table[^>]*>(.*?)</table>', page, re.S)[1]
    rows = [re.sub(r"<[^>]+>", "|", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)[1:]]
    at_most = {row.strip("|").split("|")[0].strip(): float(re.findall(r"\|([0-9.]+)\|", row)[-1]) for row in rows}
    inputs = read_inputs(product, now=now)
    criteria, voters = inputs.judged(), inputs.voters()
    names = dict(Seat.objects.values_list("pk", "user__name"))
    assert set(at_most) == {names[pk] for pk in inputs.given.seat.tolist()} and len(at_most) == 18

    def scores(judged: list[Judged]) -> np.ndarray:
        return score_features(inputs.ids, judged, voters, is_open=inputs.is_open, terms=inputs.terms).scores

    before, furthest = scores(criteria), {}
    for column, pk in enumerate(inputs.given.seat.tolist()):
        for end in (1, 5):
            replaced = [each.table.copy() for each in criteria]
            for table in replaced:
                table[table[:, column] > 0, column] = end
            again = scores([Judged(each.weight, each.is_cost, t) for each, t in zip(criteria, replaced, strict=True)])
            furthest[names[pk]] = max(furthest.get(names[pk], 0.0), float(np.abs(again - before).max()))
    assert {name: (move, at_most[name]) for name, move in furthest.items() if move > at_most[name] + 0.05} == {}
    assert min(furthest.values()) > 2, "the replaced ballots did move scores"


def _its_mail_stayed_in_the_folder(product: Product, now: datetime, folder: Path) -> None:
    sent = Message.objects.filter(sent_at__isnull=False)
    assert sent.count() == len(list(folder.glob("*.eml"))) > 150
    assert not sent.filter(sent_at__gt=now).exists()
    assert not Message.objects.waiting().filter(due_at__lte=now).exists()
    assert not Message.objects.filter(failed_at__isnull=False).exists()
    assert not Message.objects.exclude(skipped_at=None).filter(why="").exists()


def test_where_its_mail_cannot_be_kept_nothing_is_loaded(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path / "file"
    settings.OUTBOX_DIR.write_text("in the way")
    with pytest.raises(ImproperlyConfigured, match="The sample's mail cannot be kept. The outbox folder cannot be"):
        load_sample(now=TUESDAY)
    assert not Product.objects.exists() and not User.objects.exists()


def test_one_act_deletes_it_and_leaves_what_is_not_its_own(now):
    factories.organisation("Ours")
    mine = factories.product("mine", key="MINE")
    owner = factories.seat(mine, Seat.Role.OWNER, department_name="Quality")
    factories.feature(mine, "Stays")
    before = everything()
    sample = load_sample(now=TUESDAY)
    mia = Seat.objects.get(product=sample, role=Seat.Role.OWNER)
    with pytest.raises(PermissionDenied):
        delete_sample(sample, by=Seat.objects.get(product=sample, user__email__startswith="omar"), now=TUESDAY)
    with pytest.raises(PermissionDenied):
        delete_sample(sample, by=owner, now=TUESDAY)
    with pytest.raises(NotASample):
        delete_sample(mine, by=owner, now=TUESDAY)
    delete_sample(sample, by=mia, now=TUESDAY)
    assert everything() == before | {"stakeholders.User": before["stakeholders.User"] + 1}, "whoever deletes it stays"
    assert Round.objects.count() == 0 and Product.objects.get() == mine


def test_the_set_up_says_that_it_is_a_sample_and_only_owners_delete_it(client, sign_in, olga, mia, beacon):
    Product.objects.filter(pk=beacon.pk).update(is_sample=True)
    act = f"/p/{beacon.slug}/delete/"
    set_up = sign_in(mia).get(f"/p/{beacon.slug}/setup/").content.decode()
    assert "This product is made up" in set_up and act not in set_up
    assert client.post(act, {"sure": "on"}).status_code == 403
    assert act in sign_in(olga).get(f"/p/{beacon.slug}/setup/").content.decode()
    client.post(act, {"sure": "True"})
    assert not Product.objects.exists() and User.objects.filter(pk=olga.user.pk).exists()
