"""One payout through its gateway: submitted once, asked after while it is pending, its answer told to the case."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.payouts import PayoutDesk, PayoutOrder
from domain.case import Case, Payout
from domain.messages import PayoutAnswer, PayoutTrouble
from domain.words import CaseState, EvidenceStatus, PayoutState
from workflows import options
from workflows.mailbox import Mailbox

ON_ITS_WAY = frozenset({PayoutState.PENDING, PayoutState.ACTION_REQUIRED, PayoutState.UNKNOWN})
BEING_SUBMITTED = frozenset({PayoutState.PLANNED, PayoutState.SUBMITTING})


class Payments:
    """The payouts of a case on their way: each is carried by a task of its own, in this run or the one after it."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def is_idle(self) -> bool:
        """True when no payout is on its way."""
        return all(task.done() for task in self._tasks.values())

    def start(self, case: Case) -> Case:
        """Start what is due and not on its way yet, and return the case with it; answers come back as messages."""
        for payout in _due(case):
            if payout.idempotency_key not in self._tasks:
                self._tasks[payout.idempotency_key] = asyncio.create_task(pay(case, payout, self._mailbox))
                case = case.with_payout(_submitted(payout))
        return case


def _due(case: Case) -> list[Payout]:
    """Return the unsettled payouts up to the first that has no answer yet: they are submitted in their order (R35)."""
    if case.state is not CaseState.PAYOUT_DUE:
        return []
    unsettled = [one for one in case.payouts if not one.is_outside and one.state in BEING_SUBMITTED | ON_ITS_WAY]
    submitting = [place for place, one in enumerate(unsettled, start=1) if one.state in BEING_SUBMITTED]
    return unsettled[: submitting[0]] if submitting else unsettled


def _submitted(payout: Payout) -> Payout:
    return payout.amend(state=PayoutState.SUBMITTING) if payout.state is PayoutState.PLANNED else payout


async def pay(case: Case, payout: Payout, mailbox: Mailbox) -> None:
    """Bring the payout to an answer and tell it; a permanent refusal is told as trouble (R36)."""
    pinned = tuple(pin for pin in case.evidence if pin.status is EvidenceStatus.PINNED)
    order = PayoutOrder(case_id=case.case_id, order_number=case.order_number, payout=payout, evidence=pinned)
    try:
        await _settle(order, mailbox)
    except ActivityError as error:
        mailbox.tell(_trouble(payout, error))


async def _submit(order: PayoutOrder, mailbox: Mailbox) -> Payout:
    answer = await workflow.execute_activity_method(
        PayoutDesk.submit, order, **options.payout(f"refund {order.payout.amount} as {order.payout.payout_id}")
    )
    mailbox.tell(PayoutAnswer(payout=answer))
    return answer


async def _settle(order: PayoutOrder, mailbox: Mailbox) -> None:
    answer = order.payout if order.payout.state in ON_ITS_WAY else await _submit(order, mailbox)
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
