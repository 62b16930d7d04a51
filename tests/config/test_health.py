"""What probes and operators get to know, and who."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from config.health import ALIVE_SECONDS
from prioritization.models import ScoreRequest
from stakeholders.actions.heartbeats import note_heartbeat
from stakeholders.clock import now as clock
from stakeholders.models import Heartbeat, Message, Organisation, Round
from tests import factories

TOKEN = "t" * 40


def status(client, token=TOKEN):
    return client.get("/-/status", headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def token(settings):
    settings.STATUS_TOKEN = TOKEN


def test_live_looks_at_nothing_else(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/-/live")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_once_every_migration_is_applied(client, db):
    answer = client.get("/-/ready")
    assert (answer.status_code, answer.content) == (200, b"ready")
    assert "no-store" in answer.headers["Cache-Control"]


def test_not_ready_while_a_migration_is_pending(client, db):
    MigrationRecorder(connection).record_unapplied("stakeholders", "0001_initial")
    answer = client.get("/-/ready")
    assert (answer.status_code, answer.content) == (503, b"1 migrations are pending")


def test_not_ready_without_a_database(client, db):
    def gone(*_):
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(gone):
        answer = client.get("/-/ready")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer")


def test_status_is_for_the_token_and_for_administrators_alone(client, token, olga, mia, max, sign_in, settings):
    assert client.get("/-/status").status_code == 404
    assert status(client, "x" * 40).status_code == 404
    assert status(client, "é").status_code == 404
    for who in (max, mia, olga):
        assert sign_in(who).get("/-/status").status_code == 404
    Organisation.current().admins.add(olga.user)
    assert sign_in(olga).get("/-/status").status_code == 200
    client.logout()
    assert status(client).status_code == 200
    settings.STATUS_TOKEN = ""
    assert status(client, "").status_code == 404


def test_status_names_the_database_that_it_really_uses(client, db, token):
    found = status(client).json()["database"]
    assert found["vendor"] == connection.vendor
    assert found["version"] == ".".join(map(str, connection.get_database_version()))


def test_status_tells_who_is_alive_and_since_when_nobody_was_heard(client, db, token):
    now = clock()
    note_heartbeat("now", process="host:1", now=now - timedelta(seconds=ALIVE_SECONDS + 20))
    note_heartbeat("now", process="host:2", now=now - timedelta(seconds=3))
    note_heartbeat("long", process="host:3", now=now - timedelta(seconds=ALIVE_SECONDS + 60))
    found = status(client).json()
    assert list(found["now"]["alive"]) == ["host:2"]
    assert 3 <= found["now"]["age_seconds"] < 60
    assert found["long"]["alive"] == {}
    assert found["long"]["age_seconds"] >= ALIVE_SECONDS + 60
    assert found["beat"] == {"age_seconds": None, "alive": {}}


def test_status_tells_the_oldest_due_mail_and_the_oldest_overdue_round(client, beacon, mia, token):
    now = clock()
    for number, minutes in enumerate((-5, 5)):
        due_at = now + timedelta(minutes=minutes)
        Message.objects.create(
            kind=Message.Kind.RECEIPT,
            key=f"m{number}",
            user=mia.user,
            message_id=f"<m{number}@x>",
            created_at=now,
            due_at=due_at,
        )
    Round.objects.create(
        product=beacon,
        kind="voting",
        title="What next?",
        zone="UTC",
        wall_time="2026-11-24",
        opened_at=now - timedelta(days=1),
        deadline_at=now - timedelta(minutes=2),
    )
    found = status(client).json()
    assert found["outbox"]["due"] == 1
    assert 300 <= found["outbox"]["oldest_due_seconds"] < 360
    assert found["rounds"]["overdue"] == 1
    assert 120 <= found["rounds"]["oldest_overdue_seconds"] < 180


def test_status_names_the_products_that_could_not_be_scored(client, beacon, token):
    at = clock() - timedelta(minutes=5)
    asked = {"asked_at": at, "claimed_at": at, "why": "OverflowError: too large"}
    ScoreRequest.objects.create(product=beacon, attempts=ScoreRequest.MOST_ATTEMPTS, **asked)
    ScoreRequest.objects.create(product=factories.product("orion"), attempts=ScoreRequest.MOST_ATTEMPTS - 1, **asked)
    found = status(client).json()["scores"]
    assert (found["asked"], found["parked"]) == (2, {"beacon": "OverflowError: too large"})
    assert 300 <= found["oldest_asked_seconds"] < 360


def test_a_process_has_one_row_and_is_forgotten_after_an_hour(db, now):
    note_heartbeat("beat", process="host:1", now=now)
    note_heartbeat("beat", process="host:1", now=now + timedelta(seconds=5))
    assert Heartbeat.objects.get().seen_at == now + timedelta(seconds=5)
    note_heartbeat("beat", process="host:2", now=now + timedelta(hours=2))
    assert [row.name for row in Heartbeat.objects.all()] == ["beat@host:2"]
