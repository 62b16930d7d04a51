"""Ratings that people really gave come in by the command, are ranked and explained: 3,880 of a crowd, 200 of four experts."""

import os
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from prioritization.actions import scoring
from prioritization.models import Rating
from prioritization.queries.explanation import explanation
from roadmap.models import Feature, Standing
from stakeholders import clock
from stakeholders.models import Invitation, Message
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


def ratings(name: str) -> Path:
    return Path(os.environ["ACCORD_REAL_DATA"]) / "ratings" / name


def test_crowdre_is_imported_ranked_and_explained(db, record_property):
    homes = factories.product("homes", key="HOME", name="Smart homes")
    call_command(
        "import_features",
        product="homes",
        features=ratings("crowdre/requirements.csv"),
        column=["title=feature", "key=id", "=role", "=benefit", "=tags", "=domain", "=author", "=created_at"],
        leave_out=True,
        stdout=StringIO(),
    )
    # a sentence that is too long for a title stays out of features; its ratings then stay out too
    began = time.perf_counter()
    call_command(
        "import_ratings",
        ratings("crowdre/ratings.csv"),
        product="homes",
        leave_out=True,
        title="CrowdRE",
        stdout=StringIO(),
    )
    imported = time.perf_counter()
    run = scoring.score(homes, now=clock.now())
    scored = time.perf_counter()
    first = Standing.objects.select_related("feature").get(product=homes, rank=1)
    told = explanation(homes, first.feature.number, names=())
    assert sum(part.shown for part in told.parts) + told.pull == told.score_shown
    rated = Rating.objects.filter(feature__product=homes).count()
    features = Feature.objects.filter(product=homes).count()
    assert rated >= 0.95 * 3 * 3880 and features >= 0.95 * 1448
    assert run.ranked == Standing.objects.filter(product=homes, rank__isnull=False).count() > 0.9 * features
    assert not Message.objects.exists()
    alpha = {key: value and round(value, 3) for key, value in (run.used.get("alpha") or {}).items()}
    record_property(
        "figures",
        f"CrowdRE: {rated} ratings of {Invitation.objects.count()} people on {features} features; "
        f"import {imported - began:.1f} s, ranking {scored - imported:.1f} s; alpha {alpha}, n_eff {run.used.get('effective')}",
    )


def test_four_weighted_experts_on_a_scale_of_nine(db):
    word = factories.product("word", key="WORD", name="Word processor")
    call_command(
        "import_features",
        product="word",
        features=ratings("msword/features.csv"),
        column=["title=id", "=cost", "=couplings", "=precedes"],
        stdout=StringIO(),
    )
    for row in ratings("msword/stakeholders.csv").read_text().splitlines()[1:]:
        name, weight = row.split(",")
        factories.seat(word, name=name, weight=float(weight), department_name="")
    call_command("import_ratings", ratings("msword/ratings.csv"), product="word", stdout=StringIO())
    assert Rating.objects.count() == 2 * 200
    assert set(Rating.objects.values_list("value", flat=True)) <= {1, 2, 3, 4, 5}
    assert sorted(Invitation.objects.values_list("weight", flat=True)) == sorted(
        float(row.split(",")[1]) for row in ratings("msword/stakeholders.csv").read_text().splitlines()[1:]
    )
    assert scoring.score(word, now=clock.now()).ranked == 50
