"""Audit: approve, reject, or ask for more (R13-R17, R23)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import AuditDecision
from domain.cases.timeline import CaseEvent
from domain.enums import AuditVerdict, CaseState
from domain.policy_document import PolicyDocument
from policy import audit as rules
from policy.parcels.return_codes import return_code
from workflows.refund.steps import exchange
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition


def decide(case: Case, arrived: ReceivedMessage[AuditDecision], policy: PolicyDocument) -> Transition | Refusal:
    """Carry out the auditor's decision if the rules allow it."""
    if refusal := rules.check_audit_decision(case, arrived.message, policy):
        return refusal
    if arrived.message.decision is AuditVerdict.REJECT:
        return _reject(case, arrived.message, policy)
    if arrived.message.decision is AuditVerdict.REQUEST_INFORMATION:
        return _request_information(case, arrived.message)
    return _approve(case, arrived, policy)


def _reject(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Transition:
    """Reject with the code and the text for the customer; a text sent through the API is in the database (R15)."""
    text = decision.note or rules.text_for_customer(decision.reason_code or "", policy)
    happened = TimelineEvent(
        CaseEvent.REJECTED, _who(decision), "R15", {"reason_code": decision.reason_code, "text": text}
    )
    return Transition(case.amend(state=CaseState.REJECTED, rejected_by=_who(decision)), (happened,))


def _request_information(case: Case, decision: AuditDecision) -> Transition:
    happened = TimelineEvent(
        CaseEvent.INFORMATION_REQUESTED, _who(decision), "R9", {"reason_code": decision.reason_code}
    )
    return Transition(case.amend(state=CaseState.INFORMATION_REQUESTED, awaits_more=True), (happened,))


def _approve(case: Case, arrived: ReceivedMessage[AuditDecision], policy: PolicyDocument) -> Transition | Refusal:
    decision = arrived.message
    happened = (*_reclassified(case, decision), _approved(case, decision))
    case = case.amend(
        reason=decision.reclassify_as or case.reason,
        approved_at=arrived.at,
        approved_by=_who(decision),
        return_waived=decision.waive_return,
        shop_paid_label=decision.shop_paid_label,
    )
    if decision.waive_return:
        return exchange.replace_or_refund_without_goods(case, happened, policy, arrived.at)
    case = case.amend(
        state=CaseState.AWAITING_RETURN,
        return_code=return_code(case.case_id),
        return_address=policy.return_address,
    )
    return Transition(
        case,
        (*happened, TimelineEvent(CaseEvent.RETURN_REQUESTED, rule="R18", details={"return_code": case.return_code})),
    )


def _reclassified(case: Case, decision: AuditDecision) -> tuple[TimelineEvent, ...]:
    if decision.reclassify_as in (None, case.reason):
        return ()
    details = {"from": case.reason.value, "to": str(decision.reclassify_as)}
    return (TimelineEvent(CaseEvent.RECLASSIFIED, _who(decision), "R17", dict(details)),)


def _approved(case: Case, decision: AuditDecision) -> TimelineEvent:
    weighed = {
        "reason": str(decision.reclassify_as or case.reason),
        "evidence": len(case.evidence),
        "return_waived": decision.waive_return,
    }
    rule = "R23" if decision.waive_return else "R16"
    return TimelineEvent(CaseEvent.APPROVED, _who(decision), rule, dict(weighed))


def _who(decision: AuditDecision) -> str:
    return decision.decided_by or "unnamed"
