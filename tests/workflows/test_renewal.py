"""A case with a long history continues in a new run, however much is sent to it meanwhile (fault 30)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from domain.cases.messages import CourierTracking
from domain.enums import CaseState
from domain.payout_state import PayoutState
from tests.support.temporal_env import forwarding_server
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase
from tests.workflows.environment import open_shop
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop
from worker.build import build_worker

LONG = 100
BURST = 240
CALLERS = 3
PACE_SECONDS = 0.1


@pytest_asyncio.fixture(scope="module")
async def long_shop(tmp_path_factory) -> AsyncIterator[Shop]:
    """A shop on the real dev server, which finds a history long after a hundred events."""
    folder: Path = tmp_path_factory.mktemp("long_shop")
    async with forwarding_server(limit__historyCount__suggestContinueAsNew=LONG) as env:
        with open_shop(env, folder) as (shop, activity_set):
            async with build_worker(env.client, activity_set, sandboxed=True):
                yield shop


async def run_id(case: OpenCase) -> str:
    return (await case.handle.describe()).run_id


async def events(case: OpenCase) -> int:
    return (await case.handle.describe()).history_length


async def post(case: OpenCase, number: str) -> None:
    """Signal a parcel, as a courier's webhook does."""
    await case.handle.signal("courier_tracking", CourierTracking(carrier="sf_express", tracking_number=number))


def numbers(case: OpenCase) -> set[str]:
    return {str(one.details.get("tracking_number")) for one in case.timeline()}


async def lengthened(case: OpenCase) -> str:
    """Bring the case's history near its limit, and return its run."""
    sent = 0
    while await events(case) < LONG - 8:
        await case.ship(f"SFLONG{sent:04}")
        sent += 1
    return await run_id(case)


async def test_fault_30_updates_and_signals_near_the_limit_are_all_answered_in_a_new_run(long_shop: Shop) -> None:
    case = await approved(long_shop)
    before = await lengthened(case)

    async def calls(caller: int) -> None:
        for turn in range(10):
            await case.ship(f"SFCALL{caller}{turn:03}")

    told = [f"SFPOST{number:04}" for number in range(BURST)]
    await asyncio.gather(*(calls(caller) for caller in range(CALLERS)), *(post(case, number) for number in told))

    async def everything() -> bool:
        return set(told) <= numbers(case)

    await until(everything, seconds=60)
    assert {f"SFCALL{caller}{turn:03}" for caller in range(CALLERS) for turn in range(10)} <= numbers(case)
    assert await run_id(case) != before
    assert await events(case) < LONG * 10
    await case.elapsed("parcel_stalled")
    await case.until_event("parcel_stalled")
    assert case.state is CaseState.LOST_IN_RETURN


async def test_fault_30_a_steady_stream_of_signals_does_not_keep_a_case_in_its_long_run(long_shop: Shop) -> None:
    case = await approved(long_shop)
    before = await lengthened(case)
    is_enough = asyncio.Event()

    async def stream() -> int:
        sent = 0
        while not is_enough.is_set():
            await post(case, f"SFFLOW{sent:05}")
            sent += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(is_enough.wait(), PACE_SECONDS)
        return sent

    async def is_renewed() -> bool:
        return await run_id(case) != before

    flow = asyncio.create_task(stream())
    await until(is_renewed, seconds=60)
    is_enough.set()
    sent = await flow

    async def everything() -> bool:
        return {f"SFFLOW{number:05}" for number in range(sent)} <= numbers(case)

    await until(everything, seconds=60)
    assert case.state is CaseState.IN_TRANSIT


async def test_fault_30_a_steady_stream_of_updates_does_not_keep_a_case_in_its_long_run(long_shop: Shop) -> None:
    case = await approved(long_shop)
    before, sent = await lengthened(case), 0

    async def calls(caller: int) -> None:
        nonlocal sent
        while await run_id(case) == before:
            await case.ship(f"SFCALL{caller}{sent:05}")
            sent += 1

    async with asyncio.timeout(60):
        await asyncio.gather(*(calls(caller) for caller in range(CALLERS)))
    assert sum(number.startswith("SFCALL") for number in numbers(case)) == sent


async def test_fault_30_a_payout_that_stays_pending_does_not_keep_a_case_in_its_long_run(long_shop: Shop) -> None:
    long_shop.gateway.state = PayoutState.PENDING
    case = await approved(long_shop, lines=[("MUG", 2)])
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "missing"))
    await case.until_event("payout_pending")
    before = await run_id(case)
    for sent in range(LONG):
        await case.handle.signal("refund_guess", sent)

    async def is_renewed() -> bool:
        return await run_id(case) != before

    await until(is_renewed, seconds=60)
    await case.until_event("signal_ignored", LONG)
    long_shop.gateway.state = PayoutState.SUCCEEDED
    await case.forward(timedelta(hours=2))
    await case.until_event("payout_succeeded")
    assert len(long_shop.gateway.refunds) == 1
