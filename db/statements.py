"""Inserts that give way to a row that is there already, in the words of either engine."""

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

__all__ = ["INSERTS", "PostgreSQLInsert", "SQLiteInsert", "insert_or"]

INSERTS = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


def insert_or(session: Session, table: Table) -> PostgreSQLInsert | SQLiteInsert:
    """Return an insert that knows ON CONFLICT."""
    return INSERTS[session.get_bind().dialect.name](table)
