"""Which messages reopen a case that has ended."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import (
    CaseResolution,
    CourierTracking,
    DeliveryReport,
    Dispatch,
    DisputeUpdate,
    GoodsReceipt,
    Message,
    PayoutAnswer,
    RecordCheck,
    RefundUpdate,
    ReturnsChanged,
    StockAnswer,
)
from domain.cases.people import is_same_person
from domain.enums import CaseState, DispatchedGoods, ResolutionDecision
from domain.payout_state import PayoutState
from policy.dispatches import not_arrived, sent_in
from policy.parcels.return_postage import takes_late_postage
from policy.returns import ended_without_goods, may_revive, may_send_back, proves_receipt, takes_paid_goods

_UNREOPENABLE = frozenset({"R1", "R8"})


def is_reopened_by(case: Case, message: Message) -> bool:
    """Return whether the message reopens the ended case; any other message comes too late.

    R12: an operator has it decided anew. R19, R22: the parcel arrives after all; R21: an operator matches it. R32, R36:
    finance has paid what was owed outside the original payments. R37: the gateway reports a change to a refund. R32,
    R38: what counts as paid by a refund by hand or a dispute changes. R28: refused goods are sent back to the customer.
    R39: the stock confirms that it released a reservation; a replacement does not arrive. R30: the customer tells
    return postage after the payout.
    """
    if isinstance(message, RefundUpdate | DisputeUpdate | ReturnsChanged):
        return _changes_money(case, message)
    match message:
        case CaseResolution():
            return _is_reopened_by(case, message.decision)
        case DeliveryReport(tracking_number=number):
            return bool(sent_in(case, number))
        case Dispatch(goods=DispatchedGoods.REFUSED_GOODS):
            return may_send_back(case)
        case PayoutAnswer() | StockAnswer() | RecordCheck():
            return True
        case _:
            return _takes_goods(case, message) or _takes_postage(case, message)


def _is_reopened_by(case: Case, decision: ResolutionDecision) -> bool:
    if decision is ResolutionDecision.REOPEN:
        return may_reopen(case) or bool(not_arrived(case))
    return decision is ResolutionDecision.PAID and is_owed_outside(case)


def _changes_money(case: Case, message: RefundUpdate | DisputeUpdate | ReturnsChanged) -> bool:
    match message:
        case RefundUpdate():
            return case.payout(message.payout_id) is not None
        case DisputeUpdate(dispute=dispute):
            return counts(case, dispute.provider, dispute.dispute_id)
        case ReturnsChanged():
            return counts(case, message.provider, message.return_id)


def counts(case: Case, provider: str, return_id: str) -> bool:
    """Return whether a refund by hand or a dispute counts as paid for the case (R32, R38)."""
    return any((one.provider, one.return_id) == (provider, return_id) for one in case.counted)


def may_reopen(case: Case) -> bool:
    """Return whether an operator may have the case decided anew, as goodwill (R12).

    Open to this are a refusal by a rule, an auditor's rejection, and a case that expired because information was
    missing; one that expired later waits for its parcel (R19). Two refusals are final: a stranger's request (R1), as
    there is no customer to be generous to, and a request for goods or units that the order does not have (R8), as there
    is nothing to give back.
    """
    if case.state is CaseState.REJECTED:
        return case.refusal is None or case.refusal.rule not in _UNREOPENABLE
    return case.state is CaseState.EXPIRED and case.approved_at is None


def way_back(case: Case) -> str | None:
    """Return what takes the ended case up again, in words, or None if nothing does (R12, R19, R21)."""
    if may_reopen(case):
        return "an operator can have it decided anew with the resolution reopen and a reason_code (R12)"
    if may_revive(case):
        return "it is taken up again when its goods arrive (R19)"
    if not_arrived(case):
        return "if the replacement did not arrive, an operator can reopen it with a reason_code (R39)"
    return "an operator can match its parcel with it when it arrives (R21)" if ended_without_goods(case) else None


def check_reopening(case: Case, resolution: CaseResolution) -> Refusal | None:
    """Return why an operator cannot reopen the case, or None (R12).

    A reason is required, and whoever rejected a case cannot reopen it; names are compared whatever their case, spaces
    and form of characters.
    """
    if resolution.decision is not ResolutionDecision.REOPEN or not may_reopen(case):
        message = "Only a refused or rejected request, or one whose time for information passed, can be reopened."
        return Refusal(rule="R12", code="not_reopenable", message=message)
    if resolution.reason_code is None:
        message = "Send reason_code: why the shop makes an exception."
        return Refusal(rule="R12", code="reason_required", message=message)
    if case.rejected_by is not None and is_same_person(case.rejected_by, resolution.decided_by):
        message = f"{case.rejected_by} rejected this request: somebody else has to reopen it."
        return Refusal(rule="R12", code="reopened_by_who_rejected", message=message)
    return None


def decided_by_rule(case: Case) -> str:
    """Return the rule under which a case ended that is to be reopened: R9, R15, or the one that refused it (R12)."""
    if case.state is CaseState.EXPIRED:
        return "R9"
    return case.refusal.rule if case.refusal and case.rejected_by is None else "R15"


def is_owed_outside(case: Case) -> bool:
    """Return whether money is owed outside the original payments and not yet marked as paid (R32, R36)."""
    return any(payout.is_outside and payout.state is PayoutState.ACTION_REQUIRED for payout in case.payouts)


def _takes_goods(case: Case, message: Message) -> bool:
    if not proves_receipt(message):
        return False
    is_matched = isinstance(message, GoodsReceipt) and message.matched_by is not None
    return may_revive(case) or takes_paid_goods(case) or (is_matched and ended_without_goods(case))


def _takes_postage(case: Case, message: Message) -> bool:
    return isinstance(message, CourierTracking) and message.postage is not None and takes_late_postage(case)
