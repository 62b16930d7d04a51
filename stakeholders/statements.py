"""Runs plain SQL where a person waits for it: planned once, or several statements in one message.

The ORM says the same more clearly, and is taken everywhere else. A tap on a ballot is what many people do at the same
moment; there, planning a join of ten tables took longer than all the rest of the request. The explanation of a rank is
opened row after row, and reads so much of one feature that the ORM took longer to say it than the database to find it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TypeVar
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError, connection, models

Rows = list[tuple[Any, ...]]
Parameters = Sequence[Any]
Row = TypeVar("Row", bound=models.Model)
Statement = tuple[str, Parameters]


class Planned:
    """A SELECT that PostgreSQL plans once a connection, and executes from then on.

    name  of the prepared statement, one for each text
    sql   with %s for each parameter, and no other per cent sign

    Behind a pooler that hands a connection's statements to others it is planned each time. Run it outside transactions.
    """

    def __init__(self, name: str, sql: str) -> None:
        self.name, self.sql = name, sql
        self.prepared_on: WeakSet[Any] = WeakSet()

    def rows(self, parameters: Parameters) -> Rows:
        """Return what it finds. Instants are as the database gave them: see `instant`."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                self._execute(cursor, parameters)
            else:
                cursor.execute(self.sql, parameters)
            return cursor.fetchall()

    def _execute(self, cursor, parameters: Parameters) -> None:
        marks = ", ".join(["%s"] * len(parameters))
        try:
            if connection.connection not in self.prepared_on:
                numbered = self.sql % tuple(f"${place}" for place in range(1, len(parameters) + 1))
                cursor.execute(f"PREPARE {self.name} AS {numbered}")
                self.prepared_on.add(connection.connection)
            cursor.execute(f"EXECUTE {self.name} ({marks})", parameters)
        except (OperationalError, ProgrammingError) as error:
            if getattr(error.__cause__, "pgcode", None) not in (UNKNOWN_STATEMENT, KNOWN_STATEMENT):
                raise
            cursor.execute(self.sql, parameters)


UNKNOWN_STATEMENT, KNOWN_STATEMENT = "26000", "42P05"


def together(*statements: Statement) -> Rows:
    """Run statements in their order, each with its parameters; return the rows of the last, none if it brings none.

    PostgreSQL gets them in one message, so that nothing waits between them; each still sees what was committed before it
    began, a lock that an earlier one waited for included.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "; ".join(sql for sql, _ in statements), [*chain.from_iterable(each for _, each in statements)]
            )
        else:
            for sql, parameters in statements:
                cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def instant(value: datetime | str | None) -> datetime | None:
    """Return an instant that plain SQL brought: PostgreSQL's, or SQLite's, which are UTC without saying so."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def as_stored(value: datetime | None) -> object:
    """Return an instant as a parameter of plain SQL."""
    return connection.ops.adapt_datetimefield_value(value)


def known(model: type[Row], columns: Mapping[str, Any]) -> Row:
    """Return a row of which only these columns are known, by their names in SQL; another is read when something asks for it."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db(DEFAULT_DB_ALIAS, names, [columns[name] for name in names])


def selected(model: type[models.Model], alias: str) -> str:
    """Return all columns of a table, as a SELECT names them that calls it `alias`."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def whole(model: type[Row], values: Sequence[Any]) -> Row | None:
    """Return the row whose `selected` columns plain SQL brought, each turned into Python; None where an outer join found none."""
    fields = model._meta.concrete_fields
    if all(value is None for value in values):
        return None
    return model.from_db(
        DEFAULT_DB_ALIAS,
        [field.attname for field in fields],
        [_in_python(field, value) for field, value in zip(fields, values, strict=True)],
    )


def _in_python(field: models.Field, value: Any) -> Any:
    column = field.cached_col
    for convert in (*connection.ops.get_db_converters(column), *field.get_db_converters(connection)):
        value = convert(value, column, connection)
    return value
