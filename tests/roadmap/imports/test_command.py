"""Importing by the command: twelve kinds of faults told word for word, and nothing written."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from roadmap.models import Dependency, Feature, Import, Release
from stakeholders.models import Activity
from tests.roadmap.imports.faults import FAULTY, SENTENCES

pytestmark = pytest.mark.django_db


def bring_in(tmp_path, beacon, *, features: str = "", releases: str = "", relations: str = "", **options) -> str:
    given = {"features": features, "releases": releases, "relations": relations}
    for name, text in given.items():
        if text:
            options[name] = tmp_path / f"{name}.csv"
            options[name].write_text(text, encoding="utf-8")
    out = StringIO()
    try:
        call_command("import_features", product=beacon.slug, stdout=out, **options)
    except CommandError as error:
        return f"{out.getvalue()}error: {error}"
    return out.getvalue()


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_twelve_kinds_of_faults_are_told_word_for_word_and_nothing_is_written(tmp_path, beacon):
    before = counts()
    said = bring_in(tmp_path, beacon, features=FAULTY)
    lines = [line.removeprefix("refused: ") for line in said.splitlines() if line.startswith("refused: ")]
    assert sorted(lines) == sorted(SENTENCES)
    assert "features: 2 new, 0 changed, 0 unchanged, 0 skipped, 12 refused" in said
    assert said.endswith("error: Nothing was imported: 12 places must be corrected first.")
    assert counts() == before


def test_refused_rows_can_be_left_out(tmp_path, beacon):
    bring_in(tmp_path, beacon, features=FAULTY, leave_out=True)
    assert list(Feature.objects.values_list("external_key", flat=True)) == ["X-1", "X-11"]


def test_releases_features_and_relations_come_together_or_not_at_all(tmp_path, beacon, mia):
    files = {
        "features": "key,title,release\nX-1,Route,2027.1\nX-2,Merge,2027.1\n",
        "releases": "release,start,end\n2027.1,2027-01-01,2027-03-31\n",
    }
    before = counts()
    said = bring_in(tmp_path, beacon, **files, relations="from,kind,to\nX-1,needs,X-2\nX-2,eats,X-1\n")
    assert "refused: row 3, “kind”: “eats” is not a kind of link known here." in said
    assert counts() == before

    bring_in(tmp_path, beacon, **files, relations="from,kind,to\nX-1,needs,X-2\n", by=mia.user.email)
    route = Feature.objects.get(external_key="X-1")
    assert route.release == Release.objects.get(name="2027.1")
    assert Dependency.objects.get().needs.title == "Merge"
    assert Import.objects.get().by == mia
    assert Activity.objects.get(verb="imported").facts == {"created": 2, "changed": 0, "releases": 1, "relations": 1}


def test_columns_and_statuses_can_be_said(tmp_path, beacon):
    bring_in(
        tmp_path,
        beacon,
        features="a,b,c\nRoute,purple,Mobile\n",
        column=["title=a", "status=b", "team=c"],
        status=["Purple=in-progress"],
    )
    feature = Feature.objects.get()
    assert (feature.title, feature.status, feature.lead_team.name) == ("Route", "in-progress", "Mobile")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Name at least one file: --features, --releases or --relations."),
        ({"features": "title\nA\n", "column": ["colour=title"]}, "“colour” is no field. Fields: title, key,"),
        ({"features": "title\nA\n", "column": ["key=nowhere"]}, "The file has no column “nowhere”."),
        ({"features": "title\nA\n", "status": ["x=purple"]}, "“purple” is no status. Statuses: idea, candidate,"),
        ({"features": "title\nA\n", "by": "max@people.example"}, "max@people.example is nobody on this product."),
        ({"features": '{"a": 1}'}, "features.csv: It is not a table. Export it as CSV: a heading line, then a line"),
        ({"releases": "a,b\n1,2\n"}, "A table lacks a column. One of these headings would do: release, name,"),
    ],
)
def test_what_is_wrong_with_the_call_is_one_sentence(tmp_path, beacon, options, sentence):
    assert f"error: {sentence}" in bring_in(tmp_path, beacon, **options)


def test_an_unknown_product_or_file_is_one_sentence(tmp_path, beacon):
    with pytest.raises(CommandError, match="There is no product “nowhere”"):
        call_command("import_features", product="nowhere", features=tmp_path / "x.csv")
    with pytest.raises(CommandError, match="x.csv cannot be opened: No such file or directory"):
        call_command("import_features", product="beacon", features=tmp_path / "x.csv")
