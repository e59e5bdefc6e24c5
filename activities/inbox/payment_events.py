"""Applies stored payment webhooks: the case concerned is told, and then asks the gateway itself."""

from asyncio import to_thread
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from activities.inbox.payment_names import PaymentNames
from activities.ports.case_notifier import CaseNotifier
from activities.ports.inbox import DisputeBook, EventStatus, PaymentEventBook, PayoutLookup
from domain.cases.messages import DisputeUpdate, RefundUpdate, ReturnsChanged
from domain.payment_events import Dispute, GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState

ANSWER_TAKES = timedelta(seconds=2)
PARKED_FOR = timedelta(days=3)


@dataclass(frozen=True)
class PaymentEventInbox:
    """Delivers payment providers' events to cases: as often as needed, with one effect."""

    events: PaymentEventBook
    payouts: PayoutLookup
    disputes: DisputeBook
    notifier: CaseNotifier
    now: Callable[[], datetime]
    payments: PaymentNames

    async def apply(self, event: GatewayEvent) -> EventStatus:
        """Deliver the event to the cases it concerns and note its status; a repeat has no further effect.

        Raises WorkflowsUnavailableError and DatabaseUnavailableError, after which the sweep tries again.
        """
        status = await self._deliver(event)
        await self._mark(event, status)
        return status

    async def park(self, event: GatewayEvent) -> None:
        """Mark the event so that the sweep tries it again after the others. Raises DatabaseUnavailableError."""
        await self._mark(event, "parked")

    def answer_is_due_in(self, event: GatewayEvent) -> float:
        """Return how many seconds to wait, because the call that made the event's refund may still be answered."""
        refund = event.refund
        found = self.payouts.find(event.provider, refund.payout_id, refund.refund_id) if refund else None
        if found is None or found.payout.state is not PayoutState.SUBMITTING or found.payout.submitted_at is None:
            return 0
        due = found.payout.submitted_at + ANSWER_TAKES - self.now()
        return min(max(due, timedelta(0)), ANSWER_TAKES).total_seconds()

    async def _deliver(self, event: GatewayEvent) -> EventStatus:
        if event.refund:
            return await self._deliver_refund(event, event.refund)
        for dispute in event.disputes:
            await self._deliver_dispute(event, dispute)
        return "applied" if event.disputes else "ignored"

    async def _deliver_refund(self, event: GatewayEvent, refund: GatewayRefundRecord) -> EventStatus:
        found = await to_thread(self.payouts.find, event.provider, refund.payout_id, refund.refund_id)
        if found is None:
            return await self._without_payout(event, refund)
        if found.payout.state is not refund.state:
            update = RefundUpdate(payout_id=found.payout.payout_id, refund_id=refund.refund_id, **self._stamp(event))
            await self.notifier.notify(found.case_id, update)
        return "applied"

    async def _without_payout(self, event: GatewayEvent, refund: GatewayRefundRecord) -> EventStatus:
        """Record a refund made by hand; one that names an unknown payout is parked for some days, then ignored."""
        if refund.payout_id is None:
            own = await to_thread(self.payments.as_in_order, refund)
            for case_id in await to_thread(self.payouts.record_external_refund, own):
                update = ReturnsChanged(provider=refund.provider, return_id=refund.refund_id, **self._stamp(event))
                await self.notifier.notify(case_id, update)
            return "applied"
        return "parked" if self.now() - event.occurred_at < PARKED_FOR else "ignored"

    async def _deliver_dispute(self, event: GatewayEvent, dispute: Dispute) -> None:
        own = await to_thread(self.payments.as_in_order, dispute)
        stamp = self._stamp(event)
        if dispute != event.dispute:
            stamp["event_id"] += f":{dispute.payment_reference}"
        for case_id in await to_thread(self.disputes.record, own):
            await self.notifier.notify(case_id, DisputeUpdate(dispute=own, **stamp))

    async def _mark(self, event: GatewayEvent, status: EventStatus) -> None:
        await to_thread(self.events.mark, event.provider, event.event_id, status, self.now())

    def _stamp(self, event: GatewayEvent) -> dict[str, Any]:
        return {"event_id": f"{event.provider}:{event.event_id}", "received_at": self.now()}
