"""What arrived while no worker was there is judged by when it arrived, not by when a worker came back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from domain.messages import AuditDecision, CourierTracking
from domain.words import CaseState
from tests.temporal_env import time_skipping_server
from tests.workflows.premises import premises
from tests.workflows.shop import OpenCase, Shop
from worker.composition import Desks, build_worker
from workflows.alarm import GRACE

PATIENCE_SECONDS = 60
LONG_AFTER = timedelta(days=2)


@dataclass
class Rounds:
    """A shop whose worker comes and goes."""

    shop: Shop
    desks: Desks

    def worker(self) -> AbstractAsyncContextManager[object]:
        return build_worker(self.shop.client, self.desks, strict_sandbox=True)

    async def approved(self) -> OpenCase:
        async with self.worker():
            case = await self.shop.open()
            await case.audit()
        return case

    async def until(self, case: OpenCase, event: str) -> None:
        async with self.worker():
            await case.until_event(event)


@pytest_asyncio.fixture
async def rounds(tmp_path: Path) -> AsyncIterator[Rounds]:
    async with asyncio.timeout(PATIENCE_SECONDS), time_skipping_server() as env:
        with premises(env, tmp_path) as (shop, desks):
            yield Rounds(shop, desks)


async def say(case: OpenCase, number: str = "SF1234567") -> None:
    await case.handle.signal("courier_tracking", CourierTracking(carrier="sf_express", tracking_number=number))


async def test_r19_a_signal_in_time_counts_though_the_worker_comes_back_after_the_deadline(rounds: Rounds) -> None:
    case = await rounds.approved()
    await case.to_second_before("ship_by")
    await say(case)
    await rounds.shop.env.sleep(GRACE + LONG_AFTER)
    await rounds.until(case, "shipment_registered")
    assert case.state is CaseState.IN_TRANSIT
    assert case.case().shipment.registered_at <= case.deadline("ship_by").when
    assert case.events().count("customer_reminded") == 2


async def test_r19_a_signal_too_late_is_kept_as_ignored_though_no_worker_was_there_to_let_the_case_expire(
    rounds: Rounds,
) -> None:
    case = await rounds.approved()
    await case.past("ship_by")
    await say(case)
    await rounds.shop.env.sleep(LONG_AFTER)
    async with rounds.worker():
        assert await case.ended() == "expired"
    assert "shipment_registered" not in case.events()
    assert case.events()[-2:] == ["return_window_ended", "signal_ignored"]
