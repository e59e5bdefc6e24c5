"""A database that can store nothing says so by name, keeps nothing half, and goes on once there is room (fault 21)."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import event

from db.core.engine import Database
from db.core.write_proof import FREE_BYTES, prove_writable
from db.orders.orders import Orders
from domain.errors import DatabaseFullError
from domain.order import Order
from tests.db.facts import an_order, rows
from tests.support.assertions import does_not_raise
from tests.support.small_disk import SmallDisk, small_disk

MEGABYTES = 96


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A disk that is full soon, where the server's own user may look."""
    with TemporaryDirectory(prefix="refunds-disk-") as folder:
        Path(folder).chmod(0o755)
        with small_disk(Path(folder) / "disk", MEGABYTES) as disk:
            yield disk


@pytest.fixture(params=["sqlite", "postgresql"])
def database_on_disk(request: pytest.FixtureRequest, disk: SmallDisk) -> Iterator[Database]:
    """A migrated database on that disk."""
    if request.param == "postgresql":
        with request.getfixturevalue("postgres").on_disk(disk.folder) as url:
            database = Database(url)
            yield database
            database.close()
    else:
        shutil.copy(request.getfixturevalue("migrated_file"), disk.folder / "refunds.db")
        database = Database(f"sqlite:///{disk.folder}/refunds.db")
        yield database
        database.close()


def large_order(number: int) -> Order:
    """An order that needs more room than a block that is there already has left."""
    order = an_order(order_number=f"L-{number}")
    lines = [
        order.lines[0].amend(sku=f"SKU-{place}", product_name="n" * 200, unit_price=1, quantity=1, tax=0, discount=0)
        for place in range(200)
    ]
    return order.amend(lines=tuple(lines), parcels=())


def test_fault_21_a_full_disk_is_named_keeps_nothing_half_and_needs_no_restart(
    database_on_disk: Database, disk: SmallDisk
):
    orders = Orders(database_on_disk)
    orders.put(large_order(0))
    with disk.full():
        for number in range(1, 4):
            with pytest.raises(DatabaseFullError, match="disk is full"):
                orders.put(large_order(number))
    assert [orders.get(f"L-{number}") for number in range(1, 4)] == [None] * 3
    assert rows(database_on_disk, "SELECT count(*) FROM order_lines") == [(200,)]
    for number in range(1, 4):
        orders.put(large_order(number))
    assert orders.get("L-3") == large_order(3)


def test_fault_21_a_full_disk_is_no_proof_that_the_database_takes_writes(database_on_disk: Database, disk: SmallDisk):
    tables = len(rows(database_on_disk, _TABLES[database_on_disk.dialect]))
    with does_not_raise():
        prove_writable(database_on_disk)
    with disk.full(), pytest.raises(DatabaseFullError):
        prove_writable(database_on_disk)
    with does_not_raise():
        prove_writable(database_on_disk)
    assert len(rows(database_on_disk, _TABLES[database_on_disk.dialect])) == tables


def test_fault_21_sqlite_is_not_ready_while_its_disk_has_less_room_than_its_log_needs(
    tmp_path: Path, migrated_file: Path
):
    with small_disk(tmp_path / "disk", FREE_BYTES // 2**20) as disk:
        shutil.copy(migrated_file, disk.folder / "refunds.db")
        database = Database(f"sqlite:///{disk.folder}/refunds.db")
        with pytest.raises(DatabaseFullError, match="at least 16 are needed"):
            prove_writable(database)
        database.close()


def test_fault_21_an_sqlite_file_that_may_not_grow_is_no_proof_either(tmp_path: Path, migrated_file: Path):
    shutil.copy(migrated_file, tmp_path / "refunds.db")
    database = Database(f"sqlite:///{tmp_path}/refunds.db")
    event.listen(database.engine, "begin", lambda one: one.exec_driver_sql("PRAGMA max_page_count = 1"))
    with pytest.raises(DatabaseFullError, match="disk is full"):
        prove_writable(database)
    database.close()


@pytest.mark.parametrize("prove", ["write", "proof"])
def test_fault_21_a_server_that_turned_read_only_is_full_by_name(postgres, prove: str):
    with postgres.migrated() as url:
        database = Database(url)
        event.listen(database.engine, "begin", lambda one: one.exec_driver_sql("SET TRANSACTION READ ONLY"))
        with pytest.raises(DatabaseFullError, match="read-only"):
            Orders(database).put(an_order()) if prove == "write" else prove_writable(database)
        database.close()


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT relname FROM pg_class WHERE relkind = 'r'",
}
