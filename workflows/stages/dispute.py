"""Dispute: a chargeback holds the payout; lost, it has paid the customer; won, the payout goes on (R38)."""

from datetime import datetime

from domain.case import Case, Payout
from domain.gateway_events import Dispute, DisputeStatus
from domain.messages import CaseResolution, DisputeNews
from domain.policy_document import PolicyDocument
from domain.words import CaseState, PayoutState
from policy import payouts as rules
from workflows.move import Arrived, Happened, Move
from workflows.stages import payout

_NOT_SENT = rules.PAID_NOTHING | {PayoutState.PLANNED}
_SENT = frozenset({PayoutState.SUBMITTING, PayoutState.UNKNOWN, PayoutState.PENDING, PayoutState.ACTION_REQUIRED})
BY_HAND = "ended_by_hand"


def hear(case: Case, arrived: Arrived[DisputeNews], _policy: PolicyDocument) -> Move:
    """Hold, settle or go on as the dispute stands; a case that pays nothing just now only notes it (R38)."""
    told = arrived.message.dispute
    happened = (_told(told),)
    concerned = tuple(one for one in case.payouts if rules.concerns(told, one) and one.state in _NOT_SENT | _SENT)
    if case.state not in payout.PAYING or not concerned:
        return Move(case, happened)
    match told.status:
        case DisputeStatus.OPEN:
            return hold(case, happened)
        case DisputeStatus.WON:
            return payout.again(case, happened) if case.state is CaseState.CHARGEBACK_HOLD else Move(case, happened)
        case DisputeStatus.LOST:
            return _lost(case, told, concerned, arrived.at)


def hold(case: Case, happened: tuple[Happened, ...]) -> Move:
    """Pay nothing until the dispute has ended; what was sent before is still asked after (R38)."""
    if case.state is CaseState.CHARGEBACK_HOLD:
        return Move(case, happened)
    held = Happened("chargeback_hold", rule="R38")
    return Move(case.amend(state=CaseState.CHARGEBACK_HOLD, blocked_by=None), (*happened, held))


def close_by_hand(case: Case, arrived: Arrived[CaseResolution]) -> Move:
    """Take finance's word that the dispute has returned the money (R38)."""
    happened = Happened("dispute_lost", arrived.message.decided_by, "R38")
    return _settled(case, BY_HAND, case.payouts, (happened,), arrived.at)


def _lost(case: Case, told: Dispute, concerned: tuple[Payout, ...], at: datetime) -> Move:
    """Close what the dispute has paid; one that returned less than is owed asks finance (R38)."""
    if not rules.replaces(told, concerned):
        return payout.blocked(case, "dispute_lost_in_part", (_told(told),))
    return _settled(case, told.dispute_id, concerned, (_told(told),), at)


def _settled(
    case: Case, dispute_id: str, concerned: tuple[Payout, ...], happened: tuple[Happened, ...], at: datetime
) -> Move:
    for one in concerned:
        case = case.with_payout(one.amend(state=PayoutState.CANCELED)) if one.state in _NOT_SENT else case
    case = case.amend(settled_by_dispute=dispute_id)
    if rules.is_paid(case):
        return payout.paid(case, happened, at)
    return Move(case, happened)


def _told(told: Dispute) -> Happened:
    details = {"dispute_id": told.dispute_id, "amount": told.amount.minor, "currency": told.amount.currency}
    return Happened(f"dispute_{told.status}", told.provider, "R38", dict(details))
