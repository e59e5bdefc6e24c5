"""What the state machine plays on: Temporal server, worker, database and payment sandbox, all real ones."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from config.settings import Settings
from db.orders.orders import Orders
from domain.cases.case import Case, CaseStatus
from domain.cases.messages import Message
from domain.enums import CaseState, ReplacementState
from domain.order import Order
from domain.payout_state import PayoutState
from domain.request import CaseIntake
from local.payment_sandbox.ledger import Ledger
from tests.chaos.kill_environment import KillEnvironment, kill_environment
from tests.support.case_starts import described, signal_with_start, start_of
from tests.support.fakes import OpenVault
from tests.support.invariants import Books, GatewayBooks, read_books, sandbox_books
from tests.support.temporal_env import dev_server
from worker.__main__ import activity_set
from worker.build import build_worker

PATIENCE_SECONDS, QUIET_SECONDS, POLL_SECONDS, CONNECTIONS = 30, 20, 0.01, 5
CUT_OFF = frozenset({RPCStatusCode.CANCELLED, RPCStatusCode.UNAVAILABLE})
UNDER_WAY = frozenset({PayoutState.PLANNED, PayoutState.SUBMITTING, PayoutState.UNKNOWN})
PAYING = frozenset({CaseState.PAYOUT_DUE, CaseState.PAYOUT_BLOCKED})
T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, asked from another one."""

    def __init__(self) -> None:
        self.running = asyncio.new_event_loop()
        self._thread = Thread(target=self.running.run_forever, name="chaos_env")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        answer: Future[T] = asyncio.run_coroutine_threadsafe(work, self.running)
        return answer.result(PATIENCE_SECONDS)

    def stop(self) -> None:
        self.running.call_soon_threadsafe(self.running.stop)
        self._thread.join()
        self.running.close()


@dataclass
class ChaosEnvironment:
    """Speaks to cases and looks at what became of them."""

    loop: Loop
    kill_env: KillEnvironment
    ledger: Ledger
    numbers: Iterator[int]

    client = property(lambda self: self.kill_env.client)

    def case(self, case_id: str) -> Case:
        case = self.kill_env.cases.case(case_id)
        assert case, f"{case_id} is not recorded"
        return case

    def place(self, order: Order) -> None:
        for payment in order.payments:
            self.kill_env.sandbox.capture(payment.reference, payment.amount)
        Orders(self.kill_env.database).put(order)

    def open(self, intake: CaseIntake) -> CaseStatus:
        return self._ask(lambda: self._open(intake))

    async def _open(self, intake: CaseIntake) -> CaseStatus:
        start = start_of(intake)  # needs the loop that it is awaited in
        return await self.client.execute_update_with_start_workflow(
            "open", args=[], start_workflow_operation=start, result_type=CaseStatus
        )

    def tell(self, case_id: str, update: str, message: Message) -> str | None:
        """Return None when the message was taken, else why not."""
        handle = self.client.get_workflow_handle(f"refund/{case_id}")
        try:
            self._ask(lambda: handle.execute_update(update, message, result_type=CaseStatus))
        except (WorkflowUpdateFailedError, RPCError) as error:
            return _refusal(error)
        return None

    def signal(self, intake: CaseIntake, name: str, message: Message) -> None:
        """Signal the case, which is taken up again when it has ended, as the webhooks do (R37)."""
        self._ask(lambda: signal_with_start(self.client, intake, name, message))

    def gateway(self, order: Order) -> GatewayBooks:
        """Return the sandbox's books of the order's payments; read from its file, as its calls are faulty at times."""
        payments = [{"id": one.reference, "amount": one.amount, "currency": "usd"} for one in order.payments]
        refunds = [asdict(refund) for one in payments for refund in self.ledger.refunds(str(one["id"]))]
        return sandbox_books({"payments": payments, "refunds": refunds})

    def books(self, order: Order, **more: Any) -> Books:
        return read_books(self.gateway(order), self.kill_env.database, [order.order_number], **more)

    def await_quiet(self, case_ids: list[str]) -> None:
        """Return when no case has anything under way but waiting for people and for pending refunds."""
        self._ask(lambda: self._quiet(case_ids))

    def await_stock(self, case_ids: list[str]) -> None:
        """Return when the stock has answered all that it was asked."""
        asking = [one for one in case_ids if _asks_stock(self.case(one))]
        if asking:
            self.await_quiet(asking)

    def terminate(self, case_ids: list[str]) -> None:
        """End what still runs, so that the server has nothing to do for it."""
        self._ask(lambda: self._terminated(case_ids))

    def _ask(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the answer; asked again when the call was cut off, as the server ends old connections."""
        for _ in range(CONNECTIONS):
            try:
                return self.loop.run(ask())
            except RPCError as error:
                if error.status not in CUT_OFF:
                    raise
        return self.loop.run(ask())

    async def _quiet(self, case_ids: list[str]) -> None:
        for case_id in case_ids:
            give_up_at = monotonic() + QUIET_SECONDS
            while busy := await self._busy_with(case_id):
                assert monotonic() < give_up_at, f"{case_id} comes to no rest: {busy}"
                await asyncio.sleep(POLL_SECONDS)

    async def _busy_with(self, case_id: str) -> str:
        """Return what is under way of the case, or nothing."""
        told, case = await described(self.client, case_id), self.case(case_id)
        runs = told.workflow_execution_info.status == WorkflowExecutionStatus.RUNNING
        if runs and (told.pending_activities or told.HasField("pending_workflow_task")):
            return f"{case.state}: {told.pending_activities} {told.pending_workflow_task}"
        is_paying = case.state in PAYING and not (case.blocked_by and case.blocked_by.stops_every_payout)
        sent = [str(one) for one in case.payouts if is_paying and one.state in UNDER_WAY]
        return f"{case.state}: {sent}" if sent else ""

    async def _terminated(self, case_ids: list[str]) -> None:
        for case_id in case_ids:
            told = await described(self.client, case_id)
            if told.workflow_execution_info.status == WorkflowExecutionStatus.RUNNING:
                await self.client.get_workflow_handle(f"refund/{case_id}").terminate("the example is over")


def _asks_stock(case: Case) -> bool:
    is_reserving = case.state is CaseState.REPLACEMENT_DUE
    return is_reserving and any(one.state is ReplacementState.PLANNED for one in case.replacements)


def _refusal(error: WorkflowUpdateFailedError | RPCError) -> str:
    """Return which kind of no it is; whatever is none is raised."""
    if isinstance(error, WorkflowUpdateFailedError) and isinstance(error.cause, ApplicationError):
        return str(error.cause.type)
    if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
        return "ended"
    raise error


def close_all(clients: Iterable[object]) -> None:
    """Close the connections of those that keep any."""
    for client in clients:
        getattr(client, "close", lambda: None)()


@contextmanager
def chaos_environment(folder: Path) -> Iterator[ChaosEnvironment]:
    """Give an environment of its own, and leave nothing of it behind."""
    loop, parts = Loop(), AsyncExitStack()
    try:
        yield ChaosEnvironment(loop, loop.run(_opened(parts, folder)), Ledger(folder / "payments.db"), count(1))
    finally:
        loop.run(parts.aclose())
        loop.stop()


async def _opened(parts: AsyncExitStack, folder: Path) -> KillEnvironment:
    env = await parts.enter_async_context(dev_server())
    opened = await parts.enter_async_context(kill_environment(env.client, folder))
    at = activity_set(Settings.of(opened.environment), env.client, opened.database)
    parts.callback(close_all, at.payouts.gateways.values())
    storeless = replace(at, payouts=replace(at.payouts, vault=OpenVault()))
    await parts.enter_async_context(build_worker(env.client, storeless))
    return opened
