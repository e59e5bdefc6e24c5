"""The audit of a refund request: what an auditor may decide, and what a policy version approves automatically."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import AuditDecision
from domain.enums import AuditVerdict, Reason
from domain.policy_document import PolicyDocument
from policy.refund_amount import goods_value


def check_audit_decision(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """Return why the auditor's decision is refused, by the first rule it breaks, or None when it is allowed.

    Rules: R15, R16, R17, R23, R31.
    """
    return (
        _rejection(decision, policy)
        or _reclassification(decision)
        or _discretion(case, decision, policy)
        or _waiver(case, decision, policy)
        or _label(case, decision)
    )


def auto_approves(case: Case, policy: PolicyDocument) -> bool:
    """Return whether the policy version approves a `personal` case automatically (R16).

    It does so up to a value of the goods per currency; an auditor decides in every currency without such a limit.
    """
    return case.reason is Reason.PERSONAL and _within(case, policy.auto_approve_personal_up_to)


def text_for_customer(code: str, policy: PolicyDocument) -> str | None:
    """Return the text that the policy version gives customers for a rejection code, or None if it has none (R15)."""
    return policy.rejection_texts.get(code)


def _rejection(decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """A rejection needs a code and a text for the customer (R15)."""
    if decision.decision is not AuditVerdict.REJECT:
        return None
    if decision.reason_code is None:
        return Refusal(rule="R15", code="reason_code_missing", message="A rejection needs a reason_code.")
    if _has_text(decision, decision.reason_code, policy):
        return None
    message = f"The policy has no text for the code {decision.reason_code}: send a note for the customer."
    return Refusal(rule="R15", code="text_missing", message=message)


def _has_text(decision: AuditDecision, code: str, policy: PolicyDocument) -> bool:
    return decision.has_text or bool(decision.note) or text_for_customer(code, policy) is not None


def _reclassification(decision: AuditDecision) -> Refusal | None:
    """A reason can be reclassified only while approving (R17)."""
    if decision.reclassify_as is None or decision.decision is AuditVerdict.APPROVE:
        return None
    message = "reclassify_as is allowed only with the decision approve."
    return Refusal(rule="R17", code="reclassified_without_approval", message=message)


def _discretion(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """The approval of a `personal` case must name the auditor (R16)."""
    is_approval = decision.decision is AuditVerdict.APPROVE
    is_sellers_fault = policy.is_sellers_fault(_reason_after(case, decision))
    if not is_approval or is_sellers_fault or decision.decided_by is not None:
        return None
    return Refusal(rule="R16", code="auditor_not_named", message="Approving a personal case needs decided_by.")


def _waiver(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """The return can be waived for seller's-fault cases only, up to the ceiling of the policy version (R23)."""
    if not decision.waive_return:
        return None
    if decision.decision is not AuditVerdict.APPROVE:
        return Refusal(rule="R23", code="waived_without_approval", message="waive_return is allowed only with approve.")
    if not policy.is_sellers_fault(_reason_after(case, decision)):
        message = "The return can be waived for seller's-fault reasons only."
        return Refusal(rule="R23", code="waiver_not_for_personal", message=message)
    if not _within(case, policy.waive_return_up_to):
        message = f"The goods are worth more than the limit in {case.currency} up to which a return can be waived."
        return Refusal(rule="R23", code="waiver_above_ceiling", message=message)
    return None


def _label(case: Case, decision: AuditDecision) -> Refusal | None:
    """The price of a label that the shop paid for is in the case's currency and not negative (R31)."""
    label = decision.shop_paid_label
    if label is None:
        return None
    if label.currency != case.currency:
        message = f"shop_paid_label: the case is in {case.currency}, not in {label.currency}."
        return Refusal(rule="R31", code="label_currency", message=message)
    if label.minor < 0:
        return Refusal(rule="R31", code="label_negative", message="shop_paid_label: a price cannot be negative.")
    return None


def _reason_after(case: Case, decision: AuditDecision) -> Reason:
    return decision.reclassify_as or case.reason


def _within(case: Case, ceilings: dict[str, int]) -> bool:
    ceiling = ceilings.get(case.currency)
    return ceiling is not None and goods_value(case) <= ceiling
