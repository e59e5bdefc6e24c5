import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.core.migrate import migrate
from tests.reconciliation.books_fixture import BooksFixture


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "refunds.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def books(migrated_file: Path, tmp_path: Path, sandbox) -> Iterator[BooksFixture]:
    shutil.copy(migrated_file, tmp_path / "refunds.db")
    books = BooksFixture(f"sqlite:///{tmp_path}/refunds.db", sandbox)
    yield books
    books.close()
