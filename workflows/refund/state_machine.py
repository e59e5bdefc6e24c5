"""The refund process at a glance: what each message and each deadline does in each state.

A message that is not in the table is refused with the state named; a deadline that is not in it has no effect.
"""

from dataclasses import replace
from datetime import datetime

from domain.calendar import INFORMATION_REMINDERS, SHIP_BY_REMINDERS, Deadline, Window, WindowName
from domain.cases.case import Case, Refusal
from domain.cases.messages import (
    AuditDecision,
    CaseResolution,
    CourierTracking,
    DeliveryReport,
    Dispatch,
    DisputeUpdate,
    EvidenceReport,
    GoodsReceipt,
    Message,
    PayoutAnswer,
    PayoutTrouble,
    RecordCheck,
    RefundUpdate,
    ReturnsChanged,
    StockAnswer,
    WarehouseInspection,
    Withdrawal,
)
from domain.cases.timeline import CaseEvent
from domain.enums import AuditVerdict, CaseState, ResolutionDecision
from domain.policy_document import PolicyDocument
from policy import audit as audit_rules
from policy import deadlines
from policy.case_reopening import is_owed_outside, is_reopened_by
from policy.parcels.return_postage import bears_postage, is_postage_decision
from policy.returns import takes_paid_goods
from workflows.refund.steps import audit, exchange, inspection, record, request, returns
from workflows.refund.steps.money import dispute, payout, payout_deadlines, payout_replan, payout_resolution
from workflows.refund.steps.postage import review, telling
from workflows.refund.steps.process_1 import reactions as process_1
from workflows.refund.transition import OnDeadline, OnMessage, ReceivedMessage, TimelineEvent, Transition

S = CaseState

ON_MESSAGE: dict[CaseState, dict[type[Message], OnMessage]] = {
    S.INFORMATION_REQUESTED: {EvidenceReport: request.take_evidence, Withdrawal: request.withdraw},
    S.UNDER_AUDIT: {
        AuditDecision: audit.decide,
        EvidenceReport: request.take_evidence,
        Withdrawal: request.withdraw,
    },
    S.AWAITING_RETURN: {
        CourierTracking: returns.track,
        GoodsReceipt: returns.receive,
        WarehouseInspection: inspection.inspect,
        Withdrawal: request.withdraw,
    },
    S.IN_TRANSIT: {
        CourierTracking: returns.track,
        GoodsReceipt: returns.receive,
        WarehouseInspection: inspection.inspect,
        Withdrawal: request.withdraw,
    },
    S.RECEIVED: {
        WarehouseInspection: inspection.inspect,
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_rest,
    },
    S.INSPECTION_FAILED: {
        CaseResolution: inspection.resolve,
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_rest,
    },
    S.LOST_IN_RETURN: {
        CaseResolution: returns.decide_loss,
        CourierTracking: returns.track,
        GoodsReceipt: returns.receive,
        WarehouseInspection: inspection.inspect,
        Withdrawal: request.withdraw,
    },
    S.REPLACEMENT_DUE: {
        CaseResolution: exchange.refund_instead,
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_rest,
    },
    S.RETURNING_TO_CUSTOMER: {
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_at_once,
        WarehouseInspection: inspection.inspect,
    },
    S.PAYOUT_DUE: {
        PayoutTrouble: payout_resolution.take_trouble,
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_rest,
    },
    S.PAYOUT_BLOCKED: {
        CaseResolution: payout_resolution.resolve,
        PayoutTrouble: payout_resolution.take_trouble,
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_rest,
    },
    S.REIMBURSEMENT_DUE: {
        CaseResolution: payout_resolution.resolve,
        PayoutTrouble: payout_resolution.take_trouble,
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_at_once,
        WarehouseInspection: inspection.inspect,
    },
    S.CHARGEBACK_HOLD: {
        CaseResolution: payout_resolution.resolve,
        PayoutTrouble: payout_resolution.take_trouble,
        CourierTracking: returns.track_rest,
        GoodsReceipt: returns.receive_rest,
    },
}

WHEN_ENDED: dict[type[Message], OnMessage] = {
    CaseResolution: request.reopen,
    CourierTracking: telling.tell_late,
    GoodsReceipt: returns.receive,
    WarehouseInspection: inspection.inspect,
}
"""What reopens a case that has ended, in the states that `policy.case_reopening` allows."""

ON_PAID_GOODS: dict[type[Message], OnMessage] = {
    GoodsReceipt: returns.receive_paid,
    WarehouseInspection: inspection.inspect_paid,
}
"""In every state: goods arrive that were paid or replaced without them (R22, R23)."""

IN_ANY_STATE: dict[type[Message], OnMessage] = {
    PayoutAnswer: payout.take_answer,
    RefundUpdate: payout.request_check,
    DisputeUpdate: dispute.take_update,
    ReturnsChanged: payout_replan.returns_changed,
    StockAnswer: exchange.take_answer,
    Dispatch: exchange.dispatch,
    DeliveryReport: exchange.take_delivery_report,
    RecordCheck: record.check,
}
"""Messages handled in every state, because parts of a case may be at different stages (R26)."""

ON_DEADLINE: dict[tuple[CaseState, WindowName], OnDeadline] = {
    (S.INFORMATION_REQUESTED, WindowName.INFORMATION): request.end_information_window,
    (S.AWAITING_RETURN, WindowName.SHIP_BY): returns.expire,
    (S.IN_TRANSIT, WindowName.PARCEL_STALLED): returns.stall,
    **{(state, WindowName.PAYOUT_SUBMIT): payout_deadlines.check_submission for state in payout.PAYING},
    **{(state, WindowName.PAYOUT): payout_deadlines.breach for state in CaseState},
}


def take(case: Case, arrived: ReceivedMessage[Message], policy: PolicyDocument) -> Transition | Refusal | None:
    """Return the message's effect on the case, the rule that refuses it, or None if the state does not expect it."""
    reaction = _reaction(case, arrived.message)
    if reaction is None or not (case.is_open or is_reopened_by(case, arrived.message)):
        return None
    outcome = reaction(case, arrived, policy)
    return outcome if isinstance(outcome, Refusal) else _taken(case, outcome, arrived.message)


def auto_approval(case: Case, policy: PolicyDocument) -> AuditDecision | None:
    """Return the approval that the policy version gives automatically to a new case, or None (R16)."""
    if case.state is not S.UNDER_AUDIT or case.goodwill or not audit_rules.auto_approves(case, policy):
        return None
    return AuditDecision(decision=AuditVerdict.APPROVE, decided_by=f"policy {policy.version}")


def pass_deadline(case: Case, deadline: Deadline, at: datetime, policy: PolicyDocument) -> Transition:
    """Return what a passing deadline does: end a state, alert, remind, or only be marked as passed."""
    case = case.amend(deadlines=tuple(_marked(one, deadline) for one in case.deadlines))
    reaction = ON_DEADLINE.get((case.state, deadline.what), _notice)
    return reaction(case, deadline, at, policy)


def _reaction(case: Case, message: Message) -> OnMessage | None:
    by_state = ON_MESSAGE.get(case.state, {}) if case.is_open else WHEN_ENDED
    paid_goods = ON_PAID_GOODS if takes_paid_goods(case) else {}
    reactions = {**IN_ANY_STATE, **by_state, **paid_goods}
    if isinstance(message, CaseResolution) and message.decision is ResolutionDecision.PAID:
        reactions |= {CaseResolution: payout_resolution.mark_paid}
    if isinstance(message, CaseResolution) and is_postage_decision(case, message):
        reactions |= {CaseResolution: review.decide}
    if case.process_version == 1:
        reactions = process_1.in_place_of(reactions)
    return reactions.get(type(message))


def _notice(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Transition:
    if deadline.what not in NOTICES:
        return Transition(case)
    rule, event = NOTICES[deadline.what]
    details = {"what": deadline.what, "when": deadline.when.isoformat()}
    overdue = case.overdue or deadline.what.is_target or deadline.what.is_payout
    return Transition(case.amend(overdue=overdue), (TimelineEvent(event, rule=rule, details=dict(details)),))


NOTICES: dict[WindowName, tuple[str, CaseEvent]] = {
    **dict.fromkeys(INFORMATION_REMINDERS, ("R9", CaseEvent.CUSTOMER_REMINDED)),
    **dict.fromkeys(SHIP_BY_REMINDERS, ("R19", CaseEvent.CUSTOMER_REMINDED)),
    WindowName.AUDIT_TARGET: ("R14", CaseEvent.AUDIT_OVERDUE),
    WindowName.INSPECTION_TARGET: ("R29", CaseEvent.INSPECTION_OVERDUE),
    WindowName.DECISION_TARGET: ("R14", CaseEvent.DECISION_OVERDUE),
    WindowName.REPLACEMENT_TARGET: ("R39", CaseEvent.REPLACEMENT_OVERDUE),
    WindowName.RETURN_TO_CUSTOMER_TARGET: ("R28", CaseEvent.SEND_BACK_OVERDUE),
    WindowName.PAYOUT_ALERT: ("R34", CaseEvent.FINANCE_ALERTED),
    WindowName.POSTAGE_REVIEW: ("R30", CaseEvent.DECISION_OVERDUE),
}


def _taken(before: Case, transition: Transition, message: Message) -> Transition:
    """Note the message, so that a repeat gets the same answer; an ended case or one in a new state is not overdue."""
    is_same_work = transition.case.state is before.state or {before.state, transition.case.state} <= payout.PAYING
    has_ended = not transition.case.is_open and transition.case.process_version > 1
    overdue = not has_ended and ((before.overdue and is_same_work) or _is_late_to_send_back(transition.case))
    last_messages = {**before.last_messages, message.kind: message.fingerprint}
    processed = (
        {**before.processed_events, message.event_id: message.identity} if message.event_id else before.processed_events
    )
    case = transition.case.amend(overdue=overdue, last_messages=last_messages, processed_events=processed)
    return replace(transition, case=case)


def _is_late_to_send_back(case: Case) -> bool:
    target = case.deadline(WindowName.RETURN_TO_CUSTOMER_TARGET)
    return case.sends_back and target is not None and target.passed


def _marked(one: Deadline, passed: Deadline) -> Deadline:
    return one.amend(passed=True) if one.what == passed.what else one


def opened_by(case: Case, policy: PolicyDocument, at: datetime) -> tuple[Case, tuple[Window, ...]]:
    """Return the case with the deadlines that still apply in its state, and the windows that open now.

    If `ship_by` still applies, the return window continues for the rest of the goods (R26) without new reminders.
    """
    specs = _running(case, policy)
    kept = tuple(one for one in case.deadlines if one.what in specs and not _is_of_earlier_payout(case, one))
    known = {deadline.what for deadline in kept}
    if case.state is S.AWAITING_RETURN and WindowName.SHIP_BY in known:
        specs = {what: spec for what, spec in specs.items() if what.is_about_postage}
    fresh = tuple(spec.since(_since(case, what, at)) for what, spec in specs.items() if what not in known)
    return case.amend(deadlines=kept), tuple(window for window in fresh if _may_open(case, window))


def _running(case: Case, policy: PolicyDocument) -> dict[WindowName, deadlines.WindowSpec]:
    """Return the windows that run now, by name."""
    found: list[deadlines.WindowSpec] = []
    if case.decides_postage:
        found += deadlines.windows_while_deciding_postage(policy)
    elif case.is_open:
        found += deadlines.windows_of(case.state, policy)
    if case.process_version > 1 and case.is_open and is_owed_outside(case):
        found += deadlines.windows_of(S.REIMBURSEMENT_DUE, policy)
    if bears_postage(case, policy):
        found += deadlines.postage_windows(case, policy)
    return {one.what: one for one in found if case.sends_back or one.what is not WindowName.RETURN_TO_CUSTOMER_TARGET}


def _is_of_earlier_payout(case: Case, deadline: Deadline) -> bool:
    return deadline.what is WindowName.POSTAGE and deadline.since != case.paid_at


def _since(case: Case, what: WindowName, at: datetime) -> datetime:
    return case.paid_at if what is WindowName.POSTAGE and case.paid_at else at


def _may_open(case: Case, window: Window) -> bool:
    """A return window opens only with the approval, never later (R19)."""
    return window.what is not WindowName.SHIP_BY or case.state is S.AWAITING_RETURN
