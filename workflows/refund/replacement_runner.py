"""Reserves and releases replacements in the stock and passes its answers to the case (R39)."""

import asyncio

from temporalio import workflow

from activities.stock import StockActivities, StockOrder
from domain.cases.case import Case
from domain.cases.exchange import Replacement
from domain.cases.messages import StockAnswer
from domain.enums import CaseState, ReplacementState
from policy.refund_amount import value_awaiting_replacement
from workflows import options
from workflows.refund.inbox import Inbox


class ReplacementRunner:
    """The calls of a case to the stock, one at a time, so that nothing is released before it was reserved."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._errand: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """True when the stock is not being asked."""
        return self._errand is None or self._errand.done()

    def start(self, case: Case) -> None:
        """Start the call that is due unless one is running; the answer comes back as a message.

        A call counts as running until the case has processed its answer from the inbox: before that, the same
        replacements still look due and would be requested twice.
        """
        if not self.is_idle or self._inbox.holds(StockAnswer):
            return
        if back := _of(case, ReplacementState.RELEASING):
            self._errand = asyncio.create_task(release(_order(case, back), self._inbox))
        elif case.state is CaseState.REPLACEMENT_DUE and (planned := _of(case, ReplacementState.PLANNED)):
            self._errand = asyncio.create_task(reserve(_order(case, planned), self._inbox))


async def reserve(order: StockOrder, inbox: Inbox) -> None:
    """Have the replacements reserved, and tell the case which of them are."""
    result = await workflow.execute_activity_method(
        StockActivities.reserve, order, **options.stock(f"reserve for {order.case_id}")
    )
    inbox.add(StockAnswer(states=result.states, hold_reason=result.hold_reason))


async def release(order: StockOrder, inbox: Inbox) -> None:
    """Release the replacements to the stock, and tell the case."""
    result = await workflow.execute_activity_method(
        StockActivities.release, order, **options.stock(f"give back for {order.case_id}")
    )
    inbox.add(StockAnswer(states=result.states))


def _of(case: Case, state: ReplacementState) -> tuple[Replacement, ...]:
    return tuple(one for one in case.replacements if one.state is state)


def _order(case: Case, replacements: tuple[Replacement, ...]) -> StockOrder:
    return StockOrder(
        case_id=case.case_id,
        order_number=case.order_number,
        replacements=replacements,
        value=value_awaiting_replacement(case),
    )
