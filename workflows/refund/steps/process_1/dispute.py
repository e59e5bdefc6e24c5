"""A chargeback in runs that release 0.1.0 began (R38)."""

from datetime import datetime

from domain.cases.case import Case
from domain.cases.messages import CaseResolution, DisputeUpdate
from domain.cases.payout import Payout
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.payment_events import Dispute, DisputeStatus
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import disputes as rules
from policy import exchange
from policy.payout_rules import is_paid
from policy.refund_amount import value_awaiting_replacement
from workflows.refund.steps.money import payout, payout_replan
from workflows.refund.steps.money.dispute import hold
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition

_PAYING_OR_SENDING = frozenset(
    {CaseState.PAYOUT_DUE, CaseState.PAYOUT_BLOCKED, CaseState.CHARGEBACK_HOLD, CaseState.REPLACEMENT_DUE}
)
BY_HAND = "ended_by_hand"


def take_update(case: Case, arrived: ReceivedMessage[DisputeUpdate], policy: PolicyDocument) -> Transition:
    """Hold, settle or continue, by the dispute's status; a case that pays or sends nothing only notes it (R38, R39)."""
    dispute = arrived.message.dispute
    happened = (_updated(dispute),)
    concerned = tuple(
        one for one in case.payouts if rules.concerns(dispute, one) and one.state is not PayoutState.SUCCEEDED
    )
    if case.state not in _PAYING_OR_SENDING or not (concerned or case.awaits_replacement):
        return Transition(case, happened)
    if dispute.is_unclear:
        return payout.blocked(case, BlockReason.DISPUTE_UNCLEAR, happened)
    match dispute.status:
        case DisputeStatus.OPEN:
            return hold(case, happened)
        case DisputeStatus.WON:
            return (
                payout_replan.again(case, happened)
                if case.state is CaseState.CHARGEBACK_HOLD
                else Transition(case, happened)
            )
        case DisputeStatus.LOST:
            return _lost(case, arrived, concerned, policy)


def close_by_hand(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition:
    """Close the money part because finance says that the dispute has returned it (R38)."""
    happened = TimelineEvent(CaseEvent.DISPUTE_LOST, arrived.message.decided_by, "R38")
    case = _settled(case, BY_HAND, case.payouts)
    return _closed(case, (happened,), policy, arrived.at)


def _lost(
    case: Case, arrived: ReceivedMessage[DisputeUpdate], concerned: tuple[Payout, ...], policy: PolicyDocument
) -> Transition:
    """Close what the dispute has paid; if it returned less than is owed, finance decides (R38)."""
    dispute = arrived.message.dispute
    happened = (_updated(dispute),)
    if rules.replaces(dispute, concerned, value_awaiting_replacement(case)):
        return _closed(_settled(case, dispute.dispute_id, concerned), happened, policy, arrived.at)
    return payout.blocked(case, BlockReason.DISPUTE_LOST_IN_PART, happened) if concerned else hold(case, happened)


def _settled(case: Case, dispute_id: str, concerned: tuple[Payout, ...]) -> Case:
    """Return the case so that what the dispute returned is no longer paid or replaced (R38, R39)."""
    for one in concerned:
        case = case.with_payout(one.amend(state=PayoutState.CANCELED)) if not one.state.may_be_with_gateway else case
    return exchange.give_up(case).amend(settled_by_dispute=dispute_id)


def _closed(case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime) -> Transition:
    return payout.paid(case, happened, policy, at) if is_paid(case) else Transition(case, happened)


def _updated(dispute: Dispute) -> TimelineEvent:
    details = {"dispute_id": dispute.dispute_id, "amount": dispute.amount.minor, "currency": dispute.amount.currency}
    return TimelineEvent(CaseEvent.of_dispute(dispute.status), dispute.provider, "R38", dict(details))
