"""A cancellation from the Temporal UI, at any moment, costs nothing: the case is carried on (fault 33)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from db.core.engine import Database
from domain.cases.messages import CourierTracking
from domain.enums import ENDED_STATES, CaseState
from tests.support.case_starts import described, start_of
from tests.support.temporal_env import dev_server
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase
from tests.workflows.environment import open_shop
from tests.workflows.open_states import OPEN_STATES, until_state
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop
from worker.build import ActivitySet, build_worker

HELD_SECONDS = 13


@pytest.fixture
def shop(dev_shop: Shop) -> Shop:
    """The shop on the real dev server, with an obedient gateway."""
    dev_shop.gateway.__init__()
    return dev_shop


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Keep every other writer waiting, as a backup or a long migration does."""
    with database.writing():
        yield


async def until_waiting(case: OpenCase, events: int) -> None:
    """Wait until the workflow has begun with what was sent after so many events."""

    async def begun() -> bool:
        told = await described(case.client, case.intake.case_id)
        return told.workflow_execution_info.history_length > events

    await until(begun)


async def until_started(case: OpenCase) -> None:
    async def known() -> bool:
        try:
            return bool(await described(case.client, case.intake.case_id))
        except RPCError:
            return False

    await until(known)


async def length(case: OpenCase) -> int:
    return (await described(case.client, case.intake.case_id)).workflow_execution_info.history_length


async def is_running(case: OpenCase) -> bool:
    told = await described(case.client, case.intake.case_id)
    return told.workflow_execution_info.status == WorkflowExecutionStatus.RUNNING


async def repeated(saying: Awaitable[object]) -> None:
    """Say it again, unless the case has ended by what was said before."""
    try:
        await saying
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def test_fault_33_every_state_that_a_case_can_wait_in_is_among_those_tried() -> None:
    assert set(OPEN_STATES) == set(CaseState) - ENDED_STATES


@pytest.mark.parametrize("state", OPEN_STATES)
async def test_fault_33_a_cancel_while_the_record_waits_for_the_database_costs_nothing(
    shop: Shop, state: CaseState
) -> None:
    bring, go_on, then = OPEN_STATES[state]
    case = await bring(shop)
    await until_state(case, state)
    before = await length(case)
    with held(shop.database):
        said = asyncio.create_task(go_on(shop, case))
        await until_waiting(case, before)
        await case.handle.cancel()
        assert not said.done() or state is CaseState.PAYOUT_DUE
    try:
        await said
    except RPCError:  # the end of the run was refused because of the cancel; the caller repeats what it sent
        await repeated(go_on(shop, case))
    await until_state(case, then)
    await case.until_event("signal_ignored")
    assert not case.case().is_open or await is_running(case)


async def test_fault_18_a_cancel_during_thirteen_seconds_without_a_database_loses_no_accepted_signal(
    shop: Shop,
) -> None:
    case = await approved(shop)
    with held(shop.database):
        await case.handle.signal("courier_tracking", CourierTracking(carrier="sf", tracking_number="SF7777777"))
        await asyncio.sleep(HELD_SECONDS)  # longer than a try of the record may take
        await case.handle.cancel()
    await until_state(case, CaseState.IN_TRANSIT)
    await case.until_event("signal_ignored")
    await case.receive()
    assert case.state is CaseState.RECEIVED


@asynccontextmanager
async def without_worker(folder: Path) -> AsyncIterator[tuple[Shop, ActivitySet]]:
    """Give a shop on a dev server of its own, whose worker a test starts when it likes."""
    async with dev_server() as env:
        with open_shop(env, folder) as (shop, activity_set):
            yield shop, activity_set


def worker(shop: Shop, activity_set: ActivitySet) -> Worker:
    return build_worker(shop.client, activity_set, sandboxed=True)


async def test_fault_33_a_cancel_before_the_first_worker_comes_lets_the_case_open(tmp_path: Path) -> None:
    async with without_worker(tmp_path) as (shop, activity_set):
        case = await shop.open(starts=False)
        opening = asyncio.create_task(
            case.client.execute_update_with_start_workflow("open", start_workflow_operation=start_of(case.intake))
        )
        await until_started(case)
        await case.handle.cancel()
        async with worker(shop, activity_set):
            await opening
            await case.until_event("signal_ignored")
            await case.audit()
        assert case.state is CaseState.AWAITING_RETURN


async def test_fault_33_a_cancel_while_the_case_is_opened_lets_the_case_open(shop: Shop) -> None:
    case = await shop.open(starts=False)
    with held(shop.database):
        opening = asyncio.create_task(case.start())
        await until_started(case)
        await case.handle.cancel()
        assert not opening.done()
    await opening
    await case.audit()
    assert case.state is CaseState.AWAITING_RETURN
