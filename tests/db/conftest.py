import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.cases.cases import Cases
from db.cases.evidence import EvidenceBook
from db.cases.submissions import Submissions
from db.core.engine import Database
from db.core.migrate import migrate
from db.orders.orders import Orders
from db.payouts.payouts import Payouts
from tests.support.ledger import Ledger
from tests.support.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the test's own; every test that takes it runs on both engines."""
    if request.param == "postgresql":
        with request.getfixturevalue("postgres").migrated() as url:
            yield url
    else:
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "refunds.db")
        yield f"sqlite:///{tmp_path}/refunds.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "postgresql":
        with request.getfixturevalue("postgres").empty() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path}/refunds.db"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def orders(database: Database) -> Orders:
    return Orders(database)


@pytest.fixture
def cases(database: Database) -> Cases:
    return Cases(database)


@pytest.fixture
def payouts(database: Database) -> Payouts:
    return Payouts(database)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def submissions(database: Database) -> Submissions:
    return Submissions(database)


@pytest.fixture
def evidence(database: Database) -> EvidenceBook:
    return EvidenceBook(database)
