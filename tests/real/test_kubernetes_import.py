"""The whole of a real roadmap goes in by the command: 653 Kubernetes enhancements, their groups, releases and links."""

import csv
import os
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from roadmap.models import Dependency, Feature, Import, Relation, Release, Team
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


def kep(name: str) -> Path:
    return Path(os.environ["ACCORD_REAL_DATA"]) / "kep" / name


def rows(name: str) -> list[dict[str, str]]:
    with kep(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def kubernetes(db):
    return factories.product("kubernetes", key="KEP", name="Kubernetes")


def bring_in(**options) -> str:
    out = StringIO()
    call_command(
        "import_features",
        product="kubernetes",
        features=kep("features.csv"),
        releases=kep("releases.csv"),
        relations=kep("feature_links.csv"),
        column=["related=depends_on"],
        stdout=out,
        **options,
    )
    return out.getvalue()


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_everything_comes_in_and_a_second_time_changes_nothing(kubernetes):
    said = bring_in()
    assert "releases: 28 new, 0 changed, 0 unchanged" in said
    assert "features: 653 new, 0 changed, 0 unchanged, 0 skipped, 0 refused" in said
    assert "teams: 22 new" in said

    source = rows("features.csv")
    features = {f.external_key: f for f in Feature.objects.select_related("lead_team", "release")}
    releases = {row["release"]: row for row in rows("releases.csv")}
    assert set(features) == {row["id"] for row in source}
    for row in source:
        feature = features[row["id"]]
        assert feature.title == " ".join(row["title"].split())
        assert feature.summary == " ".join(row["summary"].split())
        assert feature.lead_team.name == row["sig"]
        assert (feature.release.name if feature.release else "") == (
            row["latest_milestone"] if row["latest_milestone"] in releases else ""
        )
    for release in Release.objects.all():
        row = releases.pop(release.name)
        assert (f"{release.starts_on}", f"{release.ends_on}") == (row["cycle_start"], row["release_date"])
    assert releases == {}
    assert Team.objects.count() == len({row["sig"] for row in source})

    wanted = {frozenset((r["feature_id"], r["target_id"])) for r in rows("feature_links.csv") if r["target_id"]}
    wanted |= {frozenset((r["id"], o)) for r in source for o in r["depends_on"].split("|") if o}
    names = {f.pk: key for key, f in features.items()}
    found = {frozenset((names[a], names[b])) for a, b in Relation.objects.values_list("first", "second")}
    assert found == {pair for pair in wanted if len(pair) == 2 and pair <= set(features)}
    assert Dependency.objects.count() == 0

    before = counts()
    stamps = list(Feature.objects.values_list("pk", "updated_at", "edition"))
    again = bring_in()
    assert "features: 0 new, 0 changed, 653 unchanged, 0 skipped, 0 refused" in again
    assert "releases: 0 new, 0 changed, 28 unchanged" in again
    assert "relations: 0 “needs first” and 0 “related” new" in again
    assert counts() == before and list(Feature.objects.values_list("pk", "updated_at", "edition")) == stamps
    assert Import.objects.count() == 1


def test_statuses_are_mapped_and_three_unknown_releases_are_warned_about(kubernetes):
    said = bring_in()
    for name in ("v1.0", "v1.9", "v1.38"):
        assert f"“latest_milestone”: Release “{name}” is not known here, so it is left empty." in said
    assert said.count("is not known here, so it is left empty") == 3
    by_status: dict[str, int] = {}
    for row in rows("features.csv"):
        by_status[row["status"]] = by_status.get(row["status"], 0) + 1
    status = Feature.Status
    found = {value: Feature.objects.filter(status=value).count() for value in status.values}
    assert found[status.SHIPPED] == by_status["implemented"]
    assert found[status.PLANNED] == by_status["implementable"]
    assert found[status.IDEA] == by_status["provisional"]
    assert found[status.DROPPED] == sum(by_status[s] for s in ("withdrawn", "replaced", "rejected", "removed"))
    assert found[status.CANDIDATE] == by_status["deferred"] + by_status[""]
    assert not Feature.objects.filter(status=status.SHIPPED).exclude(progress=1).exists()


def test_a_dry_run_says_the_same_and_writes_nothing(kubernetes):
    before = counts()
    said = bring_in(dry_run=True)
    assert "features: 653 new" in said and "This was a dry run: nothing was written." in said
    assert counts() == before
    assert Feature.objects.count() == 0
