"""Fault 31: both databases are restored to before a payout, and the gateway has forgotten the idempotency key."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.stack.ports import reserve
from local.stack.stack import Stack
from local.stack.stack_config import StackConfig
from tests.e2e.system import LAMP, system

pytestmark = pytest.mark.e2e

DATABASES = ("temporal.db", "refunds.db")


@pytest.fixture
def config(tmp_path: Path) -> Iterator[StackConfig]:
    """A system that keeps everything in a folder; its gateway sends no webhooks, which would heal much."""
    reserved = reserve()
    with reserved.guard:
        yield StackConfig(tmp_path, reserved.ports, lasting=True, tells_by_webhook=False)


def back_up(folder: Path, backup: Path) -> None:
    """Copy the databases while they are in use."""
    backup.mkdir()
    for name in DATABASES:
        with closing(sqlite3.connect(folder / name)) as live, closing(sqlite3.connect(backup / name)) as copy:
            live.backup(copy)


def restore(folder: Path, backup: Path) -> None:
    """Put the copies in the place of the databases, whose system is stopped."""
    for name in DATABASES:
        for stale in folder.glob(f"{name}*"):
            stale.unlink()
        (backup / name).replace(folder / name)


def test_fault_31_both_databases_restored_to_before_the_payout_are_one_refund(config: StackConfig) -> None:
    with system(Stack(config)) as before:
        order = before.shop.place_order(LAMP)
        case = before.ask(order, "personal", LAMP)
        before.approve(case)
        before.ship(case)
        back_up(config.folder, config.folder / "backup")
        before.inspect(case, LAMP)
        before.shop.wait_for(case["case_id"], "refunded")
        [paid] = before.shop.refunds_at_gateway(order)
    restore(config.folder, config.folder / "backup")
    with system(Stack(config)) as after:
        after.gateway("DELETE", "/sandbox/keys")
        assert after.shop.case(case["case_id"])["state"] in {"awaiting_return", "in_transit"}
        after.inspect(case, LAMP)
        [payout] = after.shop.wait_for(case["case_id"], "refunded")["payouts"]
        assert payout["gateway_refund_id"] == paid["id"]
        assert [one["id"] for one in after.shop.refunds_at_gateway(order)] == [paid["id"]]
        after.assert_books_agree(order)
