"""The tester's side: the calls under `/sandbox` and the page, which are not part of any provider's API."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse

from local.payment_sandbox import page, payments, refunds
from local.payment_sandbox.disputes import Dispute
from local.payment_sandbox.faults import AnyFault, FaultPlan
from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.outbox import Endpoint
from local.payment_sandbox.payments import PaymentDiffersError, TestPayment
from local.payment_sandbox.paypal.events import paypals_dispute_events
from local.payment_sandbox.records import Payment
from local.payment_sandbox.requests import Chargeback, Listener, RefundByHand, RefundEnding, Repeats, Verdict
from local.payment_sandbox.stripe.dialect import RefusedError
from local.payment_sandbox.stripe.events import stripes_dispute_events

ASSETS = "/sandbox/assets"


@dataclass(frozen=True)
class Control:
    """Calls to create payments, plan faults and look into the ledger."""

    ledger: Ledger
    plan: FaultPlan

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter()
        router.add_api_route("/", self.page, methods=["GET"], response_class=HTMLResponse, include_in_schema=False)
        router.add_api_route("/sandbox/docs", self.docs, methods=["GET"], include_in_schema=False)
        router.add_api_route("/sandbox/ledger", self.books, methods=["GET"])
        router.add_api_route("/sandbox/payments", self.capture, methods=["POST"])
        router.add_api_route("/sandbox/refunds/{refund_id}", self.finish_refund, methods=["POST"])
        router.add_api_route("/sandbox/faults", self.faults, methods=["GET"])
        router.add_api_route("/sandbox/faults", self.replace_faults, methods=["PUT"])
        router.add_api_route("/sandbox/keys", self.forget_keys, methods=["DELETE"])
        router.add_api_route("/sandbox/dashboard/refunds", self.refund_by_hand, methods=["POST"])
        router.add_api_route("/sandbox/disputes", self.dispute, methods=["POST"])
        router.add_api_route("/sandbox/disputes/{dispute_id}", self.decide, methods=["POST"])
        router.add_api_route("/sandbox/webhooks", self.listen, methods=["PUT"])
        router.add_api_route("/sandbox/webhooks/deliveries", self.deliveries, methods=["GET"])
        router.add_api_route("/sandbox/webhooks/deliveries/{event_id}/resend", self.resend, methods=["POST"])
        return router

    async def page(self) -> HTMLResponse:
        """Show the ledger as a page."""
        return HTMLResponse(page.html(self.ledger, self.plan.left))

    async def docs(self) -> HTMLResponse:
        """Show these calls as a page, whose scripts come from this server."""
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Payment sandbox",
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS}/favicon-32x32.png",
        )

    async def books(self) -> dict[str, list[dict[str, Any]]]:
        """Return all payments and refunds, newest first."""
        return {
            "payments": [dataclasses.asdict(payment) for payment in self.ledger.payments()],
            "refunds": [dataclasses.asdict(refund) for refund in self.ledger.refunds()],
            "disputes": [_shown(dispute) for dispute in self.ledger.disputes.all()],
        }

    async def capture(self, asked: TestPayment) -> dict[str, Any]:
        """Record a captured payment under any reference; a repeat returns the same payment."""
        try:
            return dataclasses.asdict(payments.capture(self.ledger, asked))
        except PaymentDiffersError as error:
            raise HTTPException(409, str(error)) from error

    async def finish_refund(self, refund_id: str, ending: RefundEnding) -> dict[str, Any]:
        """Let a refund succeed or fail, as happens later at a real provider."""
        self.ledger.finish_refund(refund_id, ending.status, ending.failure_reason)
        if (refund := self.ledger.refund(refund_id)) is None:
            raise HTTPException(404, f"no refund {refund_id!r}: GET /sandbox/ledger lists them")
        event = "refund.failed" if ending.status == "failed" else "refund.updated"
        refunds.announce(self.ledger, event, refund, self._payment(refund.payment))
        return dataclasses.asdict(refund)

    async def refund_by_hand(self, asked: RefundByHand) -> dict[str, Any]:
        """Refund a payment by hand, as in the provider's dashboard."""
        payment = self._payment(asked.reference)
        try:
            refund = refunds.by_hand(self.ledger, payment.id, asked.amount)
        except RefusedError as error:
            raise HTTPException(409, str(error)) from error
        return dataclasses.asdict(refund)

    async def dispute(self, asked: Chargeback) -> dict[str, Any]:
        """Open a dispute over a payment, which holds its amount until it has ended."""
        payment = self._payment(asked.reference)
        opened = self.ledger.disputes.open(payment.id, *asked.terms(payment), asked.reason, asked.status)
        self._announce(None, opened, payment)
        return _shown(opened)

    async def decide(self, dispute_id: str, verdict: Verdict) -> dict[str, Any]:
        """Let the dispute be won or lost, in whole or in part, or take another step; the same again is told again."""
        if (before := self.ledger.disputes.one(dispute_id)) is None:
            raise HTTPException(404, f"no dispute {dispute_id!r}: GET /sandbox/ledger lists them")
        payment = self._payment(before.payment)
        unrefunded = payment.amount - self.ledger.refunded(payment.id)
        try:
            decided = self.ledger.disputes.decide(before, verdict.decision(before, payment, unrefunded))
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        self._announce(before, decided, payment)
        return _shown(decided)

    async def listen(self, listeners: list[Listener]) -> list[Listener]:
        """Send webhooks to these listeners from now on; with an empty list, send none."""
        self.ledger.webhooks.listen([Endpoint(one.url, one.secrets, one.provider) for one in listeners])
        return listeners

    async def deliveries(self) -> list[dict[str, Any]]:
        """Return all webhooks, newest first, with how often each was sent and when it was accepted."""
        return [dataclasses.asdict(one) for one in self.ledger.webhooks.deliveries()]

    async def resend(self, event_id: str, repeats: Repeats) -> dict[str, Any]:
        """Send a webhook several times, as providers sometimes do."""
        for _ in range(repeats.times):
            if not self.ledger.webhooks.send_again(event_id):
                raise HTTPException(404, f"no event {event_id!r}: GET /sandbox/webhooks/deliveries lists them")
            await self.ledger.webhooks.taken(event_id)
        return {"event_id": event_id, "times": repeats.times}

    def _announce(self, before: Dispute | None, after: Dispute, payment: Payment) -> None:
        events_of = paypals_dispute_events if payment.is_paypals else stripes_dispute_events
        for kind, about in events_of(before, after, payment):
            self.ledger.webhooks.announce(kind, about, "paypal" if payment.is_paypals else "stripe")

    def _payment(self, reference: str) -> Payment:
        if (payment := self.ledger.payment(reference)) is None:
            raise HTTPException(404, f"no payment {reference!r}: GET /sandbox/ledger lists them")
        return payment

    async def faults(self) -> list[AnyFault]:
        """Return the faults that have not happened yet."""
        return list(self.plan.left)

    async def replace_faults(self, faults: list[AnyFault]) -> list[AnyFault]:
        """Replace the planned faults; with an empty list, nothing goes wrong any more."""
        self.plan.replace(faults)
        return faults

    async def forget_keys(self) -> dict[str, str]:
        """Forget all idempotency keys, as Stripe may after 24 hours."""
        self.ledger.forget_answers()
        return {"keys": "forgotten"}


def _shown(dispute: Dispute) -> dict[str, Any]:
    return {**dataclasses.asdict(dispute), "taken": dispute.taken}
