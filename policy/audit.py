"""The refund audit: what an auditor may decide, and what a policy version may decide by itself."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import AuditDecision
from domain.enums import AuditVerdict, Reason
from domain.policy_document import PolicyDocument
from policy.refund_amount import goods_value


def check_audit_decision(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """Return the first rule's refusal of an auditor's decision, or None when it may stand (R15, R16, R17, R23, R31)."""
    return (
        _rejection(decision, policy)
        or _reclassification(decision)
        or _discretion(case, decision, policy)
        or _waiver(case, decision, policy)
        or _label(case, decision)
    )


def auto_approves(case: Case, policy: PolicyDocument) -> bool:
    """Return whether the policy version itself approves a `personal` case, up to a goods value by currency (R16).

    A currency that is not named is always left to an auditor.
    """
    return case.reason is Reason.PERSONAL and _within(case, policy.auto_approve_personal_up_to)


def text_for_customer(code: str, policy: PolicyDocument) -> str | None:
    """Return the policy version's text for a rejection code, or None when it has none (R15)."""
    return policy.rejection_texts.get(code)


def _rejection(decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """A rejection carries a code and a text for the customer (R15)."""
    if decision.decision is not AuditVerdict.REJECT:
        return None
    if decision.reason_code is None:
        return Refusal(rule="R15", code="reason_code_missing", message="A rejection needs a reason_code.")
    if _has_text(decision, decision.reason_code, policy):
        return None
    message = f"The policy has no text for the code {decision.reason_code}: give a note for the customer."
    return Refusal(rule="R15", code="text_missing", message=message)


def _has_text(decision: AuditDecision, code: str, policy: PolicyDocument) -> bool:
    return decision.has_text or bool(decision.note) or text_for_customer(code, policy) is not None


def _reclassification(decision: AuditDecision) -> Refusal | None:
    """Reclassifying goes with an approval (R17)."""
    if decision.reclassify_as is None or decision.decision is AuditVerdict.APPROVE:
        return None
    message = "reclassify_as goes with the decision approve only."
    return Refusal(rule="R17", code="reclassified_without_approval", message=message)


def _discretion(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """Whoever approves a `personal` case gives a name (R16)."""
    is_approval = decision.decision is AuditVerdict.APPROVE
    is_sellers_fault = policy.is_sellers_fault(_reason_after(case, decision))
    if not is_approval or is_sellers_fault or decision.decided_by is not None:
        return None
    return Refusal(rule="R16", code="auditor_not_named", message="Approving a personal case needs decided_by.")


def _waiver(case: Case, decision: AuditDecision, policy: PolicyDocument) -> Refusal | None:
    """The return is waived for seller's-fault cases up to the ceiling of the policy version (R23)."""
    if not decision.waive_return:
        return None
    if decision.decision is not AuditVerdict.APPROVE:
        return Refusal(rule="R23", code="waived_without_approval", message="waive_return goes with approve only.")
    if not policy.is_sellers_fault(_reason_after(case, decision)):
        message = "The return is waived for seller's-fault reasons only."
        return Refusal(rule="R23", code="waiver_not_for_personal", message=message)
    if not _within(case, policy.waive_return_up_to):
        message = f"The goods are worth more than the policy lets a return be waived for in {case.currency}."
        return Refusal(rule="R23", code="waiver_above_ceiling", message=message)
    return None


def _label(case: Case, decision: AuditDecision) -> Refusal | None:
    """A label that the shop paid has a price in the case's currency (R31)."""
    label = decision.shop_paid_label
    if label is None:
        return None
    if label.currency != case.currency:
        message = f"shop_paid_label: the case is in {case.currency}, not in {label.currency}."
        return Refusal(rule="R31", code="label_currency", message=message)
    if label.minor < 0:
        return Refusal(rule="R31", code="label_negative", message="shop_paid_label: a price is not negative.")
    return None


def _reason_after(case: Case, decision: AuditDecision) -> Reason:
    return decision.reclassify_as or case.reason


def _within(case: Case, ceilings: dict[str, int]) -> bool:
    ceiling = ceilings.get(case.currency)
    return ceiling is not None and goods_value(case) <= ceiling
