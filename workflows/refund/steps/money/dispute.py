"""Dispute: a chargeback holds the payout; what a lost one returned counts as paid; after a won one it goes on (R38)."""

from dataclasses import replace

from domain.cases.case import Case
from domain.cases.messages import DisputeUpdate
from domain.cases.payment_balance import NamedReturn, PlanRequest
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.money import Money
from domain.payment_events import Dispute, DisputeStatus
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import disputes as rules
from policy import exchange
from policy.case_reopening import counts
from policy.payments.payment_balance import still_owed
from workflows.refund.steps.completion import taken_up
from workflows.refund.steps.money import money_due, payout, payout_replan
from workflows.refund.transition import ReceivedMessage, Replan, TimelineEvent, Transition

_PAYING_OR_SENDING = payout.PAYING | {CaseState.REPLACEMENT_DUE}


def take_update(case: Case, arrived: ReceivedMessage[DisputeUpdate], policy: PolicyDocument) -> Transition:
    """Hold, count as paid, or continue, by the dispute's status; a case that owes nothing only notes it (R38, R39)."""
    dispute = arrived.message.dispute
    happened = (updated(dispute),)
    if counts(case, dispute.provider, dispute.dispute_id):
        return _counted_before(case, dispute, happened)
    if case.state not in _PAYING_OR_SENDING or not _is_concerned(case, dispute):
        return Transition(case, happened)
    if dispute.is_unclear:
        return payout.blocked(case, BlockReason.DISPUTE_UNCLEAR, happened)
    match dispute.status:
        case DisputeStatus.OPEN:
            return hold(case, happened)
        case DisputeStatus.LOST if _returned(dispute):
            return _lost(case, dispute, happened, policy)
        case _:
            is_held = case.state is CaseState.CHARGEBACK_HOLD or case.blocked_by is BlockReason.DISPUTE_UNCLEAR
            return payout_replan.again(case, happened) if is_held else Transition(case, happened)


def hold(case: Case, happened: tuple[TimelineEvent, ...]) -> Transition:
    """Pay and send nothing until the dispute has ended; payouts submitted before are still checked (R38)."""
    if case.state is CaseState.CHARGEBACK_HOLD:
        return Transition(case, happened)
    held = TimelineEvent(CaseEvent.CHARGEBACK_HOLD, rule="R38")
    return Transition(case.amend(state=CaseState.CHARGEBACK_HOLD, blocked_by=None), (*happened, held))


def close_by_hand(case: Case, by: str, policy: PolicyDocument) -> Transition:
    """End the case because finance says that the dispute is over; what it returned counts as paid (R38).

    What the disputes over its payments did not return stays unpaid, and the case says so (R43).
    """
    noted = (TimelineEvent(CaseEvent.DISPUTE_LOST, by, "R38"),)
    case, happened = money_due.owe_instead(case, exchange.give_up(case), noted, policy)
    asked = PlanRequest(pays=False, counts_open_disputes=True, requested_by=by)
    parked = payout.blocked(case, BlockReason.DISPUTE_LOST_IN_PART, happened)
    return replace(parked, replans=Replan(asked, closes=True))


def updated(dispute: Dispute) -> TimelineEvent:
    """Return the timeline event for a dispute's current status (R38)."""
    details = {"dispute_id": dispute.dispute_id, "amount": dispute.amount.minor, "currency": dispute.amount.currency}
    event = CaseEvent.DISPUTE_UNCLEAR if dispute.is_unclear else CaseEvent.of_dispute(dispute.status)
    return TimelineEvent(event, dispute.provider, "R38", dict(details))


def _is_concerned(case: Case, dispute: Dispute) -> bool:
    """Return whether the case still pays or sends something that the disputed payment paid for."""
    unpaid = (one for one in case.payouts if not one.released and one.state is not PayoutState.SUCCEEDED)
    is_owed = bool(still_owed(case).total) and not _is_open(dispute)
    return any(rules.concerns(dispute, one) for one in unpaid) or case.awaits_replacement or is_owed


def _is_open(dispute: Dispute) -> bool:
    return dispute.status is DisputeStatus.OPEN and not dispute.is_unclear


def _lost(case: Case, dispute: Dispute, happened: tuple[TimelineEvent, ...], policy: PolicyDocument) -> Transition:
    """Count what the dispute returned as paid; about a rest, or another currency, finance decides (R38)."""
    case, happened = money_due.owe_instead(case, exchange.give_up(case), happened, policy)
    is_comparable = _returned(dispute).currency == case.currency
    reason = BlockReason.DISPUTE_LOST_IN_PART if is_comparable else BlockReason.DISPUTE_IN_OTHER_CURRENCY
    return replace(payout.blocked(case, reason, happened), replans=_counting(dispute))


def _returned(dispute: Dispute) -> Money:
    """Return what a lost dispute returned: what the provider says, otherwise all that was disputed (R38)."""
    return dispute.returned if dispute.returned is not None else dispute.amount


def _counting(dispute: Dispute) -> Replan:
    named = (NamedReturn(return_id=dispute.dispute_id),)
    return Replan(PlanRequest(pays=False, dispute=dispute, named=named))


def _counted_before(case: Case, dispute: Dispute, happened: tuple[TimelineEvent, ...]) -> Transition:
    """Correct what counts as paid by the dispute; what it did not return after all is owed again (R38)."""
    counted = sum(one.amount.minor for one in case.counted if one.return_id == dispute.dispute_id)
    is_won = dispute.status is DisputeStatus.WON
    if dispute.status is DisputeStatus.OPEN or (_returned(dispute).minor == counted and not is_won):
        return Transition(case, happened)
    reopened = taken_up(case).amend(settled_by_dispute=None)
    if is_won:
        return payout_replan.pay_rest(reopened, happened, PlanRequest(dispute=dispute))
    parked = payout.blocked(reopened, BlockReason.DISPUTE_LOST_IN_PART, happened)
    return replace(parked, replans=_counting(dispute))
