"""Importing by the action: what is written, that a second time changes nothing, and that it can be undone."""

import re
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmap.actions.imports import ImportHasChanged, ImportWasTouched, Tables, import_tables, undo_import
from roadmap.models import Contribution, Dependency, Effort, Feature, Import, Relation, Team
from roadmap.rules.imports.columns import guess
from roadmap.rules.imports.drafts import Choices
from roadmap.rules.imports.reading import read
from stakeholders.models import Activity
from tests import factories

pytestmark = pytest.mark.django_db

FILE = """key,title,summary,status,progress,objective,team,size low,size,size high,release,start,end,owner,needs,related
X-1,Route by skill,In short,in progress,40 %,A,Inbox,20,30,50,2027.1,2027-01-11,Feb 2027,mia.okafor@people.example,X-2,BCN-1
X-2,Merge duplicates,,,,,Mobile,,8,,,,,,,X-1
BCN-1,Undo send for 10 seconds,,shipped,,A|C,Mobile,,,,,,,,,
"""


@pytest.fixture
def undo(beacon, mia):
    factories.release(beacon)
    factories.objective(beacon, "A")
    objective = factories.objective(beacon, "C")
    feature = factories.feature(beacon, "Undo send for 30 seconds", objective=objective, days=10, status="planned")
    Contribution.objects.update(strength="some")
    return feature


def bring_in(beacon, mia, now, text=FILE, **options):
    table = read(text)
    choices = Choices(tuple(each.field for each in guess(table)))
    return import_tables(beacon, Tables(table, choices), by=mia, now=now, source="features.csv", **options)


def everything() -> dict[str, list]:
    skipped = {"Activity", "Import"}
    models = [m for m in apps.get_app_config("roadmap").get_models() if m.__name__ not in skipped]
    return {m.__name__: list(m._default_manager.order_by("pk").values()) for m in models}


def test_features_come_with_everything_that_the_file_says(beacon, mia, now, undo):
    report = bring_in(beacon, mia, now)
    assert (report.done.created_count, report.done.changed_count, report.problems) == (2, 1, [])
    route, merge = Feature.objects.filter(external_key__startswith="X").order_by("external_key")
    assert (route.number, merge.number) == (2, 3)
    assert (route.title, route.summary, route.status, route.progress) == (
        "Route by skill",
        "In short",
        "in-progress",
        0.4,
    )
    assert (route.starts_on, route.ends_on, route.precision) == (date(2027, 1, 11), date(2027, 2, 28), "month")
    assert (route.release.name, route.lead_team.name, route.owner) == ("2027.1", "Inbox", mia)
    assert list(route.efforts.values_list("team__name", "low", "likely", "high")) == [("Inbox", 20, 30, 50)]
    assert [c.objective.letter for c in route.contributions.all()] == ["A"]
    assert (merge.status, merge.lead_team.name) == ("candidate", "Mobile")
    assert Dependency.objects.get().needs == merge
    assert set(Relation.objects.values_list("first", "second")) == {
        (undo.pk, route.pk),
    } | {tuple(sorted((route.pk, merge.pk)))}
    beacon.refresh_from_db()
    assert beacon.last_feature_number == 3


def test_a_change_keeps_what_the_file_does_not_say(beacon, mia, now, undo):
    bring_in(beacon, mia, now)
    changed = Feature.objects.get(pk=undo.pk)
    assert (changed.title, changed.status, changed.progress) == ("Undo send for 10 seconds", "shipped", 1)
    assert (changed.edition, changed.updated_at, changed.updated_by) == (undo.edition + 1, now, mia)
    assert set(changed.contributions.values_list("objective__letter", "strength")) == {("A", "direct"), ("C", "some")}
    assert list(changed.efforts.values_list("team__name", "likely")) == [("Mobile", 10)], "the size follows its team"


def test_a_second_import_changes_nothing_and_leaves_no_trace(beacon, mia, now, undo):
    bring_in(beacon, mia, now)
    before = everything()
    report = bring_in(beacon, mia, now + timedelta(days=1))
    assert report.done is None and report.changes_nothing
    assert everything() == before
    assert (Import.objects.count(), Activity.objects.filter(verb="imported").count()) == (1, 1)


def test_a_dry_run_reports_what_the_real_one_does(beacon, mia, now, undo):
    before = everything()
    dry = bring_in(beacon, mia, now, dry_run=True)
    assert everything() == before and Import.objects.count() == 0
    real = bring_in(beacon, mia, now)
    assert dry.features == real.features


def test_one_refused_row_keeps_everything_out(beacon, mia, now, undo):
    before = everything()
    report = bring_in(beacon, mia, now, FILE + "X-9,,,,,,,,,,,,,,,\n")
    assert report.done is None and len(report.refusals) == 1
    assert everything() == before


def test_a_product_that_changed_meanwhile_is_looked_at_again(beacon, mia, now, undo):
    before = everything()
    with pytest.raises(ImportHasChanged) as caught:
        bring_in(beacon, mia, now, expected=2)
    assert caught.value.plan.writes == 3 and everything() == before


def test_undoing_puts_everything_back(beacon, mia, now, undo):
    before = everything()
    done = bring_in(beacon, mia, now).done
    undo_import(done, by=mia, now=now + timedelta(hours=1))
    after = everything()
    for row in before["Feature"] + after["Feature"]:
        for stamp in ("edition", "updated_at", "updated_by_id"):
            row.pop(stamp)
    for name in ("Effort", "Contribution"):
        for row in before[name] + after[name]:
            row.pop("id")
    for row in before["Product"] + after["Product"]:
        row.pop("last_feature_number")
    assert after == before
    undo_import(done, by=mia, now=now + timedelta(hours=2))
    assert Activity.objects.filter(verb="undid-import").count() == 1


def test_numbers_are_never_given_twice(beacon, mia, now, undo):
    undo_import(bring_in(beacon, mia, now).done, by=mia, now=now)
    bring_in(beacon, mia, now)
    assert set(Feature.objects.filter(external_key__startswith="X").values_list("number", flat=True)) == {4, 5}


def edit(beacon):
    Feature.objects.filter(external_key="X-2").update(title="Merge tickets")


def size(beacon):
    Effort.objects.filter(feature__external_key="X-1").update(likely=31)


def delete(beacon):
    Feature.objects.filter(external_key="X-1").delete()


def depend(beacon):
    later = factories.feature(beacon, "Later")
    Dependency.objects.create(feature=later, needs=Feature.objects.get(external_key="X-1"))


@pytest.mark.parametrize(
    ("touch", "key", "what"),
    [(edit, "BCN-3", "edited"), (size, "BCN-2", "edited"), (delete, "#", "gone"), (depend, "BCN-2", "dependencies")],
)
def test_what_was_touched_since_is_named_and_nothing_is_undone(beacon, mia, now, undo, touch, key, what):
    done = bring_in(beacon, mia, now).done
    touch(beacon)
    before = everything()
    with pytest.raises(ImportWasTouched) as caught:
        undo_import(done, by=mia, now=now)
    assert [(t.key[: len(key)], t.what) for t in caught.value.touched] == [(key, what)]
    assert everything() == before


def test_teams_and_releases_that_others_use_stay(beacon, mia, now, undo):
    done = bring_in(beacon, mia, now).done
    factories.feature(beacon, "Other", team=Team.objects.get(name="Mobile"), days=3)
    undo_import(done, by=mia, now=now)
    assert Team.objects.filter(name="Mobile").exists()


def test_only_columns_that_the_file_says_something_new_about_are_written(beacon, mia, now, undo):
    with CaptureQueriesContext(connection) as asked:
        bring_in(beacon, mia, now, "key,title,summary\nBCN-1,Undo send for 10 seconds,\n")
    [update] = [each["sql"] for each in asked if each["sql"].startswith('UPDATE "roadmap_feature"')]
    columns = set(re.findall(r'"(\w+)" = \(?CAS[ET]', update))
    assert columns == {"title", "edition", "updated_at", "updated_by_id"}
