"""Which messages reopen a case that has ended."""

from domain.cases.case import Case
from domain.cases.messages import CaseResolution, Dispatch, Message, PayoutAnswer, RefundUpdate, StockAnswer
from domain.enums import CaseState, DispatchedGoods, ResolutionDecision
from domain.payout_state import PayoutState
from policy.returns import expects, may_revive, may_send_back, proves_receipt

_UNREOPENABLE = frozenset({"R1", "R8"})


def is_reopened_by(case: Case, message: Message) -> bool:
    """Return whether the message reopens the ended case; any other message comes too late.

    R12: goodwill for a request that a rule refused. R19: the parcel arrives after all. R32, R36: finance has paid
    what was owed outside the original payments. R37: the gateway reports a change to a refund. R28: refused goods
    are sent back to the customer. R39: the stock confirms that it released a reservation.
    """
    match message:
        case CaseResolution(decision=ResolutionDecision.REOPEN):
            return may_reopen(case)
        case CaseResolution(decision=ResolutionDecision.PAID):
            return is_owed_outside(case)
        case RefundUpdate():
            return case.payout(message.payout_id) is not None
        case Dispatch(goods=DispatchedGoods.REFUSED_GOODS):
            return may_send_back(case)
        case PayoutAnswer() | StockAnswer():
            return True
        case _:
            return proves_receipt(message) and may_revive(case.state) and expects(case)


def may_reopen(case: Case) -> bool:
    """Return whether an operator may reopen the case as goodwill, because a rule refused the request (R12).

    Two refusals are final: a stranger's request (R1), as there is no customer to be generous to, and a request for
    goods or units that the order does not have (R8), as there is nothing to give back.
    """
    return case.state is CaseState.REJECTED and case.refusal is not None and case.refusal.rule not in _UNREOPENABLE


def is_owed_outside(case: Case) -> bool:
    """Return whether money is owed outside the original payments and not yet marked as paid (R32, R36)."""
    return any(payout.is_outside and payout.state is PayoutState.ACTION_REQUIRED for payout in case.payouts)
