"""Counts what versions hold that were published before their counts were kept. Snapshots and hashes stay as they are."""

import json

from django.db import migrations

from roadmap.rules.differences import differences


def count(apps, schema_editor):
    versions = apps.get_model("roadmap", "Version").objects
    in_order = list(versions.order_by("product", "number").values_list("pk", "product"))
    if not in_order:
        return
    is_guarded = schema_editor.connection.vendor == "postgresql"  # on SQLite the triggers are away while migrating
    if is_guarded:
        schema_editor.execute("ALTER TABLE roadmap_version DISABLE TRIGGER USER")
    last_product, before = None, None
    for pk, product in in_order:
        snapshot = json.loads(versions.values_list("snapshot", flat=True).get(pk=pk))
        before = before if product == last_product else None
        versions.filter(pk=pk).update(
            feature_count=len(snapshot["features"]),
            change_count=None if before is None else len(differences(before, snapshot)),
        )
        last_product, before = product, snapshot
    if is_guarded:
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        schema_editor.execute("ALTER TABLE roadmap_version ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0008_version_counts")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
