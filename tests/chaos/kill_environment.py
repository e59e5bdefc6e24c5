"""Where workers are killed: one Temporal server, one payment sandbox and one database; a queue for each case."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from db.cases.cases import Cases
from db.core.engine import Database
from db.core.migrate import migrate
from db.orders.orders import Orders
from db.orders.stock import StockTable
from domain.cases.case import Case, CaseStatus
from domain.cases.exchange import Product
from domain.cases.messages import AuditDecision, CourierTracking, Dispatch, Message
from domain.enums import AuditVerdict, DispatchedGoods, ReplacementState, ResolutionAsked
from domain.order import Order
from local.stack.ports import reserve
from local.stack.stack_config import StackConfig
from tests.chaos.worker_main import End, kind_of, work
from tests.support.case_starts import start_of
from tests.support.factories import inspection, intake, order, order_line
from tests.support.invariants import Books, read_books, sandbox_books
from tests.support.sandbox_process import SandboxProcess
from workflows.refund.workflow import RefundWorkflow

PRICE, QUANTITY, CHEAPER, STOCK = 2500, 2, 500, 5
POLL_SECONDS = 0.02
_FORKSERVER = multiprocessing.get_context("forkserver")
_FORKSERVER.set_forkserver_preload(["pytest", "tests.chaos.worker_main", "tests.chaos.preload"])


@dataclass
class KillEnvironment:
    """The shared parts; each case has its own order, queue and worker process."""

    client: Client
    sandbox: SandboxProcess
    database: Database
    environment: dict[str, str]
    folder: Path
    exchanges: bool = False
    cases: Cases = field(init=False)
    stock: StockTable = field(init=False)

    def __post_init__(self) -> None:
        self.cases = Cases(self.database)
        self.stock = StockTable(self.database, lambda: datetime.now(UTC))

    def case(self, name: str) -> "CaseToKill":
        """Put an order with its captured payment and return the case about it, not opened yet."""
        bought = _order(name)
        self.sandbox.capture(bought.payments[0].reference, bought.payments[0].amount)
        Orders(self.database).put(bought)
        cup = f"CUP-{name}"
        self.stock.put(Product(sku=cup, product_name="Cup", available=STOCK, prices={"USD": PRICE - CHEAPER}))
        return CaseToKill(self, f"rc_{name}", bought.order_number, cup if self.exchanges else None)

    def books(self, **more: Any) -> Books:
        return read_books(sandbox_books(self.sandbox.call("GET", "/sandbox/ledger")), self.database, **more)

    @contextmanager
    def worker(self, case: "CaseToKill", end: End | None = None) -> Iterator[Any]:
        """Give a worker process of the case's queue; whoever is left alive is killed at the end."""
        log = self.folder / f"{case.case_id}.log"
        process = _FORKSERVER.Process(target=work, args=(self.environment, case.queue, end, log), daemon=True)
        process.start()
        try:
            yield process
        finally:
            process.kill()
            process.join()


@dataclass(frozen=True)
class CaseToKill:
    """A case whose worker is going to die."""

    kill_env: KillEnvironment
    case_id: str
    order_number: str
    exchange_for: str | None = None

    @property
    def workflow_id(self) -> str:
        return f"refund/{self.case_id}"

    @property
    def queue(self) -> str:
        return f"refunds-{self.case_id}"

    async def play(self) -> None:
        """Say everything that brings the case to its end, each thing once the one before was answered."""
        await self._open()
        await self._say("decide_audit", AuditDecision(decision=AuditVerdict.APPROVE, decided_by="mei"))
        await self._say("register_shipment", CourierTracking(carrier="sf_express", tracking_number="SF1234567"))
        await self._say("record_inspection", inspection(("MUG", QUANTITY, "accepted")))
        if self.exchange_for:
            await self._send_once_reserved()
        await self.kill_env.client.get_workflow_handle(self.workflow_id).result()

    async def history(self) -> list[str]:
        """Return the kinds of the events of the case's history."""
        history = await self.kill_env.client.get_workflow_handle(self.workflow_id).fetch_history()
        return [kind_of(event) for event in history.events]

    def outcome(self) -> dict[str, Any]:
        """Return what must be the same however often a worker died: state, money, and what happened."""
        case = self._recorded()
        refunds = self.kill_env.sandbox.refunds(f"pi_{self.order_number}")
        return {
            "state": case.state,
            "lines": [line.amend(exchange_for=None) for line in case.lines],
            "due": case.refund_due,
            "payouts": [(one.amount, one.state, one.attempt) for one in case.payouts],
            "replacements": [(one.quantity, one.state, one.tracking_number) for one in case.replacements],
            "stock": [one.available for one in self.kill_env.stock.products([self.exchange_for or ""]).values()],
            "refunds": [(one["amount"], one["status"]) for one in refunds],
            "timeline": [(one.event, one.actor) for one in self.kill_env.cases.timeline(self.case_id)],
        }

    async def _open(self) -> None:
        asked = intake(
            ("MUG", QUANTITY),
            exchange_for=self.exchange_for,
            case_id=self.case_id,
            order_number=self.order_number,
            resolution=ResolutionAsked.EXCHANGE if self.exchange_for else ResolutionAsked.REFUND,
            received_at=datetime.now(UTC),
        )
        start = start_of(asked, self.queue)
        await self.kill_env.client.execute_update_with_start_workflow(
            RefundWorkflow.open, start_workflow_operation=start, id="open"
        )

    async def _send_once_reserved(self) -> None:
        """Say that the replacement was sent; said again when a killed worker's record was ahead of its case."""
        dispatch = Dispatch(
            goods=DispatchedGoods.REPLACEMENT, carrier="sf_express", tracking_number="SF7654321", sent_by="wang"
        )
        for number in count(1):
            while not any(one.state is ReplacementState.RESERVED for one in self._recorded().replacements):
                await asyncio.sleep(POLL_SECONDS)
            try:
                return await self._say("record_dispatch", dispatch, f"dispatch-{number}")
            except WorkflowUpdateFailedError as error:
                if not _is_ahead(error):
                    raise
        return None

    def _recorded(self) -> Case:
        case = self.kill_env.cases.case(self.case_id)
        assert case
        return case

    async def _say(self, update: str, message: Message, update_id: str | None = None) -> None:
        handle = self.kill_env.client.get_workflow_handle(self.workflow_id)
        stamped = message.amend(received_at=datetime.now(UTC))
        await handle.execute_update(update, stamped, id=update_id or update, result_type=CaseStatus)


def _is_ahead(error: WorkflowUpdateFailedError) -> bool:
    cause = error.cause
    return isinstance(cause, ApplicationError) and cause.details[0].get("code") == "stock_has_not_answered"


@asynccontextmanager
async def kill_environment(client: Client, folder: Path, *, exchanges: bool = False) -> AsyncIterator[KillEnvironment]:
    """Give an environment beside a Temporal server, whose cases ask for their money or for other goods."""
    reserved = reserve()
    address = client.service_client.config.target_host
    config = StackConfig(folder, reserved.ports, given={"REFUNDS_TEMPORAL_ADDRESS": address})
    migrate(config.settings.database_url)
    sandbox, database = SandboxProcess(config), Database(config.settings.database_url)
    with reserved.guard:
        sandbox.start()
        try:
            yield KillEnvironment(client, sandbox, database, config.settings_env(), folder, exchanges)
        finally:
            sandbox.stop()
            database.close()


def _order(name: str) -> Order:
    line = order_line(quantity=QUANTITY, unit_price=PRICE)
    return order(f"O-{name}", now=datetime.now(UTC), lines=(line,))
