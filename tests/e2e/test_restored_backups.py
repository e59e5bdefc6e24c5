"""Fault 31: databases are restored to before a payout, both or the service's own alone; everything is paid once."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from temporalio.client import Client

from local.stack.ports import reserve
from local.stack.stack import Stack
from local.stack.stack_config import StackConfig
from tests.e2e.system import LAMP, MUG, System, system
from tests.support.waiting import until
from worker.schedules import CASE_WATCH

pytestmark = pytest.mark.e2e

OWN, DATABASES = ("refunds.db",), ("temporal.db", "refunds.db")


@pytest.fixture
def config(tmp_path: Path) -> Iterator[StackConfig]:
    """A system that keeps everything in a folder; its gateway sends no webhooks, which would heal much."""
    reserved = reserve()
    with reserved.guard:
        yield StackConfig(tmp_path, reserved.ports, lasting=True, tells_by_webhook=False)


def back_up(folder: Path, backup: Path, names: Sequence[str] = DATABASES) -> None:
    """Copy the databases while they are in use."""
    backup.mkdir()
    for name in names:
        with closing(sqlite3.connect(folder / name)) as live, closing(sqlite3.connect(backup / name)) as copy:
            live.backup(copy)


def restore(folder: Path, backup: Path, names: Sequence[str] = DATABASES) -> None:
    """Put the copies in the place of the databases, whose system is stopped."""
    for name in names:
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


async def watch(system: System) -> None:
    """Have the case watch look now, and wait until it has."""
    client = await Client.connect(system.stack.urls.temporal_address)
    schedule = client.get_schedule_handle(CASE_WATCH)
    looked = (await schedule.describe()).info.num_actions
    await schedule.trigger()

    async def has_looked() -> bool:
        info = (await schedule.describe()).info
        return info.num_actions > looked and not info.running_actions

    await until(has_looked, seconds=60)


async def test_fault_31_the_own_database_restored_alone_follows_temporal_by_itself(config: StackConfig) -> None:
    with system(Stack(config)) as before:
        order, other = before.shop.place_order(LAMP), before.shop.place_order(MUG)
        ended, open_one = before.ask(order, "personal", LAMP), before.ask(other, "personal", MUG)
        before.approve(ended)
        await watch(before)
        back_up(config.folder, config.folder / "backup", OWN)
        before.inspect(ended, LAMP)
        before.shop.wait_for(ended["case_id"], "refunded")
        before.approve(open_one)
        before.ship(open_one)
        shown = [before.shop.case(case["case_id"]) for case in (ended, open_one)]
        await watch(before)
    restore(config.folder, config.folder / "backup", OWN)
    with system(Stack(config)) as after:
        after.shop.wait_for(ended["case_id"], "refunded")
        after.shop.wait_for(open_one["case_id"], "in_transit")
        again = [after.shop.case(case["case_id"]) for case in (ended, open_one)]
        assert [one["payouts"] for one in again] == [one["payouts"] for one in shown]
        assert [after.events(one).count("recorded_again") for one in (ended, open_one)] == [1, 1]
        after.inspect(open_one, MUG)
        after.shop.wait_for(open_one["case_id"], "refunded")
        assert [len(after.shop.refunds_at_gateway(one)) for one in (order, other)] == [1, 1]
        after.assert_books_agree(order, other)
