"""Proves that the database can store something now, and leaves nothing behind (fault 21)."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from db.core.engine import Database
from domain.errors import DatabaseFullError

FREE_BYTES = 16 * 1024 * 1024
"""What must be free on the disk of an SQLite file: its log grows by some megabytes before it is used again."""

_PROBE = "refunds_write_probe"
_FILL = {
    # Both are undone; the new table takes space on the disk, which a row of an existing one may not do.
    "sqlite": (
        f"CREATE TABLE {_PROBE} (filled BLOB)",
        f"INSERT INTO {_PROBE} VALUES (zeroblob(65536))",  # noqa: S608 - constants
    ),
    "postgresql": (
        "DELETE FROM alembic_version WHERE false",  # refused in a read-only transaction, unlike the next two
        f"CREATE TEMPORARY TABLE {_PROBE} (filled text)",
        f"INSERT INTO {_PROBE} SELECT repeat('x', 1000) FROM generate_series(1, 64)",  # noqa: S608 - constants
    ),
}


class _UndoneError(Exception):
    """Ends the transaction of the proof without a trace."""


def prove_writable(database: Database) -> None:
    """Prove that the database answers, has its tables and can store something.

    Raises DatabaseFullError when its disk is full or read-only, otherwise DatabaseUnavailableError.
    """
    database.ping()
    if database.dialect == "sqlite":
        _prove_room(Path(str(database.url.database)).parent)
    with suppress(_UndoneError), database.writing() as connection:
        for statement in _FILL[database.dialect]:
            connection.exec_driver_sql(statement)
        raise _UndoneError


def _prove_room(folder: Path) -> None:
    """Raise DatabaseFullError unless the folder has room and takes a file: SQLite's own undone writes need no disk."""
    try:
        free = os.statvfs(folder)
        with TemporaryFile(dir=folder) as probe:
            probe.write(bytes(65536))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise DatabaseFullError(f"the database's folder takes no file ({error.strerror})") from error
    room = free.f_bavail * free.f_frsize
    if room < FREE_BYTES:
        said = f"{room // 2**20} MB are free on the database's disk, at least {FREE_BYTES // 2**20} are needed"
        raise DatabaseFullError(said)
