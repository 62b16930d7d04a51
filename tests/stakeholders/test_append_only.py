"""What is append-only is refused to everyone, in SQL too."""

import pytest
from django.core.management.sql import emit_pre_migrate_signal
from django.db import IntegrityError, connection, transaction
from django.db.migrations import Migration

from stakeholders import append_only
from stakeholders.activity import record
from stakeholders.models import Activity, Verb


def _refused(sql, *params):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def line(mia, now):
    return record(mia, Verb.CREATED, mia.product, at=now)


def test_an_activity_row_can_be_neither_changed_nor_deleted(line):
    _refused("UPDATE stakeholders_activity SET verb = 'closed' WHERE id = %s", line.pk)
    _refused("DELETE FROM stakeholders_activity WHERE id = %s", line.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        line.delete()
    assert Activity.objects.get(pk=line.pk).verb == Verb.CREATED


def test_replacing_a_row_does_not_go_round_the_trigger(line):
    if connection.vendor == "sqlite":
        _refused(
            "INSERT OR REPLACE INTO stakeholders_activity (id, product_id, at, verb, object_kind, object_label, facts)"
            " VALUES (%s, %s, '2026-01-01', 'x', 'x', '', '{}')",
            line.pk,
            line.product_id,
        )
    else:
        with connection.cursor() as cursor:  # else the test's own insert would be what stands in the way
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _refused("TRUNCATE stakeholders_activity")


def test_rows_of_a_product_that_is_being_purged_may_go(line, now):
    line.product.purge_started_at = now
    line.product.save(update_fields=["purge_started_at"])
    line.delete()
    assert not Activity.objects.filter(product=line.product).exists()


def test_every_trigger_is_there_and_a_lost_one_is_reported(db):
    assert set(append_only.triggers(connection.vendor)) <= append_only.present()
    assert append_only.check_triggers(databases=["default"]) == []
    with connection.cursor() as cursor:
        on = " ON roadmap_version" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER roadmap_version_no_update{on}")
    assert "roadmap_version_no_update" in append_only.check_triggers(databases=["default"])[0].msg
    append_only.install()
    assert append_only.check_triggers(databases=["default"]) == []


def test_a_migration_may_rebuild_a_table_that_triggers_name(db):
    emit_pre_migrate_signal(0, False, "default", plan=[])
    assert set(append_only.triggers(connection.vendor)) <= append_only.present(), "nothing to do, nothing to take away"
    emit_pre_migrate_signal(0, False, "default", plan=[(Migration("a migration", "roadmap"), False)])
    if connection.vendor == "postgresql":
        assert set(append_only.triggers(connection.vendor)) <= append_only.present()
        return
    with connection.cursor() as cursor:  # as Django does it on SQLite; a trigger that names the table refuses the last
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'roadmap_confirmation'")
        cursor.execute(cursor.fetchone()[0].replace('"roadmap_confirmation"', '"new__roadmap_confirmation"', 1))
        cursor.execute("DROP TABLE roadmap_confirmation")
        cursor.execute("ALTER TABLE new__roadmap_confirmation RENAME TO roadmap_confirmation")
