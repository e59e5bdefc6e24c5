"""One value of every kind that is stored, with all its parts there."""

from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from activities.calendar_updates import CalendarsTold, ProvisionalPage
from activities.case_changes import Change, DeadlineQuery, Opening, PayoutPlan, PlanQuery, Recorded
from activities.inbox.sweep import Batch, Swept
from activities.payouts import PayoutOrder
from activities.reconciliation import CaseUpdate, ReconciliationInput, ReconciliationResult
from activities.restored_records import KeptRecord, LastWatch, Watched
from activities.signal_times import Arrival, SignalTimeQuery
from activities.stock import StockOrder, StockResult
from api.problems.field_errors import FieldError
from api.problems.problem_details import Problem
from api.schemas.responses import EvidenceTicket
from api.schemas.scans import ScanAnswer
from domain.calendar import Deadline, Window, WindowName
from domain.cases.case import Case, CaseStatus, Refusal
from domain.cases.case_lines import CaseLine, InspectedLine, Inspection, ParcelPostage, Shipment
from domain.cases.evidence import EvidencePin
from domain.cases.exchange import OutboundParcel, Replacement, Substitute
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
from domain.cases.payment_balance import CountedReturn, NamedReturn, Owed, PlanRequest, ReturnWay
from domain.cases.payout import OtherAccount, RefundDue
from domain.cases.timeline import TimelineEntry
from domain.enums import (
    AuditVerdict,
    CaseState,
    CourierStatus,
    DispatchedGoods,
    EvidenceStatus,
    InspectionVerdict,
    Reason,
    ReplacementState,
    ResolutionAsked,
    ResolutionDecision,
)
from domain.findings import Finding, FindingKind
from domain.money import Money
from domain.order import UnitShare
from domain.parcels import CourierEvent, ParcelCandidate, ScanStatus, Sighting, Sightings
from domain.payment_events import GatewayEvent
from domain.payout_state import PayoutState
from domain.policy_document import PolicyDocument
from domain.request import CarriedMessage
from domain.value import Value
from tests.support import factories
from tests.support.factories import CASE_ID, NOON
from workflows.calendar_sweep import CalendarSweepAsked, CalendarSwept
from workflows.inbox_sweep import InboxSweepAsked, InboxSwept
from workflows.reconciliation import Reconciled, ReconciliationAsked
from workflows.refund.case_state import CaseOutcome

T = TypeVar("T")
ID = CASE_ID
POLICY = Path(__file__).parents[2] / "policy" / "versions" / "2025-01-01.json"
FIVE = Money(minor=500, currency="EUR")
DEADLINE = Deadline(what=WindowName.SHIP_BY, when=NOON, last_day=date(2026, 9, 1), since=NOON)
REFUSAL = Refusal(rule="R3", code="too_late", message="It is too late.", deadline=DEADLINE)
PIN = EvidencePin(evidence_id="ev_1", status=EvidenceStatus.PINNED, version_id="v1", sha256="a" * 64)
INSPECTED = InspectedLine(sku="MUG", quantity=1, verdict=InspectionVerdict.ACCEPTED)
LINE = CaseLine(
    sku="MUG",
    product_name="Mug",
    quantity=1,
    units=(UnitShare(unit=1, goods=500, outbound_postage=0),),
    exchange_for=Substitute(sku="CUP", product_name="Cup", price=FIVE),
)
PAYOUT = factories.payout(ID, amount=FIVE, state=PayoutState.PENDING, submitted_at=NOON)
REPLACEMENT = Replacement(
    replacement_id=f"{ID}-x1",
    line_sku="MUG",
    sku="CUP",
    quantity=1,
    difference=FIVE,
    units=(UnitShare(unit=1, generation=1, ordered_as="MUG", goods=0, outbound_postage=0),),
)
SIGHTING = Sighting(status="in_transit", at=NOON)
COUNTED = CountedReturn(
    way=ReturnWay.DISPUTE,
    provider="stripe",
    payment_reference="pi_1",
    return_id="dp_1",
    amount=FIVE,
    counted_by="mei",
)
DISPUTE = factories.dispute(amount=FIVE)
CASE = Case(
    case_id=ID,
    order_number="O-1",
    customer_id="c-1",
    currency="EUR",
    state=CaseState.AWAITING_RETURN,
    reason=Reason.QUALITY,
    reason_asked=Reason.QUALITY,
    resolution=ResolutionAsked.EXCHANGE,
    policy_version="2025-01-01",
    opened_at=NOON,
    updated_at=NOON,
    lines=(LINE,),
    evidence=(PIN,),
    deadlines=(DEADLINE,),
    refusal=REFUSAL,
    shop_paid_label=FIVE,
    shipment=Shipment(
        carrier="dhl",
        tracking_number="D1234",
        status="in_transit",
        registered_at=NOON,
        last_moved_at=NOON,
        sightings=Sightings(exact=SIGHTING, clock_ahead=480),
    ),
    return_postage=(
        ParcelPostage(
            carrier="dhl",
            tracking_number="D1234",
            told=FIVE,
            told_at=NOON,
            borne=FIVE,
            under_review=FIVE,
            refused=FIVE,
            decided=FIVE,
            decided_by="mei",
            due=500,
        ),
    ),
    inspections=(Inspection(inspected_at=NOON, inspected_by="wang", lines=(INSPECTED,)),),
    refund_due=RefundDue(goods=FIVE, outbound_postage=FIVE, return_postage=FIVE, label_deduction=FIVE, total=FIVE),
    owed=Owed(goods=500, postage=500),
    counted=(COUNTED,),
    payouts=(PAYOUT,),
    replacements=(REPLACEMENT,),
    sent=(
        OutboundParcel(
            goods=DispatchedGoods.REPLACEMENT, carrier="dhl", tracking_number="D2345", sent_at=NOON, sent_by="wang"
        ),
    ),
    other_account=OtherAccount(reference="F-1", proposed_by="lin"),
    processed_events={"e1": "audit_decision/0123456789abcdef"},
    last_messages={"audit_decision": "0123456789abcdef"},
)
FINDING = Finding(
    finding_id="f1",
    kind=FindingKind.MISSING_REFUND,
    message="The gateway knows of no such refund.",
    amount=FIVE,
    found_at=NOON,
    last_seen_at=NOON,
)
CARRIED = CarriedMessage(name="courier_tracking", at=NOON, kind="courier_tracking", content="{}", ordinal=1, run_id="r")
INTAKE = factories.intake(reason=Reason.QUALITY, evidence_ids=("ev_1",), carried=(CARRIED,))
WINDOW = Window(what=WindowName.SHIP_BY, since=NOON, working_days=7)
ENTRY = TimelineEntry(seq=1, at=NOON, actor="mei", event="approved", rule="R16", details={"code": "x"})
REFUND = factories.refund_record(amount=FIVE)
CASE_UPDATE = CaseUpdate(case_id=ID, update=RefundUpdate(payout_id=f"{ID}-p1", refund_id="re_1"))
PROBLEM = Problem(
    type="/problems/window-passed",
    title="Too late",
    status=422,
    detail="It is too late.",
    instance="/v1/warehouse/scans",
    deadline=DEADLINE,
    candidates=(ParcelCandidate(code="SF1234567890123", case_id=ID, order_number="O-1"),),
    errors=(FieldError(field="body.code", message="is not known"),),
)

_IN_TEMPORAL: tuple[Value, ...] = (
    CASE,
    INTAKE,
    PAYOUT,
    Opening(case=CASE, policy=PolicyDocument.read(POLICY.read_bytes())),
    Change(case=CASE, entries=(ENTRY,), opens=(WINDOW,), findings=(FINDING,)),
    Recorded(deadlines=(DEADLINE,), lines=(LINE,), newer=CASE),
    PlanQuery(
        case=CASE,
        asked=PlanRequest(dispute=DISPUTE, named=(NamedReturn(return_id="dp_1", amount=FIVE),), expects=FIVE),
    ),
    PayoutPlan(payouts=(PAYOUT,), counted=(COUNTED,), newer=CASE),
    DeadlineQuery(policy_version="2025-01-01", windows=(WINDOW,)),
    PayoutOrder(case_id=ID, order_number="O-1", payout=PAYOUT, evidence=(PIN,)),
    StockOrder(case_id=ID, order_number="O-1", replacements=(REPLACEMENT,), value=500),
    StockResult(states={f"{ID}-x1": ReplacementState.RESERVED}),
    SignalTimeQuery(workflow_id=f"refund/{ID}", run_id="r", signal="audit_decision", ordinal=1),
    Arrival(at=NOON),
    ReconciliationInput(since=NOON),
    ReconciliationResult(refunds=1, payouts=1, differences={"missing_refund": 1}, updates=(CASE_UPDATE,)),
    CASE_UPDATE,
    CaseOutcome(case_id=ID, state=CaseState.REFUNDED),
    CaseStatus(case_id=ID, version=2, state=CaseState.UNDER_AUDIT),
    ReconciliationAsked(window_days=30),
    Reconciled(refunds=1, payouts=1, notified=1, differences={"missing_refund": 1}),
    Batch(limit=100),
    Swept(count=1),
    LastWatch(marked_at=NOON),
    Watched(marked_at=NOON, written_again=1, lost=1),
    KeptRecord(case=CASE, entries=(ENTRY,)),
    InboxSweepAsked(),
    CalendarSweepAsked(),
    CalendarSwept(told=1, not_told=0),
    ProvisionalPage(at=NOON, limit=1),
    CalendarsTold(told=1, last=ID),
    InboxSwept(payment_events=1, courier_events=1, held_cases=1, registrations=1),
)
_IN_THE_DATABASE: tuple[Value, ...] = (
    GatewayEvent(
        provider="stripe", event_id="evt_1", kind="refund.updated", occurred_at=NOON, refund=REFUND, dispute=DISPUTE
    ),
    CourierEvent(
        provider="aftership",
        event_id="e1",
        tracking_number="D1234",
        status=CourierStatus.DELIVERED,
        delivery=SIGHTING,
        received_at=NOON,
    ),
    ScanAnswer(
        scan_id="s1",
        status=ScanStatus.REFUSED,
        message="It is refused.",
        problem=PROBLEM,
        upload_tickets=(
            EvidenceTicket(
                url="http://127.0.0.1/put", headers={"a": "b"}, expires_at=NOON, evidence_id="ev_1", filename="a.jpg"
            ),
        ),
    ),
    FINDING,
    REFUSAL,
)
_STORED: dict[type[Any], Value] = {type(one): one for one in (*_IN_TEMPORAL, *_IN_THE_DATABASE)}

MESSAGES: dict[str, Message] = {
    one.kind: one
    for one in (
        AuditDecision(decision=AuditVerdict.APPROVE, decided_by="mei", shop_paid_label=FIVE),
        CourierTracking(carrier="dhl", tracking_number="D1234", postage=FIVE),
        GoodsReceipt(received_by="wang"),
        WarehouseInspection(lines=(INSPECTED,), inspected_by="wang"),
        CaseResolution(decision=ResolutionDecision.PARTIAL_REFUND, decided_by="mei", amount=FIVE),
        Dispatch(goods=DispatchedGoods.REPLACEMENT, carrier="dhl", tracking_number="D2345", sent_by="wang"),
        DeliveryReport(tracking_number="D2345", word="lost"),
        RecordCheck(recorded_version=1),
        Withdrawal(),
        EvidenceReport(pins=(PIN,)),
        RefundUpdate(payout_id=f"{ID}-p1", refund_id="re_1"),
        DisputeUpdate(dispute=DISPUTE),
        CalendarPublished(),
        ReturnsChanged(provider="stripe", return_id="re_1"),
    )
}
"""A message of every kind that comes from outside."""


def sample(kind: type[T]) -> T:
    """Return a value of the kind; fails for a kind that was forgotten here."""
    found = _STORED.get(kind)
    assert isinstance(found, kind), f"{kind.__name__} is stored and has no sample in {__name__}"
    return found
