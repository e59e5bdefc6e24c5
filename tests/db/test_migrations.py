"""How the tables come to be, on both engines."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from db.core.engine import Database
from db.core.migrate import main, migrate
from db.orders.orders import Orders
from db.tables import METADATA
from tests.db.facts import an_order, at_once


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_an_empty_database_is_migrated_and_again_without_loss(empty_url: str):
    migrate(empty_url)
    database = Database(empty_url)
    Orders(database).put(an_order())
    migrate(empty_url)
    database.ping()
    assert Orders(database).get("O-1") == an_order()
    database.close()


def test_of_several_migrations_at_once_one_does_it_and_the_rest_wait(empty_url: str):
    assert at_once(6, lambda _: migrate(empty_url)) == [None] * 6


def test_the_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]):
    assert main([]) == 2
    assert "usage: python -m db.core.migrate URL" in capsys.readouterr().err


def test_the_command_says_in_one_line_what_is_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    for url in ("mysql://host/db", "postgresql://127.0.0.1:1/db", f"sqlite:///{tmp_path}/file/refunds.db"):
        assert main([url]) == 1
        said = capsys.readouterr().err
        assert said.startswith("not migrated: ")
        assert said.count("\n") == 1
