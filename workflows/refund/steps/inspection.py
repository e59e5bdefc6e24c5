"""Inspection: what the warehouse found, and what a human decides about the rest (R25-R29)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import CaseResolution, WarehouseInspection
from domain.cases.timeline import CaseEvent
from domain.policy_document import PolicyDocument
from policy import inspection as rules
from policy.parcels.return_postage import judged
from workflows.refund.steps import exchange, returns
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition


def inspect(case: Case, arrived: ReceivedMessage[WarehouseInspection], policy: PolicyDocument) -> Transition | Refusal:
    """Count the verdicts per unit; accepted units are paid first, then a human decides about failed ones (R26, R27)."""
    if refusal := rules.check_inspection(case, arrived.message):
        return refusal
    revived = () if case.is_open else (returns.revival(case),)
    case = rules.tally(case, arrived.message, arrived.at)
    case = case.amend(
        received_at=case.received_at or arrived.at,
        ended_at=None,
        ends_in=None,
        shipment=case.shipment.amend(is_inspected=True) if case.shipment else None,
    )
    happened = (*revived, _inspected(case, arrived.message))
    return exchange.replace_or_refund(case, happened, policy, arrived.at)


def inspect_paid(
    case: Case, arrived: ReceivedMessage[WarehouseInspection], _policy: PolicyDocument
) -> Transition | Refusal:
    """Record what was found of goods that were paid or replaced without them; nothing is paid for them again (R22)."""
    if refusal := rules.check_inspection_of_paid_goods(case, arrived.message):
        return refusal
    case = case.amend(paid_goods_received_at=case.paid_goods_received_at or arrived.at)
    return Transition(rules.on_record(case, arrived.message, arrived.at), (_inspected(case, arrived.message),))


def resolve(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition | Refusal:
    """Carry out a human's decision about the failed units (R27, R28)."""
    resolution = arrived.message
    if refusal := rules.check_resolution(case, resolution, policy):
        return refusal
    happened = TimelineEvent(
        CaseEvent.INSPECTION_DECIDED, resolution.decided_by, "R27", {"decision": resolution.decision.value}
    )
    decided = judged(rules.apply_resolution(case, resolution), policy)
    return exchange.replace_or_refund(decided, (happened,), policy, arrived.at)


def _inspected(case: Case, inspection: WarehouseInspection) -> TimelineEvent:
    found = [f"{line.sku} x{line.quantity} {line.verdict}" for line in inspection.lines]
    outstanding = sum(line.outstanding for line in case.lines)
    return TimelineEvent(
        CaseEvent.INSPECTED, inspection.inspected_by, "R26", {"found": list(found), "outstanding": outstanding}
    )
