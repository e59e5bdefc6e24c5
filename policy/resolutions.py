"""What a human may decide about a case now: offered by the same rules that check the decision."""

from domain.cases.case import Case
from domain.cases.people import is_same_person
from domain.enums import CaseState, ResolutionDecision
from domain.policy_document import PolicyDocument
from policy import inspection, payout_rules
from policy.case_reopening import is_owed_outside, may_reopen
from policy.dispatches import not_arrived
from policy.exchange import RESOLUTIONS_BEFORE_SENDING
from policy.parcels.return_postage import postage_decisions
from policy.returns import RESOLUTIONS_AFTER_LOSS

_ABOUT_MONEY = frozenset({CaseState.PAYOUT_BLOCKED, CaseState.CHARGEBACK_HOLD, CaseState.REIMBURSEMENT_DUE})
_NOTHING: frozenset[ResolutionDecision] = frozenset()


def allowed_resolutions(case: Case, policy: PolicyDocument, by: str | None = None) -> frozenset[ResolutionDecision]:
    """Return what a human, or this one, may decide about the case in its state; every other decision is refused.

    R12: reopening, by somebody else than who rejected. R22: a lost parcel. R27, R28: failed units. R30: return postage
    under review, in whatever state. R32, R36, R38: money. R39: a replacement not sent yet, or not arrived. `paid` is
    offered in every state in which something is owed outside the original payments, and in no other.
    """
    paid = frozenset({ResolutionDecision.PAID}) if is_owed_outside(case) else _NOTHING
    is_own = by is not None and case.rejected_by is not None and is_same_person(by, case.rejected_by)
    not_by_them = {ResolutionDecision.PAID, ResolutionDecision.REOPEN} if is_own else {ResolutionDecision.PAID}
    return (_by_state(case, policy) - not_by_them) | paid | postage_decisions(case)


def _by_state(case: Case, policy: PolicyDocument) -> frozenset[ResolutionDecision]:
    if not case.is_open:
        return frozenset({ResolutionDecision.REOPEN}) if may_reopen(case) or not_arrived(case) else _NOTHING
    if case.state in _ABOUT_MONEY:
        of_release = (
            payout_rules.allowed_in_first_release if case.process_version == 1 else payout_rules.allowed_resolutions
        )
        return of_release(case)
    match case.state:
        case CaseState.INSPECTION_FAILED:
            return inspection.allowed_resolutions(case, policy)
        case CaseState.LOST_IN_RETURN:
            return RESOLUTIONS_AFTER_LOSS
        case CaseState.REPLACEMENT_DUE:
            return RESOLUTIONS_BEFORE_SENDING
        case _:
            return _NOTHING
