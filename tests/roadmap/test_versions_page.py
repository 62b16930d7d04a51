import hashlib
from datetime import timedelta
from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from roadmap.models import Answer, Version
from roadmap.queries import versions as queries
from roadmap.queries.versions import snapshot_of
from stakeholders import append_only, clock
from stakeholders.actions.closing import close_round
from stakeholders.actions.rounds import withdraw_round
from tests.roadmap.confirming import plan_beacon, publish, round_of
from tests.roadmap.test_confirm_page import text_of
from tests.roadmap.test_confirming import say


@pytest.fixture
def features(beacon, mia):
    return plan_beacon(beacon, mia)


@pytest.fixture
def history(beacon, mia, stan, olga, features):
    """Version 1, confirmed and closed with a concern; version 2 open, with one feature moved."""
    first = publish(beacon, mia, required=[stan, olga], note="The first one.")
    round = round_of(first)
    say(round, olga, "confirm")
    say(round, stan, "concerns", "March is full.", features=features[:1])
    close_round(round, now=round.deadline_at + timedelta(seconds=5))
    features[1].release = beacon.releases.get(name="2027.2")
    features[1].ends_on = features[1].release.ends_on
    features[1].save(update_fields=["release", "ends_on"])
    return [first, publish(beacon, mia, required=[stan, olga])]


def test_today_on_a_version_is_the_products_day(sign_in, vera, beacon, history, monkeypatch):
    beacon.time_zone = "Pacific/Kiritimati"
    beacon.save(update_fields=["time_zone"])
    noon = clock.now().replace(hour=12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    drawing = sign_in(vera).get("/p/beacon/versions/2/").context["drawing"]
    assert drawing.roadmap.today == noon.date() + timedelta(days=1)


def test_the_list_says_of_each_version_how_it_ended(sign_in, vera, history):
    page = text_of(sign_in(vera).get("/p/beacon/versions/"))
    assert "The newest is version 2" in page
    assert "confirmed with concerns confirmed by 2 of 2" in page
    assert page.index("Version 2") < page.index("Version 1")


def test_the_list_goes_by_the_page_and_reads_no_snapshot(client, sign_in, vera, history, monkeypatch):
    monkeypatch.setattr(queries, "VERSIONS_A_PAGE", 1)
    sign_in(vera)
    with CaptureQueriesContext(connection) as asked:
        pages = [text_of(client.get(f"/p/beacon/versions/?page={number}")) for number in (1, 2)]
    assert not [each["sql"] for each in asked if '"roadmap_version"."snapshot"' in each["sql"]]
    assert "Version 2" in pages[0] and "Version 1" not in pages[0]
    assert "Version 1" in pages[1] and "Page 2 of 2" in pages[1] and "The newest" not in pages[1]


def test_a_version_keeps_how_much_it_holds_and_how_much_it_changed(history):
    kept = [(version.feature_count, version.change_count) for version in history]
    assert kept == [(3, None), (3, 1)]
    for version in history:
        page = queries.version_page(version)
        assert len(page.snapshot["features"]) == version.feature_count
        assert page.change_count == (version.change_count or page.change_count)


def test_versions_of_an_earlier_release_are_counted_without_touching_what_is_hashed(history):
    module = import_module("roadmap.migrations.0009_count_published_versions")
    append_only.remove()
    Version.objects.update(feature_count=0, change_count=None)
    if connection.vendor == "postgresql":
        append_only.install()
    connection.check_constraints()
    module.count(apps, SimpleNamespace(connection=connection, execute=connection.cursor().execute))
    append_only.install()
    assert list(Version.objects.order_by("number").values_list("feature_count", "change_count")) == [(3, None), (3, 1)]
    assert queries.broken_link(history[0].product) is None
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.update(feature_count=9)


def test_an_empty_list_says_what_a_version_is(sign_in, mia, beacon):
    assert "Nothing is published yet." in text_of(sign_in(mia).get("/p/beacon/versions/"))


def test_a_version_shows_its_changes_outcome_and_that_it_is_unchanged(sign_in, vera, history):
    second = text_of(sign_in(vera).get("/p/beacon/versions/2/"))
    assert "One thing has changed since version 1." in second
    assert "2027.1 · ends Mar" in second
    assert "2027.2 · ends Jun" in second
    assert history[1].snapshot_hash in second
    assert "Yes: its content still gives the hash" in second
    first = text_of(sign_in(vera).get("/p/beacon/versions/1/"))
    assert "Version 1 is confirmed with concerns . 2 of 2 confirm it, one of them with concerns." in first


def test_a_version_keeps_what_it_said_when_the_roadmap_goes_on(sign_in, vera, history, features):
    features[0].title = "A name of today"
    features[0].save(update_fields=["title"])
    page = text_of(sign_in(vera).get("/p/beacon/versions/1/"))
    assert "Route by skill" in page
    assert "A name of today" not in page


def test_anyone_can_hash_the_download_again(sign_in, mia, history):
    body = sign_in(mia).get("/p/beacon/versions/2/snapshot/").content
    hashed = hashlib.sha256(history[0].snapshot_hash.encode() + b"\n" + body).hexdigest()
    assert hashed == history[1].snapshot_hash


@pytest.mark.parametrize(
    "path, statuses",
    [
        ("/p/beacon/versions/", {"vera": 200, "stan": 200, "mia": 200, "max": 404}),
        ("/p/beacon/versions/1/", {"vera": 200, "stan": 200, "mia": 200, "max": 404}),
        ("/p/beacon/versions/9/", {"vera": 404, "stan": 404, "mia": 404, "max": 404}),
        ("/p/beacon/versions/1/snapshot/", {"vera": 403, "stan": 403, "mia": 200, "max": 404}),
    ],
)
def test_who_may_read_versions(request, sign_in, history, path, statuses):
    for who, status in statuses.items():
        assert sign_in(request.getfixturevalue(who)).get(path).status_code == status, who


def test_the_managers_part_shows_departments_and_the_features_that_are_named(sign_in, mia, stan, history, features):
    round = round_of(history[0])
    page = sign_in(mia).get(f"/p/beacon/rounds/{round.public_id}/confirmation/")
    text = text_of(page)
    assert f"{features[0].key} {features[0].title} Stan Lindqvist" in text
    assert "Leadership" in text
    assert "1 of 1" in text
    assert sign_in(stan).get(f"/p/beacon/rounds/{round.public_id}/confirmation/").status_code == 403


# verify_history


def verified():
    out = StringIO()
    call_command("verify_history", stdout=out)
    return out.getvalue()


def plant(sql, *params):
    """Change a row as someone with the database's password would: past the triggers."""
    append_only.remove()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
    finally:
        append_only.install()


def test_an_untouched_history_is_said_to_be_whole(history):
    assert "Beacon: 2 versions, 1 closed confirmation, nothing was changed." in verified()


@pytest.mark.parametrize(
    "sql, where",
    [
        ("UPDATE roadmap_version SET snapshot = replace(snapshot, 'Route', 'Rout') WHERE number = 1", "version 1"),
        ("UPDATE roadmap_version SET note = 'Another note' WHERE number = 1", "version 1"),
        ("UPDATE roadmap_version SET previous_hash = '' WHERE number = 2", "version 2"),
        ("UPDATE roadmap_version SET snapshot = 'x' WHERE number = 2", "version 2"),
        ("UPDATE roadmap_version SET number = 7 WHERE number = 2", "version 2"),
    ],
)
def test_a_planted_change_of_a_version_is_found_and_named(history, sql, where):
    plant(sql)
    with pytest.raises(CommandError, match=f"Beacon, {where}"):
        verified()


def test_a_version_that_was_cut_out_is_found(beacon, mia, stan, history):
    withdraw_round(round_of(history[1]), why="Next.", by=mia, now=clock.now())
    publish(beacon, mia, required=[stan])
    plant("DELETE FROM roadmap_confirmation WHERE version_id = %s", history[1].pk)
    plant("DELETE FROM roadmap_version WHERE id = %s", history[1].pk)
    with pytest.raises(CommandError, match="Beacon, version 2"):
        verified()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE roadmap_answer SET verdict = 'confirm' WHERE verdict = 'concerns'",
        "UPDATE roadmap_answer SET text = 'Fine.' WHERE verdict = 'concerns'",
        "DELETE FROM roadmap_answerfeature",
        "UPDATE stakeholders_round SET outcome = replace(cast(outcome as text), 'with_concerns', 'confirmed')"
        " WHERE outcome IS NOT NULL",
    ],
)
def test_a_planted_change_of_an_answer_or_outcome_is_found(history, sql):
    if connection.vendor == "postgresql":
        sql = sql.replace("'confirmed')", "'confirmed')::jsonb")
    plant(sql)
    with pytest.raises(CommandError, match="Beacon, confirmation of version 1"):
        verified()


def test_answers_of_an_open_round_are_not_yet_under_seal(history, stan):
    say(round_of(history[1]), stan, "confirm")
    assert Answer.objects.count() == 3
    assert "nothing was changed" in verified()


def test_the_snapshot_lists_every_planned_feature_once(history, features):
    assert [entry["id"] for entry in snapshot_of(history[1])["features"]] == [each.pk for each in features]
