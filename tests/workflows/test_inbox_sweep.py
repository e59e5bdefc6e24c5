"""The sweep of the inbox as a process: batch after batch, each kind by itself, and never without an end."""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker

from activities.inbox.sweep import Batch, Swept
from worker.build import runner
from workflows.inbox_sweep import InboxSweepAsked, InboxSweepWorkflow
from workflows.plugin import RefundPlugin

KINDS = ("apply_payment_events", "apply_courier_events", "notify_held_cases", "register_tracking_numbers")


class FakeInbox:
    """So many events of each kind, of which a batch takes away as many as it may; -1 breaks the kind."""

    def __init__(self, *waiting: int) -> None:
        self.waiting = dict(zip(KINDS, waiting, strict=True))
        self.batches = dict.fromkeys(KINDS, 0)

    def activities(self):
        return [self._activity(kind) for kind in KINDS]

    def _activity(self, kind):
        @activity.defn(name=kind)
        async def look(batch: Batch) -> Swept:
            self.batches[kind] += 1
            if self.waiting[kind] < 0:
                raise ApplicationError("the database does not answer", non_retryable=True)
            count = min(batch.limit, self.waiting[kind])
            self.waiting[kind] -= count
            return Swept(count=count)

        return look


@pytest.fixture
def client(dev_shop):
    return dev_shop.client


@asynccontextmanager
async def swept(client, inbox, **asked):
    """Sweep the inbox once, and give what came of it and the workflow."""
    queue = uuid4().hex
    async with Worker(
        client,
        task_queue=queue,
        workflows=[InboxSweepWorkflow],
        activities=inbox.activities(),
        workflow_runner=runner(sandboxed=True),
    ):
        handle = await client.start_workflow(
            InboxSweepWorkflow.run, InboxSweepAsked(**asked), id=queue, task_queue=queue
        )
        yield await handle.result(), handle


async def test_fault_16_a_full_batch_is_followed_by_another_until_one_is_not_full(client):
    inbox = FakeInbox(25, 3, 2, 0)
    async with swept(client, inbox, events_per_batch=10) as (result, _):
        assert (result.payment_events, result.courier_events, result.held_cases, result.registrations) == (25, 3, 2, 0)
    assert inbox.batches == dict(zip(KINDS, (3, 1, 1, 1), strict=True))


async def test_fault_16_what_fails_for_one_kind_keeps_no_other_from_being_swept(client):
    inbox = FakeInbox(-1, 3, -1, 2)
    async with swept(client, inbox) as (result, _):
        assert (result.payment_events, result.courier_events, result.held_cases, result.registrations) == (0, 3, 0, 2)


async def test_a_sweep_ends_however_much_waits_and_its_history_stays_small(client):
    inbox = FakeInbox(10_000, 10_000, 10_000, 10_000)
    async with swept(client, inbox) as (result, handle):
        history: WorkflowHistory = await handle.fetch_history()
    assert (result.payment_events, result.registrations) == (1_000, 200)
    assert len(history.events) < 250
    replayer = Replayer(
        workflows=[InboxSweepWorkflow], workflow_runner=runner(sandboxed=True), plugins=[RefundPlugin()]
    )
    await replayer.replay_workflow(history)
