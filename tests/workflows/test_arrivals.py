"""What arrived while no worker was there is judged by when it arrived, not by when a worker came back."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from domain.cases.messages import CourierTracking
from domain.enums import CaseState, CourierStatus
from tests.support.assertions import assert_present
from tests.support.temporal_env import time_skipping_server
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase
from tests.workflows.environment import open_shop
from tests.workflows.shop import Shop
from worker.build import ActivitySet, build_worker

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.1
A_MOMENT = timedelta(seconds=4)
A_SECOND = timedelta(seconds=1)


@dataclass
class Rounds:
    """A shop whose worker comes and goes; without one no server lets its clock jump, so seconds pass as they are."""

    shop: Shop
    activity_set: ActivitySet

    def worker(self) -> AbstractAsyncContextManager[object]:
        """Give a worker that keeps no case in memory: this server would go on waiting for the one that did."""
        return build_worker(self.shop.client, self.activity_set, max_cached_workflows=0, sandboxed=True)

    async def left_alone_at(self, distance: timedelta) -> OpenCase:
        """Return an approved case whose worker goes so far from the end of the return window."""
        async with self.worker():
            case = await self.shop.open()
            await case.audit()
            await case.forward(case.deadline("ship_by").when + distance - await case.now())
            await case.until_event("customer_reminded", 2)
        return case

    async def wait_for_the_end_of_the_window(self, case: OpenCase) -> None:
        end = case.deadline("ship_by").when + A_SECOND
        await until(case.now, lambda now: now > end, PATIENCE_SECONDS)


@pytest_asyncio.fixture
async def rounds(tmp_path: Path) -> AsyncIterator[Rounds]:
    async with time_skipping_server() as env:
        with open_shop(env, tmp_path) as (shop, activity_set):
            yield Rounds(shop, activity_set)


async def say(case: OpenCase) -> None:
    parcel = CourierTracking(carrier="sf_express", tracking_number="SF1234567", status=CourierStatus.IN_TRANSIT)
    await case.handle.signal("courier_tracking", parcel)


async def test_r19_a_signal_in_time_counts_though_the_worker_comes_back_after_the_deadline(rounds: Rounds) -> None:
    case = await rounds.left_alone_at(-A_MOMENT)
    await say(case)
    await rounds.wait_for_the_end_of_the_window(case)
    async with rounds.worker():
        await case.until_event("shipment_registered")
    assert case.state is CaseState.IN_TRANSIT
    assert assert_present(case.case().shipment).registered_at <= case.deadline("ship_by").when
    assert "return_window_ended" not in case.events()


async def test_r19_a_signal_after_the_deadline_is_late_though_nobody_had_let_the_case_expire(rounds: Rounds) -> None:
    case = await rounds.left_alone_at(A_SECOND)
    await say(case)
    assert case.state is CaseState.AWAITING_RETURN
    async with rounds.worker():
        assert await case.ended() == "expired"
    last_two = case.timeline()[-2:]
    assert {one.event for one in last_two} == {"return_window_ended", "signal_ignored"}
    assert [one.details["why"] for one in last_two if one.event == "signal_ignored"] == [
        "not expected in state expired"
    ]
    assert case.case().shipment is None
