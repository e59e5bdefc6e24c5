"""Transactions on both engines, and what is said when a database is not there."""

import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import update

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.order_rows import lock_order
from db.orders.orders import Orders
from db.tables import OrderPaymentRow
from domain.cases.case import Case
from domain.errors import DatabaseUnavailableError
from tests.db.facts import a_case, an_order, at_once, entry, later, rows
from tests.support.assertions import does_not_raise
from tests.support.postgres import Postgres

PAYMENTS = OrderPaymentRow.__table__


def test_a_transaction_that_fails_leaves_no_trace(database: Database, orders: Orders):
    orders.put(an_order())

    def half_way() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE orders SET customer_id = 'c-2'")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        half_way()
    assert rows(database, "SELECT customer_id FROM orders") == [("c-1",)]


def test_fault_9_read_and_write_from_many_processes_loses_no_update(url: str):
    # A process has a Database of its own, with nothing in common but the tables.
    databases = [Database(url) for _ in range(3)]
    Orders(databases[0]).put(an_order())

    def add_one(number: int) -> None:
        with databases[number % 3].writing() as connection:
            run = connection.exec_driver_sql
            lock_order(connection, "O-1")
            total = run("SELECT max(captured) FROM order_payments").scalar_one()
            changed = update(PAYMENTS).where(PAYMENTS.c.reference == "pi_card")
            connection.execute(changed.values(captured=total + 1))

    assert at_once(30, add_one) == [None] * 30
    assert rows(databases[0], "SELECT max(captured) FROM order_payments") == [(6030,)]
    for database in databases:
        database.close()


def test_a_reading_sees_one_state_while_others_write(database: Database, orders: Orders):
    orders.put(an_order())
    count = "SELECT count(*) FROM orders"
    with database.reading() as connection:
        before = connection.exec_driver_sql(count).scalar_one()
        orders.put(an_order(order_number="O-2"))
        assert connection.exec_driver_sql(count).scalar_one() == before


def test_ping_returns_on_a_migrated_database(database: Database):
    with does_not_raise():
        database.ping()


def test_ping_says_that_tables_are_missing(empty_url: str):
    database = Database(empty_url)
    with pytest.raises(DatabaseUnavailableError, match="has no tables yet"):
        database.ping()
    database.close()


def test_fault_20_a_server_that_is_not_there_is_one_clear_line():
    database = Database("postgresql://refunds:secret@127.0.0.1:1/refunds")
    with pytest.raises(DatabaseUnavailableError) as failure:
        database.ping()
    assert "the database does not answer as it should" in failure.value.message
    assert "\n" not in failure.value.message
    assert "secret" not in failure.value.message


@pytest.mark.parametrize("url", ["mysql://host/db", "postgresql+asyncpg://host/db", "sqlite://", "sqlite:///:memory:"])
def test_a_url_of_another_kind_says_what_to_write(url: str):
    with pytest.raises(ValueError, match="write sqlite:///path"):
        Database(url)


def test_fault_20_nothing_is_lost_while_the_server_restarts(postgres: Postgres):
    with postgres.migrated() as url:
        database = Database(url)
        cases = Cases(database)
        Orders(database).put(an_order())
        opened = cases.open(a_case(), [])
        attempts = at_once(5, lambda number: restarts(postgres) if number == 0 else insist(cases, opened, number))
        assert all(isinstance(one, int) for one in attempts[1:]), attempts
        assert len(cases.timeline(opened.case_id)) == 4 * 40
        database.close()


def restarts(postgres: Postgres) -> None:
    for _ in range(3):
        postgres.restart()


def insist(cases: Cases, opened: Case, caller: int) -> int:
    """Record forty entries, each until it is taken; return how many times that took."""
    return sum(taken_after(lambda at=at: cases.record(opened, [entry(100 * caller + at)])) for at in range(40))


def taken_after(record: Callable[[], object]) -> int:
    for attempt in count(1):
        try:
            record()
        except DatabaseUnavailableError:
            continue
        return attempt
    raise AssertionError("unreachable")


def test_fault_23_a_lock_is_not_waited_for_without_end(postgres: Postgres):
    with postgres.migrated() as url:
        database = Database(f"{url}&options=-c%20lock_timeout%3D50ms")
        orders = Orders(database)
        orders.put(an_order())
        with database.writing() as connection:
            lock_order(connection, "O-1")
            with pytest.raises(DatabaseUnavailableError, match="lock timeout"):
                orders.put(an_order(outbound_postage=600))
        database.close()


def test_a_url_that_is_none_says_what_to_write_and_does_not_repeat_it():
    with pytest.raises(ValueError, match="cannot be read") as failure:
        Database("p4ssword@host")
    assert "p4ssword" not in str(failure.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_the_same_driver(scheme: str):
    database = Database(f"{scheme}://host/db")
    assert database.url.drivername == "postgresql+psycopg"
    database.close()


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseUnavailableError, match="cannot be created"):
        Database(f"sqlite:///{tmp_path}/file/refunds.db")


def test_sqlite_commits_are_durable_and_readers_do_not_wait(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/refunds.db")
    with database.reading() as connection:
        ask = connection.exec_driver_sql
        settings = [ask(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert settings == ["wal", 2, 1]
    database.close()


def test_fault_21_a_full_disk_is_a_clear_failure_and_no_half_state(migrated_file: Path, tmp_path: Path):
    (tmp_path / "refunds.db").write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/refunds.db")
    orders, cases = Orders(database), Cases(database)
    orders.put(an_order())
    opened = cases.open(a_case(), [])
    pages = rows(database, "PRAGMA page_count")[0][0]
    with database.reading() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    changed = later(opened, refusal=None, return_address=("x" * 3000,) * 20)
    with pytest.raises(DatabaseUnavailableError, match="full"):
        cases.record(changed, [entry(100)])
    assert cases.case(opened.case_id) == opened
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    cases.record(changed, [entry(100)])
    assert cases.case(opened.case_id) == changed
    database.close()


def test_another_process_that_writes_is_waited_for(migrated_file: Path, tmp_path: Path):
    file = tmp_path / "refunds.db"
    file.write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    outcomes = at_once(
        2, lambda number: other.execute("COMMIT") and None if number else Orders(database).put(an_order())
    )
    assert outcomes == [True, None]
    other.close()
    database.close()
