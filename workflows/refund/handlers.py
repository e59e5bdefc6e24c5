"""The handlers of a case: updates for the API, signals for operators, couriers and gateways, and one query."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities.restored_records import KeptRecord
from domain.cases.case import Case, CaseStatus
from domain.cases.messages import (
    AuditDecision,
    CalendarPublished,
    CaseResolution,
    CourierTracking,
    DeliveryReport,
    Dispatch,
    DisputeUpdate,
    EvidenceReport,
    GoodsReceipt,
    Message,
    RecordCheck,
    RefundUpdate,
    ReturnsChanged,
    WarehouseInspection,
    Withdrawal,
)
from workflows.refund.case_state import CurrentCase
from workflows.refund.inbox import Inbox
from workflows.refund.message_handler import MessageHandler

NO_INPUT = RawValue(Payload())

# What the Temporal UI shows beside each signal's name.
AUDIT_DECISION = (
    'One JSON object: {"decision": "approve" | "reject" | "request_information", "reason_code": "...", '
    '"note": "...", "decided_by": "your name", "event_id": "..."}'
)
COURIER_TRACKING = (
    'One JSON object: {"carrier": "sf_express", "tracking_number": "SF1234567890", '
    '"status": "in_transit" | "delivered" | ..., "occurred_at": "2026-01-31T08:00:00Z", "event_id": "..."}'
)
WAREHOUSE_INSPECTION = (
    'One JSON object: {"lines": [{"sku": "...", "quantity": 1, "verdict": "accepted", "disposition": "restock"}], '
    '"inspected_by": "your name", "event_id": "..."}'
)
REFUND_UPDATE = (
    "Sent by the service when a gateway reports a change to a refund. One JSON object: "
    '{"payout_id": "rc_...-p1", "refund_id": "re_...", "event_id": "..."}. '
    "The gateway is then asked for the refund's state."
)
CASE_RESOLUTION = (
    'One JSON object: {"decision": "accept" | "reclassify" | "refuse" | "partial_refund" | "pay" | "close" | "retry" | '
    '"other_account" | "paid" | "count_refund", "amount": {"minor": 100, "currency": "USD"}, "reference": "...", '
    '"decided_by": "your name", "event_id": "..."}. The case says which decisions are possible.'
)
RETURNS_CHANGED = (
    "Sent by the service when a refund made by hand, which counts as paid for the case, has failed. One JSON object: "
    '{"provider": "stripe", "return_id": "re_...", "event_id": "..."}'
)
DISPUTE_UPDATE = (
    'Sent by the service when a gateway reports a chargeback. One JSON object: {"dispute": {"provider": "stripe", '
    '"dispute_id": "...", "payment_reference": "...", "amount": {"minor": 100, "currency": "USD"}, '
    '"status": "open" | "won" | "lost", "changed_at": "2026-01-31T08:00:00Z"}, "event_id": "..."}'
)
DELIVERY_REPORT = (
    "Sent by the service when a courier reports that a replacement will not arrive. One JSON object: "
    '{"tracking_number": "SF1234567890", "word": "lost", "event_id": "..."}. Another replacement is then reserved.'
)
CALENDAR_PUBLISHED = (
    "Sent by the service when the working days of a year are published. One JSON object: {}. Provisional deadlines are "
    "then computed again, and a request that was refused by a guess is judged again."
)


class CaseHandlers:
    """Puts every message into the inbox in the order of arrival; the run method takes them out and answers them."""

    def __init__(self) -> None:
        self._current = CurrentCase()
        self._inbox = Inbox()
        self._message_handler = MessageHandler(self._current)

    @workflow.query(name="case", description="The case as its workflow has it; the API adds what the database knows.")
    def case(self) -> Case:
        """Return the case as it is now."""
        if not self._current.is_opened:
            raise ApplicationError("the case is still being opened; ask again in a moment", type="not_opened")
        return self._current.case

    @workflow.query(name="record", description="The case and its latest timeline entries, for a restored database.")
    def record(self) -> KeptRecord:
        """Return what the record of the case has to contain."""
        if not self._current.is_opened:
            raise ApplicationError("the case is still being opened; ask again in a moment", type="not_opened")
        return self._current.kept()

    @workflow.update(name="open", description="The case once the request is checked (used with start).")
    async def open(self) -> CaseStatus:
        """Wait until the request has been checked."""
        await workflow.wait_condition(lambda: self._current.is_opened)
        return _status(self._current.case)

    @workflow.update(name="decide_audit")
    async def decide_audit(self, message: AuditDecision) -> CaseStatus:
        """Apply the auditor's decision (R13-R17)."""
        return await self._answer(message)

    @workflow.update(name="register_shipment")
    async def register_shipment(self, message: CourierTracking) -> CaseStatus:
        """Register carrier and tracking number (R19)."""
        return await self._answer(message)

    @workflow.update(name="record_receipt")
    async def record_receipt(self, message: GoodsReceipt) -> CaseStatus:
        """Record that the warehouse has received the goods (R20)."""
        return await self._answer(message)

    @workflow.update(name="record_inspection")
    async def record_inspection(self, message: WarehouseInspection) -> CaseStatus:
        """Record the warehouse's inspection (R25-R29)."""
        return await self._answer(message)

    @workflow.update(name="record_dispatch")
    async def record_dispatch(self, message: Dispatch) -> CaseStatus:
        """Record that a parcel has left for the customer (R28, R39)."""
        return await self._answer(message)

    @workflow.update(name="resolve")
    async def resolve(self, message: CaseResolution) -> CaseStatus:
        """Apply a human's decision about a parked case (R12, R22, R27, R28, R36, R38, R39)."""
        return await self._answer(message)

    @workflow.update(name="withdraw")
    async def withdraw(self, message: Withdrawal) -> CaseStatus:
        """Withdraw the request for the customer (R24)."""
        return await self._answer(message)

    @workflow.update(name="report_evidence")
    async def report_evidence(self, message: EvidenceReport) -> CaseStatus:
        """Record which evidence was verified or refused (R8)."""
        return await self._answer(message)

    @workflow.update(name="check_record")
    async def check_record(self, message: RecordCheck) -> CaseStatus:
        """Bring the case and its record to the same version (fault 31)."""
        return await self._answer(message)

    async def _answer(self, message: Message) -> CaseStatus:
        return _status(await self._inbox.update(message))

    def _screen(self, message: Message) -> None:
        """Refuse an update that is not possible now, before it takes any space in the history."""
        if self._current.is_opened and not self._inbox:
            self._message_handler.screen(message)

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

    @record_dispatch.validator
    def _may_record_dispatch(self, message: Dispatch) -> None:
        self._screen(message)

    @resolve.validator
    def _may_resolve(self, message: CaseResolution) -> None:
        self._screen(message)

    @withdraw.validator
    def _may_withdraw(self, message: Withdrawal) -> None:
        self._screen(message)

    @workflow.signal(name="audit_decision", description=AUDIT_DECISION)
    def audit_decision(self, raw: RawValue = NO_INPUT) -> None:
        """Queue an auditor's decision sent from the Temporal UI or CLI."""
        self._inbox.signal("audit_decision", AuditDecision, raw)

    @workflow.signal(name="courier_tracking", description=COURIER_TRACKING)
    def courier_tracking(self, raw: RawValue = NO_INPUT) -> None:
        """Queue a courier's event."""
        self._inbox.signal("courier_tracking", CourierTracking, raw)

    @workflow.signal(name="warehouse_inspection", description=WAREHOUSE_INSPECTION)
    def warehouse_inspection(self, raw: RawValue = NO_INPUT) -> None:
        """Queue an inspection sent from the Temporal UI or CLI."""
        self._inbox.signal("warehouse_inspection", WarehouseInspection, raw)

    @workflow.signal(name="case_resolution", description=CASE_RESOLUTION)
    def case_resolution(self, raw: RawValue = NO_INPUT) -> None:
        """Queue a human's decision about a parked case, sent from the Temporal UI or CLI."""
        self._inbox.signal("case_resolution", CaseResolution, raw)

    @workflow.signal(name="refund_update", description=REFUND_UPDATE)
    def refund_update(self, raw: RawValue = NO_INPUT) -> None:
        """Queue a gateway's notice that a refund has changed (R37)."""
        self._inbox.signal("refund_update", RefundUpdate, raw)

    @workflow.signal(name="dispute_update", description=DISPUTE_UPDATE)
    def dispute_update(self, raw: RawValue = NO_INPUT) -> None:
        """Queue a gateway's notice about a chargeback (R38)."""
        self._inbox.signal("dispute_update", DisputeUpdate, raw)

    @workflow.signal(name="delivery_report", description=DELIVERY_REPORT)
    def delivery_report(self, raw: RawValue = NO_INPUT) -> None:
        """Queue that a replacement will not arrive (R39)."""
        self._inbox.signal("delivery_report", DeliveryReport, raw)

    @workflow.signal(name="calendar_published", description=CALENDAR_PUBLISHED)
    def calendar_published(self, raw: RawValue = NO_INPUT) -> None:
        """Queue that the calendar of a year is known (R6)."""
        self._inbox.signal("calendar_published", CalendarPublished, raw)

    @workflow.signal(name="returns_changed", description=RETURNS_CHANGED)
    def returns_changed(self, raw: RawValue = NO_INPUT) -> None:
        """Queue the notice that money which counted as paid did not go back after all (R32)."""
        self._inbox.signal("returns_changed", ReturnsChanged, raw)

    @workflow.signal(dynamic=True)
    def unknown_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Keep a signal with an unknown name as ignored."""
        self._inbox.refuse(name, f"no such signal; {len(args)} inputs")

    def refuse_signal(self, name: str, why: str) -> None:
        """Keep a signal as ignored that could not even be passed to its handler."""
        self._inbox.refuse(name, why)


def _status(case: Case) -> CaseStatus:
    return CaseStatus(case_id=case.case_id, version=case.version, state=case.state)
