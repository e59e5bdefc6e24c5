"""Some items do not support refunds: goods made for one customer."""

from domain.cases.case import Refusal
from domain.order import Order
from domain.policy_document import PolicyDocument
from domain.request import CaseIntake


def refusal(order: Order, intake: CaseIntake, policy: PolicyDocument) -> Refusal | None:
    """Return the refusal of a request that names special goods, judged by the line as it was sold (R10).

    By default for every reason; a policy version that says `audit_sellers_fault` lets a seller's-fault case through
    to a human audit. None when no requested line is special.
    """
    if _goes_to_audit(intake, policy):
        return None
    skus = [asked.sku for asked in intake.lines if _is_special(order, asked.sku)]
    if not skus:
        return None
    return Refusal(
        rule="R10",
        code="special_goods",
        message=f"Made for you and therefore not refundable: {', '.join(skus)}. Ask for the other lines by themselves.",
    )


def _goes_to_audit(intake: CaseIntake, policy: PolicyDocument) -> bool:
    return policy.special_goods == "audit_sellers_fault" and intake.reason.is_sellers_fault


def _is_special(order: Order, sku: str) -> bool:
    line = order.line(sku)
    return line is not None and line.special
