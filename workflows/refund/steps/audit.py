"""Audit: approve, reject, or ask for more (R13-R17, R23)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import AuditDecision
from domain.enums import AuditVerdict, CaseState
from domain.policy_document import PolicyDocument
from policy import audit as rules
from policy import returns
from workflows.refund.steps import exchange
from workflows.refund.transition import Arrived, Happened, Move


def decide(case: Case, arrived: Arrived[AuditDecision], policy: PolicyDocument) -> Move | Refusal:
    """Carry out the auditor's decision when the rules allow it."""
    if refusal := rules.judge(case, arrived.message, policy):
        return refusal
    if arrived.message.decision is AuditVerdict.REJECT:
        return _reject(case, arrived.message, policy)
    if arrived.message.decision is AuditVerdict.REQUEST_INFORMATION:
        return _request_information(case, arrived.message)
    return _approve(case, arrived, policy)


def _reject(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Move:
    """Reject with the code and the text for the customer; a text from the API stands in the database (R15)."""
    text = decision.note or rules.text_for_customer(decision.reason_code or "", policy)
    happened = Happened("rejected", _who(decision), "R15", {"reason_code": decision.reason_code, "text": text})
    return Move(case.amend(state=CaseState.REJECTED), (happened,))


def _request_information(case: Case, decision: AuditDecision) -> Move:
    happened = Happened("information_requested", _who(decision), "R9", {"reason_code": decision.reason_code})
    return Move(case.amend(state=CaseState.INFORMATION_REQUESTED, awaits_more=True), (happened,))


def _approve(case: Case, arrived: Arrived[AuditDecision], policy: PolicyDocument) -> Move | Refusal:
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
        return exchange.settle_without_goods(case, happened, policy, arrived.at)
    case = case.amend(
        state=CaseState.AWAITING_RETURN,
        return_code=returns.return_code(case.case_id),
        return_address=policy.return_address,
    )
    return Move(case, (*happened, Happened("return_requested", rule="R18", details={"return_code": case.return_code})))


def _reclassified(case: Case, decision: AuditDecision) -> tuple[Happened, ...]:
    if decision.reclassify_as in (None, case.reason):
        return ()
    details = {"from": case.reason.value, "to": str(decision.reclassify_as)}
    return (Happened("reclassified", _who(decision), "R17", dict(details)),)


def _approved(case: Case, decision: AuditDecision) -> Happened:
    weighed = {
        "reason": str(decision.reclassify_as or case.reason),
        "evidence": len(case.evidence),
        "return_waived": decision.waive_return,
    }
    rule = "R23" if decision.waive_return else "R16"
    return Happened("approved", _who(decision), rule, dict(weighed))


def _who(decision: AuditDecision) -> str:
    return decision.decided_by or "unnamed"
