"""Insert statements for both engines, built only once because building one costs more than running it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Insert, Table, bindparam
from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Rows = Sequence[dict[str, Any]] | dict[str, Any]


def given(column: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that the column equals the parameter of the same name."""
    return column == bindparam(column.name, type_=column.type)


class InsertIgnore:
    """Adds rows and leaves existing ones unchanged; `once` names the columns by which an existing row is recognised."""

    def __init__(self, table: Table, once: Sequence[str] | None = None) -> None:
        self._statements = {
            name: insert(table).on_conflict_do_nothing(index_elements=once).execution_options(preserve_rowcount=True)
            for name, insert in _INSERTS.items()
        }

    def add(self, connection: Connection, rows: Rows) -> int:
        """Add the rows and return how many of them are new."""
        return connection.execute(self._statements[connection.dialect.name], rows).rowcount


class Upsert:
    """Adds rows and replaces those with the same primary key, except for the columns in `keep`.

    With `not_older`, a row is replaced only if that column does not decrease.
    """

    def __init__(self, table: Table, keep: Collection[str] = (), not_older: Column[Any] | None = None) -> None:
        self._statements = {name: _upsert(insert(table), table, keep, not_older) for name, insert in _INSERTS.items()}

    def write(self, connection: Connection, rows: Rows) -> int:
        """Write the rows and return how many were written."""
        return connection.execute(self._statements[connection.dialect.name], rows).rowcount


_INSERTS = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


def _upsert(
    insert: SQLiteInsert | PostgreSQLInsert, table: Table, keep: Collection[str], not_older: Column[Any] | None
) -> Insert:
    keys = [column.name for column in table.primary_key]
    changed = {column.name: column for column in insert.excluded if column.name not in {*keys, *keep}}
    where = None if not_older is None else not_older <= insert.excluded[not_older.name]
    upsert = insert.on_conflict_do_update(index_elements=keys, set_=changed, where=where)
    return upsert.execution_options(preserve_rowcount=True)
