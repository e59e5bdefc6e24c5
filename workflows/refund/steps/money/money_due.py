"""Money due: what a case owes for its accepted units (R30, R31, R39)."""

from domain.cases.case import Case
from domain.cases.payment_balance import Owed
from domain.cases.payout import RefundDue
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.policy_document import PolicyDocument
from policy import refund_amount
from policy.parcels.return_postage import made_due
from policy.payments.payment_balance import owed_so_far
from workflows.refund.steps.postage.asking import asked
from workflows.refund.transition import TimelineEvent, Transition


def owe(case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument) -> Transition:
    """Make what is owed for the accepted units due (R30, R31)."""
    return _owing(case, refund_amount.refund_due(case, policy), happened, policy)


def owe_instead(
    before: Case, after: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument
) -> tuple[Case, tuple[TimelineEvent, ...]]:
    """Return the case with the money due for goods that are no longer to be replaced (R39).

    `before` is the case with the replacements, `after` without; what was due before stays due.
    """
    due = refund_amount.difference(refund_amount.refund_due(before, policy), refund_amount.refund_due(after, policy))
    if after.replacements == before.replacements or not due.total:
        return after, happened
    owing = _owing(after, due, happened, policy)
    return owing.case, owing.happened


def owe_postage(
    case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument
) -> tuple[Case, tuple[TimelineEvent, ...]]:
    """Return the case with return postage due that was told, or decided about, after its goods were (R30).

    It is added to what was due before, and not planned.
    """
    due = refund_amount.postage_due(case)
    owed = _owed(case, due, policy)
    case = _with_owed(case, due).amend(refund_due=refund_amount.together(case.refund_due, due))
    return case, (*happened, owed)


def _owing(case: Case, due: RefundDue, happened: tuple[TimelineEvent, ...], policy: PolicyDocument) -> Transition:
    owed = _owed(case, due, policy)
    case = _with_owed(case, due)
    for one in refund_amount.unaccounted(case):
        case = case.with_replacement(one.amend(is_accounted=True))
    due_now = case.amend(state=CaseState.PAYOUT_DUE, refund_due=due, payout_plan_count=case.payout_plan_count + 1)
    return Transition(due_now, (*happened, owed, *asked(case)))


def _owed(case: Case, due: RefundDue, policy: PolicyDocument) -> TimelineEvent:
    return TimelineEvent(
        CaseEvent.PAYOUT_DUE if due.total else CaseEvent.NOTHING_OWED,
        rule="R30" if policy.is_sellers_fault(case.reason) else "R31",
        details={
            "goods": due.goods.minor,
            "outbound_postage": due.outbound_postage.minor,
            "return_postage": due.return_postage.minor,
            "label_deduction": due.label_deduction.minor,
            "total": due.total.minor,
            "currency": due.total.currency,
        },
    )


def _with_owed(case: Case, due: RefundDue) -> Case:
    if case.process_version == 1:
        return case
    before, postage = case.owed or owed_so_far(case), due.return_postage.minor
    case = made_due(case) if postage else case
    case = case.amend(label_deducted=case.label_deducted + due.label_deduction.minor)
    return case.amend(owed=Owed(goods=before.goods + due.total.minor - postage, postage=before.postage + postage))
