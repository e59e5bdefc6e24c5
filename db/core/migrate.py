"""Migrate a database to the newest revision: `python -m db.core.migrate URL`."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.core.engine import Database
from domain.errors import DatabaseUnavailableError

MIGRATIONS = Path(__file__).parents[1] / "migrations"
LOCK_KEY = 0x5245_4655_4E44  # an arbitrary constant: PostgreSQL's advisory locks have numbers, not names


def migrate(url: str) -> None:
    """Migrate the database to the newest revision, all or nothing; of several processes, one migrates and others wait.

    A database that a newer release has migrated is left unchanged, so that the previous release can run beside it.
    Raises ValueError for any other kind of URL, and DatabaseUnavailableError if the database does not answer.
    """
    database = Database(url)
    try:
        with database.writing() as connection:
            _upgrade(connection)
    finally:
        database.close()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if not _is_ahead(config, connection):
        command.upgrade(config, "head")


def _is_ahead(config: Config, connection: Connection) -> bool:
    """Return whether the tables are newer than the newest revision here; revisions are four-digit numbers."""
    current = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(config).get_current_head()
    return current is not None and newest is not None and current > newest


def main(arguments: list[str]) -> int:
    """Migrate the database named on the command line; return the exit code."""
    if len(arguments) != 1:
        print("usage: python -m db.core.migrate URL   (sqlite:///path or postgresql://...)", file=sys.stderr)  # noqa: T201
        return 2
    try:
        migrate(arguments[0])
    except (ValueError, DatabaseUnavailableError) as error:
        print(f"not migrated: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
