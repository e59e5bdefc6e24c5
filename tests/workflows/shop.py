"""A shop on real parts for workflow tests: Temporal server, worker, database; the clock is the server's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TypedDict, Unpack
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.disputes import Disputes
from db.payouts.payouts import Payouts
from domain.cases.case import PROCESS_VERSION
from domain.enums import Reason, ResolutionAsked
from domain.order import Order
from domain.request import CaseIntake
from gateways.calendars import HolidayCalendars
from gateways.policy_repository import PolicyRepository
from policy.case_opening import opened
from tests.support import factories
from tests.support.factories import OrderChanges
from tests.support.fakes import ForgetfulStock, ObedientGateway, OpenVault
from tests.workflows.case_driver import OpenCase

_numbers = count(1)
POLICY = PolicyRepository(Path(__file__).parents[2] / "policy" / "versions").version("2025-01-01")


class RequestChanges(TypedDict, total=False):
    """What a case may be about, other than a mug of an order of its own."""

    order: Order
    lines: Sequence[tuple[str, int]]
    received_at: datetime
    customer_id: str
    order_number: str
    exchange_for: str
    process_version: int


@dataclass
class Shop:
    """Where tests place orders and open cases."""

    env: WorkflowEnvironment
    database: Database
    stock: ForgetfulStock
    gateway: ObedientGateway = field(default_factory=ObedientGateway)
    vault: OpenVault = field(default_factory=OpenVault)
    opened: list[OpenCase] = field(default_factory=list[OpenCase])

    def __post_init__(self) -> None:
        self.orders, self.cases = Orders(self.database), Cases(self.database)
        self.payouts, self.disputes = Payouts(self.database), Disputes(self.database)

    @property
    def client(self) -> Client:
        return self.env.client

    async def now(self) -> datetime:
        """Return the server's time; cases that have a clock of their own are asked by `OpenCase.now`."""
        return datetime.now(UTC) if self.env.supports_time_skipping_v2 else await self.env.get_current_time()

    async def order(self, *, delivered_days_ago: float = 1, **changes: Unpack[OrderChanges]) -> Order:
        number = f"O-{next(_numbers)}-{uuid4().hex[:6]}"
        order = factories.order(number, now=await self.now(), delivered_days_ago=delivered_days_ago, **changes)
        self.orders.put(order)
        return order

    async def open(
        self,
        reason: Reason = Reason.PERSONAL,
        *,
        order: Order | None = None,
        lines: Sequence[tuple[str, int]] = (("MUG", 1),),
        evidence: Sequence[str] = (),
        received_at: datetime | None = None,
        customer_id: str = "c-1",
        order_number: str | None = None,
        exchange_for: str | None = None,
        resolution: ResolutionAsked = ResolutionAsked.REFUND,
        process_version: int = PROCESS_VERSION,
        starts: bool = True,
    ) -> OpenCase:
        """Open a case; one that does not start is only submitted."""
        order = order or await self.order()
        intake = factories.intake(
            *lines,
            exchange_for=exchange_for,
            case_id=f"rc_{uuid4().hex[:20]}",
            order_number=order_number or order.order_number,
            customer_id=customer_id,
            reason=reason,
            resolution=resolution,
            evidence_ids=tuple(evidence),
            received_at=received_at or await self.now(),
        )
        case = OpenCase(self.env, self.cases, intake)
        self.opened.append(case)
        if process_version != PROCESS_VERSION:
            self._record(intake, process_version)
        if starts:
            await case.start()
        return case

    def _record(self, intake: CaseIntake, process_version: int) -> None:
        """Record the case as an earlier release did, so that its run follows the process of that release."""
        order = self.orders.get(intake.order_number)
        assert order is not None
        calendar = HolidayCalendars().calendar(POLICY.country, POLICY.timezone, intake.received_at)
        waits_for_all = process_version == 1 and intake.evidence_ids  # also for what the reason does not require
        policy = POLICY.amend(evidence_mandatory_for=frozenset(Reason)) if waits_for_all else POLICY
        case, entries = opened(intake, order, {}, policy, calendar)
        self.cases.open(case.amend(process_version=process_version), entries)
