"""The refund process: one durable workflow per case, `refund/{case_id}`."""

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.calendar import Deadline
from domain.case import Case
from domain.messages import (
    AuditDecision,
    CaseResolution,
    CourierTracking,
    EvidenceReport,
    GoodsReceipt,
    Message,
    WarehouseInspection,
    Withdrawal,
)
from domain.request import CaseIntake
from domain.words import CaseState, PayoutState
from workflows import descriptions
from workflows.alarm import Alarm
from workflows.casefile import CaseFile, CaseOutcome
from workflows.correspondence import Correspondence
from workflows.mailbox import Letter, Mailbox
from workflows.payments import next_planned, pay
from workflows.process import auto_approval, pass_deadline

NO_INPUT = RawValue(Payload())


@workflow.defn(name="RefundWorkflow")
class RefundWorkflow:
    """Carries one refund from the request to its end; `workflows.process` shows what does what in which state."""

    @workflow.init
    def __init__(self, intake: CaseIntake) -> None:
        self._intake = intake
        self._file = CaseFile()
        self._mailbox = Mailbox()
        self._alarm = Alarm()
        self._letters = Correspondence(self._file)
        self._paying: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, intake: CaseIntake) -> CaseOutcome:
        """Open the case, then carry it on by message and deadline, whichever comes first, until it has ended."""
        await self._file.open(intake)
        self._approve_by_policy()
        while self._file.case.is_open or self._mailbox:
            self._pay_what_is_due()
            event = await self._next_event()
            if isinstance(event, Deadline):
                await self._pass(event)
            else:
                await self._letters.answer(event)
            self._renew_when_long()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CaseOutcome(case_id=intake.case_id, state=self._file.case.state)

    def _approve_by_policy(self) -> None:
        """Let the policy version approve where it says so (R16)."""
        if decision := auto_approval(self._file.case, self._file.policy):
            self._mailbox.tell(decision)

    def _pay_what_is_due(self) -> None:
        """Start the next planned payout; its answer comes back as a message."""
        case = self._file.case
        payout = next_planned(case) if case.state is CaseState.PAYOUT_DUE else None
        if payout is None:
            return
        self._file.keep(case.with_payout(payout.amend(state=PayoutState.SUBMITTING)))
        self._paying = asyncio.create_task(pay(case, payout, self._mailbox))

    async def _next_event(self) -> Letter | Deadline:
        """Return what comes next by the time it arrived: a letter, or a deadline that passed before it."""
        while True:
            passed = await self._file.passed_deadline()
            letter = self._mailbox.first
            if letter and (passed is None or await self._letters.came_in_time(letter, passed)):
                return self._mailbox.take()
            if passed:
                return passed
            self._alarm.set(self._file.case.next_deadline)
            await workflow.wait_condition(lambda: bool(self._mailbox) or self._alarm.rang)

    async def _pass(self, deadline: Deadline) -> None:
        """Let the deadline take its effect."""
        at = workflow.now()
        await self._file.change(pass_deadline(self._file.case, deadline, at, self._file.policy), at)

    def _renew_when_long(self) -> None:
        """Continue as a new run once the history is long and nothing is in flight."""
        idle = not self._mailbox and (self._paying is None or self._paying.done())
        if workflow.info().is_continue_as_new_suggested() and idle and workflow.all_handlers_finished():
            workflow.continue_as_new(self._intake.amend(resumes=True))

    @workflow.query(name="case", description="The case as the API shows it.")
    def case(self) -> Case:
        """Return the case as it stands."""
        if not self._file.is_opened:
            raise ApplicationError("the case is being opened; ask again", type="not_opened")
        return self._file.case

    @workflow.update(name="open", description="The case once the request is judged (used with start).")
    async def open(self) -> Case:
        """Wait for the verdict on the request and return the case."""
        await workflow.wait_condition(lambda: self._file.is_opened)
        return self._file.case

    @workflow.update(name="decide_audit")
    async def decide_audit(self, message: AuditDecision) -> Case:
        """Take the auditor's decision (R13-R17)."""
        return await self._mailbox.update(message)

    @workflow.update(name="register_shipment")
    async def register_shipment(self, message: CourierTracking) -> Case:
        """Take carrier and tracking number (R19)."""
        return await self._mailbox.update(message)

    @workflow.update(name="record_receipt")
    async def record_receipt(self, message: GoodsReceipt) -> Case:
        """Take the warehouse's receipt (R20)."""
        return await self._mailbox.update(message)

    @workflow.update(name="record_inspection")
    async def record_inspection(self, message: WarehouseInspection) -> Case:
        """Take the warehouse's inspection (R25-R29)."""
        return await self._mailbox.update(message)

    @workflow.update(name="resolve")
    async def resolve(self, message: CaseResolution) -> Case:
        """Take a human's decision of a parked case (R12, R22, R27, R28, R36)."""
        return await self._mailbox.update(message)

    @workflow.update(name="withdraw")
    async def withdraw(self, message: Withdrawal) -> Case:
        """Take the customer's withdrawal (R24)."""
        return await self._mailbox.update(message)

    @workflow.update(name="report_evidence")
    async def report_evidence(self, message: EvidenceReport) -> Case:
        """Take verified or refused evidence (R8)."""
        return await self._mailbox.update(message)

    @decide_audit.validator
    def _may_decide_audit(self, message: AuditDecision) -> None:
        self._screen(message)

    @register_shipment.validator
    def _may_register_shipment(self, message: CourierTracking) -> None:
        self._screen(message)

    @record_receipt.validator
    def _may_record_receipt(self, message: GoodsReceipt) -> None:
        self._screen(message)

    @record_inspection.validator
    def _may_record_inspection(self, message: WarehouseInspection) -> None:
        self._screen(message)

    @resolve.validator
    def _may_resolve(self, message: CaseResolution) -> None:
        self._screen(message)

    @withdraw.validator
    def _may_withdraw(self, message: Withdrawal) -> None:
        self._screen(message)

    def _screen(self, message: Message) -> None:
        """Refuse an update that could not be taken now, at no cost in history."""
        if self._file.is_opened and not self._mailbox:
            self._letters.screen(message)

    @workflow.signal(name="audit_decision", description=descriptions.AUDIT_DECISION)
    def audit_decision(self, raw: RawValue = NO_INPUT) -> None:
        """Take the auditor's decision from the UI or the CLI."""
        self._mailbox.signal("audit_decision", AuditDecision, raw)

    @workflow.signal(name="courier_tracking", description=descriptions.COURIER_TRACKING)
    def courier_tracking(self, raw: RawValue = NO_INPUT) -> None:
        """Take a courier's event."""
        self._mailbox.signal("courier_tracking", CourierTracking, raw)

    @workflow.signal(name="warehouse_inspection", description=descriptions.WAREHOUSE_INSPECTION)
    def warehouse_inspection(self, raw: RawValue = NO_INPUT) -> None:
        """Take the warehouse's inspection from the UI or the CLI."""
        self._mailbox.signal("warehouse_inspection", WarehouseInspection, raw)

    @workflow.signal(dynamic=True)
    def unknown_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Keep a signal of a name that nobody listens to."""
        self._mailbox.refuse(name, f"no such signal; {len(args)} inputs")

    def refuse_signal(self, name: str, why: str) -> None:
        """Keep a signal that could not even be handed to its handler."""
        self._mailbox.refuse(name, why)
