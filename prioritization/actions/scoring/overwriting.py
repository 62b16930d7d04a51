"""Writes many standings at once: an UPDATE per row takes seconds at 10,000 features, and so do thousands of parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Any

from django.db import connection

from roadmap.models import Standing

ROWS_A_STATEMENT = 500


def overwrite(product_id: int, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or overwrite standings; each row has `feature_id` and figures under their fields' names.

    Rows without `criteria` overwrite only what they bring, and must exist. PostgreSQL gets all of them as one JSON
    document, which it takes apart itself; SQLite 500 rows a statement.
    """
    if not rows:
        return
    fields = [name for name in rows[0] if name != "feature_id"]
    if connection.vendor == "postgresql":
        _as_one_document(product_id, run_id, rows, fields)
        return
    Standing.objects.bulk_create(
        (Standing(product_id=product_id, run=run_id, **row) for row in rows),
        batch_size=ROWS_A_STATEMENT,
        update_conflicts=True,
        unique_fields=["feature"],
        update_fields=["run", *fields],
    )


def _as_one_document(product_id: int, run_id: int, rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> None:
    """Write the rows by one statement; every name in it comes from the model."""
    meta = Standing._meta
    types = {"feature_id": "bigint", **{name: meta.get_field(name).db_type(connection) for name in fields}}
    given = f"jsonb_to_recordset(%s::jsonb) AS given ({', '.join(f'{name} {kind}' for name, kind in types.items())})"
    if "criteria" in fields:
        columns = ", ".join(types)
        set_ = ", ".join(f"{name} = excluded.{name}" for name in ("run", *fields))
        sql = f"""INSERT INTO {meta.db_table} (product_id, run, {columns}) SELECT %s, %s, {columns} FROM {given}
            ON CONFLICT (feature_id) DO UPDATE SET {set_}"""  # noqa: S608
    else:
        set_ = ", ".join(f"{name} = given.{name}" for name in fields)
        sql = f"""UPDATE {meta.db_table} AS held SET run = %s, {set_} FROM {given}
            WHERE held.product_id = %s AND held.feature_id = given.feature_id"""  # noqa: S608
    document = dumps(rows)
    with connection.cursor() as cursor:
        cursor.execute(sql, [product_id, run_id, document] if "criteria" in fields else [run_id, document, product_id])
