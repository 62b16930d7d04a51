"""Rows that are never rewritten: the triggers that refuse UPDATE, DELETE and late answers, on both databases.

They are installed after every migration, since SQLite drops them silently when Django rebuilds a table, and at every
start. On SQLite they are also taken away before a migration: renaming a rebuilt table reads every trigger again, and
one that names the table between its dropping and its renaming makes the whole migration fail. A DELETE passes only while the row's product is being purged (`purge_started_at` set
by the one audited action), so that a product can be deleted and nothing else ever is.
"""

# ruff: noqa: S608 — every name in this SQL is a constant of this module

from __future__ import annotations

from dataclasses import dataclass

from django.core.checks import Tags, Warning, register
from django.db import connection, connections


@dataclass(frozen=True)
class Guarded:
    """A table that only grows, and how its row leads to its product."""

    table: str
    product: str  # SQL expression in OLD that gives the product's id


@dataclass(frozen=True)
class Settled:
    """A table some of whose columns stay as they were inserted."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Timely:
    """A table whose rows must have arrived before their person's deadline, while the round is open."""

    table: str
    round: str  # SQL expression in NEW that gives the round's id
    invitation: str  # SQL condition on the invitation `i` that NEW answers, within that round


GUARDED = [
    Guarded("stakeholders_activity", "OLD.product_id"),
    Guarded("stakeholders_extension", "(SELECT r.product_id FROM stakeholders_round r WHERE r.id = OLD.round_id)"),
    Guarded("roadmap_version", "OLD.product_id"),
    Guarded(
        "roadmap_answer",
        "(SELECT r.product_id FROM roadmap_confirmation c JOIN stakeholders_round r ON r.id = c.round_id WHERE c.id = OLD.confirmation_id)",
    ),
    Guarded(
        "roadmap_answerfeature",
        "(SELECT r.product_id FROM roadmap_answer a JOIN roadmap_confirmation c ON c.id = a.confirmation_id"
        " JOIN stakeholders_round r ON r.id = c.round_id WHERE a.id = OLD.answer_id)",
    ),
    Guarded("roadmap_decision", "OLD.product_id"),
    Guarded("roadmap_decision_present", "(SELECT d.product_id FROM roadmap_decision d WHERE d.id = OLD.decision_id)"),
    Guarded(
        "prioritization_ratingchange",
        "(SELECT r.product_id FROM prioritization_ballot b JOIN prioritization_votinground v ON v.id = b.voting_id"
        " JOIN stakeholders_round r ON r.id = v.round_id WHERE b.id = OLD.ballot_id)",
    ),
    Guarded("prioritization_remark", "(SELECT r.product_id FROM stakeholders_round r WHERE r.id = OLD.round_id)"),
]

SETTLED = [Settled("prioritization_votinground", ("secrecy",))]

TIMELY = [
    Timely(
        "roadmap_answer",
        "(SELECT c.round_id FROM roadmap_confirmation c WHERE c.id = NEW.confirmation_id)",
        "i.seat_id = NEW.seat_id",
    ),
    Timely(
        "prioritization_ratingchange",
        "(SELECT v.round_id FROM prioritization_ballot b JOIN prioritization_votinground v ON v.id = b.voting_id WHERE b.id = NEW.ballot_id)",
        "i.id = (SELECT b.invitation_id FROM prioritization_ballot b WHERE b.id = NEW.ballot_id)",
    ),
    Timely("prioritization_remark", "NEW.round_id", "i.seat_id = NEW.seat_id"),
]


def _late(table: Timely) -> str:
    """SQL that is true of a NEW row that may not be written: the round has ended, or the person's own time was over."""
    return (
        f"EXISTS (SELECT 1 FROM stakeholders_round r WHERE r.id = {table.round}"
        " AND (r.closed_at IS NOT NULL OR r.cancelled_at IS NOT NULL OR (NEW.arrived_at >= r.deadline_at"
        " AND NOT EXISTS (SELECT 1 FROM stakeholders_invitation i"
        f" WHERE i.round_id = r.id AND {table.invitation} AND i.extended_to > NEW.arrived_at))))"
    )


def _purging(expression: str) -> str:
    return f"EXISTS (SELECT 1 FROM roadmap_product p WHERE p.id = {expression} AND p.purge_started_at IS NOT NULL)"


def _sqlite(table: Guarded) -> dict[str, str]:
    return {
        f"{table.table}_no_update": f"CREATE TRIGGER {table.table}_no_update BEFORE UPDATE ON {table.table} "
        f"BEGIN SELECT RAISE(ABORT, '{table.table} is append-only'); END",
        f"{table.table}_no_delete": f"CREATE TRIGGER {table.table}_no_delete BEFORE DELETE ON {table.table} "
        f"WHEN NOT {_purging(table.product)} BEGIN SELECT RAISE(ABORT, '{table.table} is append-only'); END",
    }


def _sqlite_timely(table: Timely) -> dict[str, str]:
    return {
        f"{table.table}_in_time": f"CREATE TRIGGER {table.table}_in_time BEFORE INSERT ON {table.table} "
        f"WHEN {_late(table)} BEGIN SELECT RAISE(ABORT, '{table.table}: too late'); END"
    }


def _differs(table: Settled, unlike: str) -> str:
    return " OR ".join(f"NEW.{column} {unlike} OLD.{column}" for column in table.columns)


def _sqlite_settled(table: Settled) -> dict[str, str]:
    name = table.table
    return {
        f"{name}_settled": f"CREATE TRIGGER {name}_settled BEFORE UPDATE ON {name} WHEN {_differs(table, 'IS NOT')} "
        f"BEGIN SELECT RAISE(ABORT, '{name}: {', '.join(table.columns)} cannot change'); END"
    }


def _postgres_settled(table: Settled) -> dict[str, str]:
    name = table.table
    return {
        f"{name}_settled": f"""
            CREATE OR REPLACE FUNCTION {name}_settled() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '{name}: {", ".join(table.columns)} cannot change' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE OR REPLACE TRIGGER {name}_settled BEFORE UPDATE ON {name}
                FOR EACH ROW WHEN ({_differs(table, "IS DISTINCT FROM")}) EXECUTE FUNCTION {name}_settled();"""
    }


def _postgres(table: Guarded) -> dict[str, str]:
    name = table.table
    return {
        f"{name}_no_update": f"""
            CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    IF {_purging(table.product)} THEN RETURN OLD; END IF;
                END IF;
                RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE OR REPLACE TRIGGER {name}_no_update BEFORE UPDATE OR DELETE ON {name}
                FOR EACH ROW EXECUTE FUNCTION {name}_refuse();""",
        f"{name}_no_truncate": f"""
            CREATE OR REPLACE FUNCTION {name}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'restrict_violation'; END $$;
            CREATE OR REPLACE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name}
                FOR EACH STATEMENT EXECUTE FUNCTION {name}_keep();""",
    }


def _postgres_timely(table: Timely) -> dict[str, str]:
    name = table.table
    return {
        f"{name}_in_time": f"""
            CREATE OR REPLACE FUNCTION {name}_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {_late(table)} THEN
                    RAISE EXCEPTION '{name}: too late' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER {name}_in_time BEFORE INSERT ON {name}
                FOR EACH ROW EXECUTE FUNCTION {name}_in_time();"""
    }


def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """Return every trigger: name -> (table, the SQL that makes it)."""
    is_postgres = vendor == "postgresql"
    guard, timely = (_postgres, _postgres_timely) if is_postgres else (_sqlite, _sqlite_timely)
    settled = _postgres_settled if is_postgres else _sqlite_settled
    made = {name: (t.table, sql) for t in GUARDED for name, sql in guard(t).items()}
    made |= {name: (t.table, sql) for t in SETTLED for name, sql in settled(t).items()}
    return made | {name: (t.table, sql) for t in TIMELY for name, sql in timely(t).items()}


def present(using: str = "default") -> set[str]:
    """Return the names of the triggers that the database has now."""
    db = connections[using]
    with db.cursor() as cursor:
        if db.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {row[0] for row in cursor.fetchall()}


def install(using: str = "default") -> None:
    """Make the triggers that are missing or of an earlier version, for the tables that exist. Safe to repeat."""
    db = connections[using]
    tables = set(db.introspection.table_names())
    with db.cursor() as cursor:
        if db.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            there = dict(cursor.fetchall())
        for name, (table, sql) in triggers(db.vendor).items():
            if table not in tables or (db.vendor == "sqlite" and there.get(name) == sql):
                continue
            if db.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(sql)


def remove(using: str = "default") -> None:
    """Take the triggers away: for a migration on SQLite, the tests' flush between transactional tests, and nothing else."""
    db = connections[using]
    there = present(using)
    with db.cursor() as cursor:
        for name, (table, _sql) in triggers(db.vendor).items():
            if name in there:
                cursor.execute(
                    f"DROP TRIGGER {name} ON {table}" if db.vendor == "postgresql" else f"DROP TRIGGER {name}"
                )


def remove_before_migrating(using: str, plan: list, **kwargs) -> None:
    """The receiver of pre_migrate; see above. A migration that fails leaves them away until the next one succeeds."""
    if plan and connections[using].vendor == "sqlite":
        remove(using)


def install_after_migrating(using: str, **kwargs) -> None:
    """The receiver of post_migrate."""
    install(using)


@register(Tags.database)
def check_triggers(databases=None, **kwargs) -> list[Warning]:
    """Say which guarded table has lost a trigger (run by `migrate` and `check --database default`).

    A warning, since `migrate` must go on: it is what puts them back, and after an upgrade some are new.
    """
    if not databases or "default" not in databases:
        return []
    tables = set(connection.introspection.table_names())
    there = present()
    missing = sorted(
        name for name, (table, _sql) in triggers(connection.vendor).items() if table in tables and name not in there
    )
    if not missing:
        return []
    return [
        Warning(
            f"Append-only triggers are missing: {', '.join(missing)}.",
            hint="Run manage.py migrate, which puts them back.",
            id="accord.W001",
        )
    ]
