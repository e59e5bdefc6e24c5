"""One payout through its gateway: submitted once, asked after while it is pending, its answer told to the case."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.payouts import PayoutDesk, PayoutOrder
from domain.case import Case, Payout
from domain.messages import PayoutAnswer, PayoutTrouble
from domain.words import EvidenceStatus, PayoutState
from workflows import options
from workflows.mailbox import Mailbox

ON_ITS_WAY = frozenset({PayoutState.PENDING, PayoutState.ACTION_REQUIRED})


def next_planned(case: Case) -> Payout | None:
    """Return the first payout that is still to be submitted: one after the other, in the plan's order (R35)."""
    if any(one.state in {PayoutState.SUBMITTING, PayoutState.PENDING} for one in case.payouts):
        return None
    return next((one for one in case.payouts if one.state is PayoutState.PLANNED), None)


async def pay(case: Case, payout: Payout, mailbox: Mailbox) -> None:
    """Bring the payout to an answer and tell it; a permanent refusal is told as trouble (R36)."""
    pinned = tuple(pin for pin in case.evidence if pin.status is EvidenceStatus.PINNED)
    order = PayoutOrder(case_id=case.case_id, order_number=case.order_number, payout=payout, evidence=pinned)
    try:
        await _settle(order, mailbox)
    except ActivityError as error:
        mailbox.tell(_trouble(payout, error))


async def _settle(order: PayoutOrder, mailbox: Mailbox) -> None:
    answer = await workflow.execute_activity_method(
        PayoutDesk.submit, order, **options.payout(f"refund {order.payout.amount} as {order.payout.payout_id}")
    )
    mailbox.tell(PayoutAnswer(payout=answer))
    checks = 0
    while answer.state in ON_ITS_WAY:
        await workflow.sleep(options.pending_check_interval(checks), summary=f"ask again after {answer.payout_id}")
        checks, before = checks + 1, answer
        answer = await workflow.execute_activity_method(
            PayoutDesk.check, order.amend(payout=answer), **options.payout(f"ask after {answer.payout_id}")
        )
        if answer != before:
            mailbox.tell(PayoutAnswer(payout=answer))


def _trouble(payout: Payout, error: ActivityError) -> PayoutTrouble:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return PayoutTrouble(payout_id=payout.payout_id, code="activity_failed")
    decline = str(cause.details[0]) if cause.details else None
    return PayoutTrouble(payout_id=payout.payout_id, code=cause.type or "activity_failed", decline_code=decline)
