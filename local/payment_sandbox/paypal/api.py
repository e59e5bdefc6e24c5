"""PayPal's API over the sandbox's ledger, whose payments are its captures.

Source: developer.paypal.com/docs/api/payments/v2, /orders/v2, /transaction-search/v1, /webhooks/v1.
"""

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from local.payment_sandbox.call import Call
from local.payment_sandbox.disputes import HOLDING
from local.payment_sandbox.faults import FaultPlan, Operation
from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.paypal import dialect
from local.payment_sandbox.paypal.dialect import CREATED, OK
from local.payment_sandbox.records import Answer, Payment
from local.payment_sandbox.refunds import record

LASTS_SECONDS = 32_400


@dataclass(frozen=True)
class PayPalApi:
    """PayPal's calls for refunds, with the planned faults."""

    ledger: Ledger
    plan: FaultPlan
    client_id: str
    client_secret: str
    tokens: set[str] = field(default_factory=set[str])

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        add = partial(router.add_api_route, response_model=None)
        add("/v1/oauth2/token", self.token, methods=["POST"])
        add("/v2/payments/captures/{capture_id}/refund", self.refund, methods=["POST"])
        add("/v2/payments/captures/{capture_id}", self.capture, methods=["GET"])
        add("/v2/payments/refunds/{refund_id}", self.retrieve, methods=["GET"])
        add("/v2/checkout/orders/{order_id}", self.order, methods=["GET"])
        add("/v1/reporting/transactions", self.transactions, methods=["GET"])
        add("/v1/notifications/verify-webhook-signature", self.verify, methods=["POST"])
        return router

    async def token(self, request: Request) -> Response:
        """POST /v1/oauth2/token."""
        expected = "Basic " + b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("Authorization") != expected:
            return _response(dialect.error(401, "invalid_client", "Client Authentication failed"))
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return _response(Answer(OK, {"access_token": token, "token_type": "Bearer", "expires_in": LASTS_SECONDS}))

    async def refund(self, request: Request, capture_id: str) -> Response:
        """POST /v2/payments/captures/{id}/refund."""
        body: dict[str, Any] = json.loads(await request.body() or b"{}")
        return await self._answered(request, partial(self._refund, capture_id, body), Operation.CREATE)

    async def retrieve(self, request: Request, refund_id: str) -> Response:
        """GET /v2/payments/refunds/{id}."""
        return await self._answered(request, partial(self._retrieve, refund_id), Operation.RETRIEVE)

    async def capture(self, request: Request, capture_id: str) -> Response:
        """GET /v2/payments/captures/{id}."""
        return await self._answered(request, partial(self._capture, capture_id))

    async def order(self, request: Request, order_id: str) -> Response:
        """GET /v2/checkout/orders/{id}."""
        return await self._answered(request, partial(self._order, order_id), Operation.LIST)

    async def transactions(self, request: Request) -> Response:
        """GET /v1/reporting/transactions."""
        return await self._answered(request, partial(self._transactions, dict(request.query_params)))

    async def verify(self, request: Request) -> Response:
        """POST /v1/notifications/verify-webhook-signature: a signature `right for <webhook id>` is valid."""
        stated, _, _ = (await request.body()).partition(b', "webhook_event": ')  # the event may be nested very deeply
        asked: dict[str, Any] = json.loads(stated + b"}")
        is_right = asked["transmission_sig"] == f"right for {asked['webhook_id']}"
        return _response(Answer(OK, {"verification_status": "SUCCESS" if is_right else "FAILURE"}))

    def _refund(
        self, capture_id: str, body: dict[str, Any], status: str = "succeeded", failure_reason: str | None = None
    ) -> Answer:
        payment = self._payment(capture_id)
        if body.get("amount", {}).get("currency_code", payment.currency.upper()) != payment.currency.upper():
            raise dialect.refused("REFUND_CAPTURE_CURRENCY_MISMATCH")
        is_disputed = self.ledger.disputes.is_open(payment.id)
        left = self._unrefunded(payment) if is_disputed else self.ledger.left(payment)
        amount = dialect.minor(body["amount"]) if "amount" in body else left
        if is_disputed and amount < left:
            raise dialect.refused("TRANSACTION_DISPUTED")
        if left == 0:
            raise dialect.refused("CAPTURE_FULLY_REFUNDED")
        if amount > left:
            raise dialect.refused("REFUND_AMOUNT_EXCEEDED")
        metadata = {"payout_id": body["custom_id"]} if "custom_id" in body else {}
        refund = record(self.ledger, payment, amount, status, failure_reason, metadata=metadata)
        return Answer(CREATED, dialect.refund(refund, payment))

    def _unrefunded(self, payment: Payment) -> int:
        """Return what an open dispute leaves to be refunded, which is the whole rest or nothing."""
        ended = sum(one.taken for one in self.ledger.disputes.all(payment.id) if one.status not in HOLDING)
        return max(0, payment.amount - self.ledger.refunded(payment.id) - ended)

    def _latest(self, answer: Answer) -> Answer:
        """Return the refund as it is now: PayPal repeats no answer, it tells the latest state of what was made."""
        return self._retrieve(answer.body["id"]) if answer.status == CREATED else answer

    def _retrieve(self, refund_id: str) -> Answer:
        refund = self.ledger.refund(refund_id)
        payment = self.ledger.payment(refund.payment) if refund else None
        if refund is None or payment is None:
            raise dialect.missing(refund_id)
        return Answer(OK, dialect.refund(refund, payment))

    def _capture(self, capture_id: str) -> Answer:
        return Answer(OK, dialect.capture(self._payment(capture_id)))

    def _order(self, order_id: str) -> Answer:
        payment = self.ledger.payment(order_id) or self.ledger.payment(order_id.removeprefix("order-of-"))
        if payment is None or payment.order_id != order_id:
            raise dialect.missing(order_id)
        refunds = [dialect.refund(one, payment) for one in self.ledger.refunds(payment.id)]
        paid = {"captures": [dialect.capture(payment)], "refunds": refunds}
        return Answer(OK, {"id": order_id, "status": "COMPLETED", "purchase_units": [{"payments": paid}]})

    def _payment(self, capture_id: str) -> Payment:
        payment = self.ledger.payment(capture_id)
        if payment is None or payment.id != capture_id:
            raise dialect.missing(capture_id)
        return payment

    def _transactions(self, asked: dict[str, str]) -> Answer:
        first, last = (datetime.fromisoformat(asked[name]) for name in ("start_date", "end_date"))
        payments = {payment.id: payment for payment in self.ledger.payments()}
        found = [
            {"transaction_info": dialect.transaction(one, payments[one.payment])}
            for one in reversed(self.ledger.refunds())
            if one.is_paypals and first <= datetime.fromtimestamp(one.created, UTC) <= last
        ]
        page, size = int(asked.get("page", 1)), int(asked.get("page_size", 100))
        pages = max(1, -(-len(found) // size))
        shown = found[(page - 1) * size : page * size]
        return Answer(OK, {"transaction_details": shown, "page": page, "total_pages": pages, "total_items": len(found)})

    async def _answered(
        self, request: Request, execute: Callable[..., Answer], operation: Operation | None = None
    ) -> Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _response(dialect.error(401, "AUTHENTICATION_FAILURE", "Authentication failed"))
        key = request.headers.get("PayPal-Request-Id")
        fingerprint = hashlib.sha256(f"{request.url.path} ".encode() + await request.body()).hexdigest()
        reused = dialect.refused("PAYPAL_REQUEST_ID_PREVIOUSLY_USED").answer
        once = f"paypal/{key}" if key else None
        call = Call(
            self.ledger,
            once,
            fingerprint,
            execute,
            reused,
            renewed=self._latest,
            keeps_server_errors=False,
            declined=dialect.declined,
        )
        return _response(await self.plan.meet(operation, call) if operation else call.commit())


def _response(answer: Answer) -> Response:
    return JSONResponse(answer.body, answer.status, {"paypal-debug-id": "sandbox"})
