"""What becomes of webhooks once they are taken in: the case they concern hears of them, and asks its gateway itself."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from api.inbox.chargeback_holds import tell_held_cases
from db.core.engine import DatabaseUnavailableError
from db.inbox.payment_events import EventStatus
from domain.cases.messages import DisputeUpdate, RefundUpdate
from domain.errors import DomainError
from domain.payment_events import Dispute, GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState

BATCH = 100
ANSWER_TAKES = timedelta(seconds=2)
PARKED_FOR = timedelta(days=3)
log = logging.getLogger("api")


async def apply(services: Services, event: GatewayEvent) -> EventStatus:
    """Carry the event to the cases it concerns and note what became of it; again, it has no further effect.

    Raises WorkflowsUnavailableError and DatabaseUnavailableError, after which the sweep tries it again.
    """
    status = await _carried(services, event)
    await run_in_threadpool(services.events.mark, event.provider, event.event_id, status, services.now())
    return status


async def apply_after_the_answer(services: Services, event: GatewayEvent) -> None:
    """Apply the event as `apply_soon` does, behind the answer to the call that made its refund.

    Providers tell of a refund while they still answer for it: a case that is submitting has asked already.
    """
    with suppress(DatabaseUnavailableError):
        await asyncio.sleep(await run_in_threadpool(_answer_is_due_in, services, event))
    await apply_soon(services, event)


def _answer_is_due_in(services: Services, event: GatewayEvent) -> float:
    refund = event.refund
    found = services.payouts.find(event.provider, refund.payout_id, refund.refund_id) if refund else None
    if found is None or found.payout.state is not PayoutState.SUBMITTING or found.payout.submitted_at is None:
        return 0
    due = found.payout.submitted_at + ANSWER_TAKES - services.now()
    return min(max(due, timedelta(0)), ANSWER_TAKES).total_seconds()


async def apply_soon(services: Services, event: GatewayEvent) -> None:
    """Apply the event; what fails is logged and left to the sweep, and keeps no other event from being applied."""
    try:
        await apply(services, event)
    except (DomainError, DatabaseUnavailableError) as error:
        log.warning("event %s %s is applied later: %s", event.provider, event.event_id, error.message)
    except Exception:
        log.exception("event %s %s could not be applied", event.provider, event.event_id)
        with suppress(DatabaseUnavailableError):  # behind the others, whose turn it would keep for ever
            await run_in_threadpool(services.events.mark, event.provider, event.event_id, "parked", services.now())


async def sweep(services: Services) -> int:
    """Apply what is not applied yet, and return how many events were looked at (fault 16).

    Raises WorkflowsUnavailableError and DatabaseUnavailableError.
    """
    pending = await run_in_threadpool(services.events.pending, BATCH)
    for event in pending:
        await apply_soon(services, event)
    await tell_held_cases(services)
    return len(pending)


async def _carried(services: Services, event: GatewayEvent) -> EventStatus:
    if event.refund:
        return await _carry_refund(services, event, event.refund)
    if event.dispute:
        return await _carry_dispute(services, event, event.dispute)
    return "ignored"


async def _carry_refund(services: Services, event: GatewayEvent, refund: GatewayRefundRecord) -> EventStatus:
    found = await run_in_threadpool(services.payouts.find, event.provider, refund.payout_id, refund.refund_id)
    if found is None:
        return await _without_payout(services, event, refund)
    if found.payout.state is not refund.state:
        update = RefundUpdate(payout_id=found.payout.payout_id, refund_id=refund.refund_id, **_stamp(services, event))
        await services.notifier.tell(found.case_id, update)
    return "applied"


async def _without_payout(services: Services, event: GatewayEvent, refund: GatewayRefundRecord) -> EventStatus:
    """Take note of a refund made by hand; one that names a payout waits for that to be known, for some days."""
    if refund.payout_id is None:
        await run_in_threadpool(services.payouts.record_external_refund, refund)
        return "applied"
    return "parked" if services.now() - event.occurred_at < PARKED_FOR else "ignored"


async def _carry_dispute(services: Services, event: GatewayEvent, dispute: Dispute) -> EventStatus:
    for case_id in await run_in_threadpool(services.disputes.record, dispute):
        await services.notifier.tell(case_id, DisputeUpdate(dispute=dispute, **_stamp(services, event)))
    return "applied"


def _stamp(services: Services, event: GatewayEvent) -> dict[str, Any]:
    return {"event_id": f"{event.provider}:{event.event_id}", "received_at": services.now()}
