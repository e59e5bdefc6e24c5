"""The tester's side: the calls under `/sandbox` and the page, which are not part of any provider's API."""

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic import Field
from starlette.responses import HTMLResponse

from domain.money import Currency
from domain.types import Identifier
from domain.value import Value
from local.payment_sandbox import page, payments, refunds
from local.payment_sandbox.disputes import OPEN, Dispute
from local.payment_sandbox.faults import AnyFault, FaultPlan
from local.payment_sandbox.ledger import Ledger, Payment
from local.payment_sandbox.outbox import Endpoint
from local.payment_sandbox.payments import PaymentDiffersError, TestPayment
from local.payment_sandbox.stripe import dialect
from local.payment_sandbox.stripe.dialect import RefusedError

ASSETS = "/sandbox/assets"


class RefundEnding(Value):
    """The new state of a refund."""

    status: Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
    failure_reason: str | None = None


class RefundByHand(Value):
    """A refund made in the provider's dashboard."""

    reference: Identifier
    amount: Annotated[int, Field(ge=1, strict=True, description="integer minor units of ISO 4217")]


class Chargeback(Value):
    """A dispute opened by a customer's bank; without an amount, it is over the whole payment.

    An inquiry (`warning_needs_response`) takes nothing yet, and the payment can be refunded meanwhile.
    """

    reference: Identifier
    amount: Annotated[int, Field(ge=1, strict=True)] | None = None
    reason: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] = "product_not_received"
    status: Literal["needs_response", "warning_needs_response"] = "needs_response"
    currency: Currency | None = None


class Verdict(Value):
    """How a dispute goes on or ends."""

    status: Literal["needs_response", "under_review", "won", "lost", "warning_closed", "prevented"]


class Listener(Value):
    """Where webhooks are sent, and the secrets; there are two while one is being replaced."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    secrets: tuple[str, ...] = Field(min_length=1)


class Repeats(Value):
    """How often an event is sent again."""

    times: Annotated[int, Field(ge=1, le=100)] = 1


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
            "disputes": [dataclasses.asdict(dispute) for dispute in self.ledger.disputes.all()],
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
        self.ledger.webhooks.announce(event, dialect.refund(refund, self._payment(refund.payment)))
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
        """Open a dispute over a payment, which cannot be refunded until the dispute is won."""
        payment = self._payment(asked.reference)
        currency = (asked.currency or payment.currency).lower()
        amount = asked.amount or payment.amount
        opened = self.ledger.disputes.open(payment.id, amount, asked.reason, asked.status, currency)
        self._announce("charge.dispute.created", opened, payment)
        return dataclasses.asdict(opened)

    async def decide(self, dispute_id: str, verdict: Verdict) -> dict[str, Any]:
        """Let the dispute be won or lost, or take another step."""
        decided = self.ledger.disputes.decide(dispute_id, verdict.status)
        if decided is None:
            raise HTTPException(404, f"no dispute {dispute_id!r}: GET /sandbox/ledger lists them")
        payment = self._payment(decided.payment)
        kind = "updated" if verdict.status in {OPEN, "under_review"} else "closed"
        self._announce(f"charge.dispute.{kind}", decided, payment)
        return dataclasses.asdict(decided)

    async def listen(self, listeners: list[Listener]) -> list[Listener]:
        """Send webhooks to these listeners from now on; with an empty list, send none."""
        self.ledger.webhooks.listen([Endpoint(one.url, one.secrets) for one in listeners])
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

    def _announce(self, kind: str, dispute: Dispute, payment: Payment) -> None:
        self.ledger.webhooks.announce(kind, dispute.shown(payment.charge, payment.intent, payment.currency))

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
