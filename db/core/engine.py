"""Access to the database: embedded SQLite or a PostgreSQL server, with the same behaviour."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE, SQLITE_READONLY
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError as SQLiteError
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import DatabaseFullError, DatabaseUnavailableError

POOL_SIZE = 20
WAIT_SECONDS = 10
_SWITCH_AGAIN_SECONDS = 0.01


class Database:
    """Transactions on one database; a writing one never sees a state that another one is still changing.

    Raises ValueError if the URL is for neither SQLite nor PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        self.url = database_url(url)
        self.engine = _ENGINES[self.dialect](self.url)
        self._readers = self.engine.execution_options(**_READS[self.dialect])
        self._writers = self.engine.execution_options(writes=True)
        # SQLite allows one writer at a time and makes the others poll; queueing our own threads costs less.
        self._turn: AbstractContextManager[Any] = Lock() if self.dialect == "sqlite" else nullcontext()

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.url.get_backend_name()

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Open a transaction that commits at the end or leaves no trace; raises DatabaseUnavailableError."""
        with self._turn, _named_failures(), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Open a transaction that reads one consistent state; raises DatabaseUnavailableError."""
        with _named_failures(), self._readers.connect() as connection:
            yield connection

    def ping(self) -> None:
        """Check that the database answers and has its tables; raises DatabaseUnavailableError if not."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                raise DatabaseUnavailableError(
                    "the database has no tables yet: run python -m db.core.migrate with its URL"
                )

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def database_url(url: str) -> URL:
    """Return the URL with the driver to use; raises ValueError for any other kind of database."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("the database URL cannot be read; write sqlite:///path or postgresql://...") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ValueError(f"the database URL starts with {parsed.drivername}:; write sqlite:///path or postgresql://...")
    return parsed.set(drivername=driver)


_DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_READS: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


# A server that disappears silently is noticed (fault 23), and no statement and no lock is waited for forever.
_PATIENCE = {
    "connect_timeout": WAIT_SECONDS,
    "keepalives_idle": WAIT_SECONDS,
    "keepalives_interval": WAIT_SECONDS,
    "keepalives_count": 3,
    "tcp_user_timeout": 3 * WAIT_SECONDS * 1000,
    "options": f"-c lock_timeout={WAIT_SECONDS}s -c statement_timeout={3 * WAIT_SECONDS}s",
}


def _postgresql_engine(url: URL) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    return create_engine(url, pool_size=POOL_SIZE, pool_timeout=WAIT_SECONDS, pool_pre_ping=True, connect_args=patience)


def _sqlite_engine(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise ValueError("the database URL names no file; write sqlite:///path")
    _make_folder(Path(str(url.database)).parent)
    engine = create_engine(url, pool_size=POOL_SIZE, pool_timeout=WAIT_SECONDS, connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


_ENGINES = {"sqlite": _sqlite_engine, "postgresql": _postgresql_engine}


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailableError(f"the database's folder {folder} cannot be created: {error.strerror}") from error


def _prepare_sqlite(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves: the driver would send a plain one
    _keep_a_journal_ahead(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_journal_ahead(connection: SQLiteConnection) -> None:
    # If two processes switch a new file to WAL at once, SQLite refuses one of them without waiting.
    give_up_at = monotonic() + WAIT_SECONDS
    while not _is_switched(connection, may_wait=monotonic() < give_up_at):
        sleep(_SWITCH_AGAIN_SECONDS)


def _is_switched(connection: SQLiteConnection, *, may_wait: bool) -> bool:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except SQLiteError as error:
        if error.sqlite_errorcode & 0xFF != SQLITE_BUSY or not may_wait:
            raise
        return False
    return True


def _begin_sqlite(connection: Connection) -> None:
    # After a plain BEGIN, a later write fails if another transaction has written in between.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_FULL_SQLITE = frozenset({SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE})
# disk_full, read_only_sql_transaction (as hosted servers become when their disk fills up), io_error
_FULL_POSTGRESQL = frozenset({"53100", "25006", "58030"})


@contextmanager
def _named_failures() -> Generator[None]:
    try:
        yield
    except DatabaseError as error:
        if not isinstance(error, OperationalError | InternalError) and type(error) is not DatabaseError:
            raise  # what is wrong is the statement or its values
        raise _unavailable(error) from error
    except InterfaceError as error:
        raise _unavailable(error) from error
    except PoolTimeoutError as error:
        raise DatabaseUnavailableError(
            "all connections to the database are busy: try again later or send fewer requests at once"
        ) from error


def _unavailable(error: DatabaseError | InterfaceError) -> DatabaseUnavailableError:
    cause = str(error.orig).partition("\n")[0]
    if _is_full(error.orig):
        return DatabaseFullError(f"the database can store nothing, because its disk is full or read-only: {cause}")
    return DatabaseUnavailableError(f"the database does not answer as it should: {cause}")


def _is_full(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code in _FULL_SQLITE or code & 0xFF == SQLITE_READONLY
    return getattr(error, "sqlstate", None) in _FULL_POSTGRESQL
