"""The whole of it: real Temporal, real database, real provider; a case heals without its webhook."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from activities.inbox.payment_names import PaymentNames
from activities.reconciliation import CaseUpdateActivities, ReconciliationActivities
from db.cases.submissions import Submission, Submissions
from db.core.engine import Database
from db.core.migrate import migrate
from db.inbox.payment_events import GatewayEvents
from db.payouts.payment_references import PaymentReferences
from db.payouts.payouts import Payouts
from db.reconciliation.books import Books
from db.reconciliation.findings import Findings
from domain.enums import CaseState
from domain.findings import Finding
from domain.payout_state import PayoutState
from domain.request import RefundRequest
from gateways.payments.stripe.gateway import StripeGateway
from tests.support.activity_set import activity_set_of, real_time
from tests.support.assertions import assert_present
from tests.support.fakes import ForgetfulStock
from tests.support.sandbox_process import SandboxProcess
from tests.support.temporal_env import forwarding_server
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import Shop
from worker.build import ActivitySet, build_worker
from workflows.client.case_notifier import TemporalCaseNotifier
from workflows.options import TASK_QUEUE
from workflows.reconciliation import Reconciled, ReconciliationAsked, ReconciliationWorkflow

HEALING_SECONDS = 600


@dataclass
class Reconciling:
    """A shop whose refunds go through the sandbox, and its bookkeeping."""

    shop: Shop
    database: Database
    sandbox: SandboxProcess

    async def refunded(self) -> OpenCase:
        """Return a case that was paid and has ended."""
        order = await self.shop.order()
        [payment] = order.payments
        self.sandbox.capture(payment.reference, payment.amount, order.currency)
        case = await self.shop.open(order=order)
        Submissions(self.database).claim(submission(case))
        await case.audit()
        await case.inspect(*((line.sku, line.quantity, "accepted") for line in case.intake.lines))
        assert await case.ended() == "refunded"
        return case

    async def reconcile(self, *healed: tuple[OpenCase, str]) -> Reconciled:
        """Reconcile once; its wait for the cases ends when each has shown its event."""
        handle = await self.shop.client.start_workflow(
            ReconciliationWorkflow.run,
            ReconciliationAsked(healing_seconds=HEALING_SECONDS),
            id="reconciliation/test",
            task_queue=TASK_QUEUE,
        )
        for case, event in healed:
            await case.until_event(event)
        if healed:
            await until_asleep(handle)
            await self.shop.env.fast_forward(handle, timedelta(seconds=HEALING_SECONDS))
        return await handle.result()

    def findings(self, case: OpenCase) -> list[Finding]:
        return [one for one in Findings(self.database).page() if one.case_id == case.intake.case_id]


async def until_asleep(handle: WorkflowHandle[Any, Any]) -> None:
    """Wait until the workflow has set its timer."""
    sleeps = EventType.EVENT_TYPE_TIMER_STARTED
    await until(handle.fetch_history, lambda history: sleeps in {one.event_type for one in history.events})


def submission(case: OpenCase) -> Submission:
    asked = case.intake
    request = RefundRequest(
        order_number=asked.order_number, customer_id=asked.customer_id, reason=asked.reason, lines=asked.lines
    )
    return Submission(
        idempotency_key=asked.case_id,
        principal="shop",
        body_sha256="a" * 64,
        case_id=asked.case_id,
        request=request,
        received_at=asked.received_at,
    )


@pytest_asyncio.fixture
async def driver(tmp_path: Path, sandbox: SandboxProcess) -> AsyncIterator[Reconciling]:
    url = f"sqlite:///{tmp_path}/refunds.db"
    migrate(url)
    database = Database(url)
    async with forwarding_server() as env:
        activity_set = reconciling(env.client, database, StripeGateway(sandbox.api_key, sandbox.url))
        async with build_worker(env.client, activity_set, sandboxed=True):
            yield Reconciling(Shop(env, database, ForgetfulStock(database, real_time)), database, sandbox)
    database.close()


def reconciling(client: Client, database: Database, gateway: StripeGateway) -> ActivitySet:
    """Return the activities of a worker that pays and reconciles."""
    books, events = Books(database), GatewayEvents(database)
    return replace(
        activity_set_of(client, database, gateway),
        reconciliation=ReconciliationActivities(
            {"stripe": gateway},
            books,
            Payouts(database),
            Findings(database),
            events,
            real_time,
            PaymentNames(PaymentReferences(database), {"stripe": gateway}),
        ),
        update=CaseUpdateActivities(TemporalCaseNotifier(client, Submissions(database))),
    )


async def test_fault_11_a_refund_that_failed_later_reopens_its_case_also_when_the_webhook_was_lost(
    driver: Reconciling,
):
    case = await driver.refunded()
    [payout] = case.case().payouts
    driver.sandbox.finish_refund(assert_present(payout.gateway_refund_id), "failed", "account_closed")

    first = await driver.reconcile((case, "payout_reversed"))
    assert first.notified == 1
    assert (case.state, case.case().blocked_by) == (CaseState.PAYOUT_BLOCKED, "refund_reversed")
    assert case.case().payouts[0].state is PayoutState.REVERSED

    second = await driver.reconcile()
    assert second.notified == 0
    assert driver.findings(case) == []
