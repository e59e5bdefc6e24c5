"""Carries a payout through its gateway: submits it once, checks it while it is pending, passes answers to the case."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.payouts import PayoutActivities, PayoutOrder
from domain.cases.case import Case
from domain.cases.messages import PayoutAnswer, PayoutTrouble
from domain.cases.payout import Payout
from domain.enums import CaseState, EvidenceStatus
from domain.payout_state import PayoutState
from workflows import options
from workflows.refund.inbox import Inbox

SUBMITS_IN = frozenset({CaseState.PAYOUT_DUE, CaseState.PAYOUT_BLOCKED})
Tasks = dict[str, asyncio.Task[None]]


class PayoutRunner:
    """The payouts of a case that are on their way, each in a task of its own; the next run resumes unfinished ones."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._submissions: Tasks = {}
        self._checks: Tasks = {}
        self._resting: set[str] = set()

    @property
    def is_idle(self) -> bool:
        """True when no gateway is being asked; the wait before a pending payout is checked again may end with a run."""
        is_submitting = any(not task.done() and key not in self._resting for key, task in self._submissions.items())
        return not is_submitting and not self.is_asking

    def asked_of(self, case: Case) -> tuple[Payout, ...]:
        """Return the payouts whose check was requested and has not been answered yet (R37)."""
        running = {payout_id for payout_id, task in self._checks.items() if not task.done()}
        return tuple(one for one in case.payouts if one.payout_id in running | set(case.refund_checks))

    @property
    def is_asking(self) -> bool:
        """True while a gateway is being asked about a refund that it reported to have changed."""
        return not all(task.done() for task in self._checks.values())

    def start(self, case: Case) -> Case:
        """Start every payout that is due and not on its way, and return the case; answers come back as messages.

        A check that is already running may miss the latest change, so that another one follows it (R37).
        """
        for payout in _due(case):
            if self._submit(case, payout):
                case = case.with_payout(_submitted(payout))
        asked = {one.payout_id for one in case.payouts if one.payout_id in case.refund_checks and self._asks(case, one)}
        left = tuple(payout_id for payout_id in case.refund_checks if payout_id not in asked)
        return case if left == case.refund_checks else case.amend(refund_checks=left)

    def _submit(self, case: Case, payout: Payout) -> bool:
        """Start the attempt unless it was started before."""
        if payout.idempotency_key in self._submissions:
            return False
        self._submissions[payout.idempotency_key] = asyncio.create_task(pay(case, payout, self._inbox, self._resting))
        return True

    def _asks(self, case: Case, payout: Payout) -> bool:
        """Start a check unless one of the payout is running; a finished one may be started again."""
        running = self._checks.get(payout.payout_id)
        if running and not running.done():
            return False
        self._checks[payout.payout_id] = asyncio.create_task(ask(case, payout, self._inbox))
        return True


def _due(case: Case) -> list[Payout]:
    """Return the unsettled payouts up to the first one without an answer: they are submitted in their order (R35).

    A blocked payout does not hold up the others; a problem with the whole case holds up all of them (R36).
    """
    if case.state not in SUBMITS_IN or (case.blocked_by and case.blocked_by.stops_every_payout):
        return []
    unsettled = [
        one for one in case.payouts if not one.is_outside and (one.state.is_being_submitted or one.state.needs_check)
    ]
    submitting = [place for place, one in enumerate(unsettled, start=1) if one.state.is_being_submitted]
    return unsettled[: submitting[0]] if submitting else unsettled


def _submitted(payout: Payout) -> Payout:
    return payout.amend(state=PayoutState.SUBMITTING) if payout.state is PayoutState.PLANNED else payout


async def pay(case: Case, payout: Payout, inbox: Inbox, resting: set[str]) -> None:
    """Carry the payout to a final answer for the case; a permanent refusal becomes a PayoutTrouble (R36).

    `resting` holds the payout's key while nothing is asked.
    """
    try:
        await _settle(_order(case, payout), inbox, resting)
    except ActivityError as error:
        inbox.add(_trouble(payout, error))


async def ask(case: Case, payout: Payout, inbox: Inbox) -> None:
    """Ask the gateway for the refund's current state and pass on the answer, whatever it is (R37)."""
    try:
        inbox.add(PayoutAnswer(payout=await _check(_order(case, payout))))
    except ActivityError as error:
        inbox.add(_trouble(payout, error))


def _order(case: Case, payout: Payout) -> PayoutOrder:
    pinned = tuple(pin for pin in case.evidence if pin.status is EvidenceStatus.PINNED and not case.evidence_accepted)
    return PayoutOrder(case_id=case.case_id, order_number=case.order_number, payout=payout, evidence=pinned)


async def _submit(order: PayoutOrder) -> Payout:
    return await workflow.execute_activity_method(
        PayoutActivities.submit, order, **options.payout(f"refund {order.payout.amount} as {order.payout.payout_id}")
    )


async def _check(order: PayoutOrder) -> Payout:
    return await workflow.execute_activity_method(
        PayoutActivities.check, order, **options.payout(f"ask after {order.payout.payout_id}")
    )


async def _settle(order: PayoutOrder, inbox: Inbox, resting: set[str]) -> None:
    answer, waits, key = order.payout, 0, order.payout.idempotency_key
    if answer.state.is_being_submitted:
        answer = await _submit(order)
        inbox.add(PayoutAnswer(payout=answer))
    while answer.state.needs_check:
        before, step = answer, _submit if is_untold(answer) else _check
        wait = options.unknown_retry_interval(waits) if is_untold(answer) else options.pending_check_interval(waits)
        resting.add(key)
        await workflow.sleep(wait, summary=f"{answer.state}: ask again after {answer.payout_id}")
        resting.discard(key)
        answer = await step(order.amend(payout=answer))
        waits = waits + 1 if answer.state is before.state else 0
        if answer != before:
            inbox.add(PayoutAnswer(payout=answer))


def is_untold(payout: Payout) -> bool:
    """Return whether the gateway's answer was lost, so that it must be looked up and, if there is none, sent again."""
    return payout.state is PayoutState.UNKNOWN and payout.gateway_refund_id is None


def _trouble(payout: Payout, error: ActivityError) -> PayoutTrouble:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return PayoutTrouble(payout_id=payout.payout_id, code="activity_failed")
    decline = str(cause.details[0]) if cause.details else None
    return PayoutTrouble(payout_id=payout.payout_id, code=cause.type or "activity_failed", decline_code=decline)
