"""What a workflow test says to a case, how it lets time pass, and what it looks at."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from db.cases.cases import Cases
from db.cases.timeline import TimelineRecord
from domain.calendar import Deadline, WindowName
from domain.cases.case import Case, CaseStatus, Refusal
from domain.cases.evidence import EvidencePin
from domain.cases.messages import (
    AuditDecision,
    CaseResolution,
    CourierTracking,
    Dispatch,
    EvidenceReport,
    GoodsReceipt,
    Message,
    Withdrawal,
)
from domain.cases.payout import RefundDue
from domain.enums import AuditVerdict, CaseState, DispatchedGoods, EvidenceStatus, ResolutionDecision
from domain.request import CaseIntake
from tests.support.assertions import assert_present
from tests.support.case_starts import described, signal_with_start, start_of
from tests.support.factories import inspection
from tests.support.waiting import until
from workflows.refund.deadline_timer import GRACE

SHA = "a" * 64
PATIENCE_SECONDS = 30
POLL_SECONDS = 0.02


@dataclass
class OpenCase:
    """A case under test: says things to it and looks at what is recorded."""

    env: WorkflowEnvironment
    cases: Cases
    intake: CaseIntake

    @property
    def client(self) -> Client:
        return self.env.client

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(f"refund/{self.intake.case_id}")

    async def start(self) -> None:
        await self._with_start("open", (), self.intake)

    async def revive_by(self, update: str, message: Message) -> CaseStatus:
        """Take the recorded case up again with a message, as the API does (R12, R19)."""
        return await self._with_start(update, (message,), self.intake.amend(resumes=True))

    async def _with_start(self, update: str, args: Sequence[Any], intake: CaseIntake) -> CaseStatus:
        return await self.client.execute_update_with_start_workflow(
            update, args=args, start_workflow_operation=start_of(intake), result_type=CaseStatus
        )

    def case(self) -> Case:
        case = self.cases.case(self.intake.case_id)
        assert case is not None
        return case

    @property
    def state(self) -> CaseState:
        return self.case().state

    @property
    def refusal(self) -> Refusal:
        return assert_present(self.case().refusal)

    @property
    def refund_due(self) -> RefundDue:
        return assert_present(self.case().refund_due)

    def events(self) -> list[str]:
        return [record.event for record in self.timeline()]

    def timeline(self) -> list[TimelineRecord]:
        return self.cases.timeline(self.intake.case_id)

    async def ended(self) -> str:
        """Wait for the end of the workflow and return the state that the case ended in."""
        await self._until(self._is_completed, "the end")
        return self.state.value

    async def until_event(self, event: str, times: int = 1) -> None:
        """Wait until the timeline shows the event so many times."""

        async def shown() -> bool:
            return self.events().count(event) >= times

        await self._until(shown, f"{event} x{times}")

    async def hear(self, signal: str, message: Message) -> None:
        """Signal what a gateway reports; it reopens an ended case, as with the API (R37)."""
        await signal_with_start(self.client, self.intake, signal, message)

    async def until_heard(self) -> None:
        """Wait until the workflow has taken everything in that was sent to it."""

        async def heard() -> bool:
            history = await self.handle.fetch_history()
            return history.events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED

        await self._until(heard, "a workflow task")

    async def _is_completed(self) -> bool:
        told = await described(self.client, self.intake.case_id)
        return told.workflow_execution_info.status == WorkflowExecutionStatus.COMPLETED

    async def _until(self, condition: Callable[[], Awaitable[bool]], what: str) -> None:
        try:
            await until(condition, seconds=PATIENCE_SECONDS)
        except TimeoutError:
            raise AssertionError(f"{what} never came: {self.state}, {self.events()}") from None

    def deadline(self, what: str) -> Deadline:
        deadline = self.case().deadline(WindowName(what))
        assert deadline is not None, f"no deadline {what}: {[one.what for one in self.case().deadlines]}"
        return deadline

    async def say(self, update: str, message: Message) -> CaseStatus:
        stamped = message if message.received_at else message.amend(received_at=await self.now())
        return await self.handle.execute_update(update, stamped, result_type=CaseStatus)

    async def pin(self, *evidence_ids: str, status: EvidenceStatus = EvidenceStatus.PINNED) -> CaseStatus:
        pins = tuple(EvidencePin(evidence_id=one, status=status, version_id="v1", sha256=SHA) for one in evidence_ids)
        return await self.say("report_evidence", EvidenceReport(pins=pins))

    async def audit(self, decision: str = "approve", **more: Any) -> CaseStatus:
        facts = {"decision": AuditVerdict(decision), "decided_by": "mei", **more}
        return await self.say("decide_audit", AuditDecision(**facts))

    async def ship(self, number: str = "SF1234567", **more: Any) -> CaseStatus:
        return await self.say(
            "register_shipment", CourierTracking(carrier="sf_express", tracking_number=number, **more)
        )

    async def receive(self) -> CaseStatus:
        return await self.say("record_receipt", GoodsReceipt(received_by="wang"))

    async def inspect(self, *found: tuple[str, int, str]) -> CaseStatus:
        return await self.say("record_inspection", inspection(*found))

    async def dispatch(self, number: str = "OUT-9", goods: str = "replacement", **more: Any) -> CaseStatus:
        parcel = {"carrier": "sf_express", "tracking_number": number, "sent_by": "wang"}
        return await self.say("record_dispatch", Dispatch(goods=DispatchedGoods(goods), **parcel, **more))

    async def resolve(self, decision: ResolutionDecision, **more: Any) -> CaseStatus:
        return await self.say("resolve", CaseResolution(decision=decision, decided_by="mei", **more))

    async def withdraw(self) -> CaseStatus:
        return await self.say("withdraw", Withdrawal())

    async def to_second_before(self, what: str) -> datetime:
        """Move the server's clock to the last second of a window."""
        return await self._to(self.deadline(what).when)

    async def past(self, what: str) -> datetime:
        """Move the server's clock to the first second after a window."""
        return await self._to(self.deadline(what).when + timedelta(seconds=1))

    async def elapsed(self, what: str) -> datetime:
        """Move the server's clock to where the window's end has taken its effect by itself."""
        return await self._to(self.deadline(what).when + GRACE + timedelta(seconds=1))

    async def _to(self, instant: datetime) -> datetime:
        await self.forward(instant - await self.now())
        return instant

    async def now(self) -> datetime:
        """Return the time on the case's clock."""
        env = self.env
        return await (env.get_current_time(self.handle) if env.supports_time_skipping_v2 else env.get_current_time())

    async def forward(self, duration: timedelta) -> None:
        """Let time pass: on the case's own clock where it has one, else on the whole server's."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            if self.env.supports_time_skipping_v2:
                await self.env.fast_forward(self.handle, duration)
            else:
                await self.env.sleep(duration)


def refused_by(error: WorkflowUpdateFailedError) -> str:
    """Return the rule, or wrong_state, that an update was refused with."""
    cause = error.cause
    assert isinstance(cause, ApplicationError)
    details: dict[str, Any] = cause.details[0]
    return details.get("rule", cause.type)
