"""The tester's side: `/sandbox` and the page, no part of Stripe's dialect."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from starlette.responses import HTMLResponse

from domain.value import Value
from local.payment_sandbox import page, payments
from local.payment_sandbox.faults import AnyFault, FaultPlan
from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.payments import PaymentDiffersError, TestPayment


class Settlement(Value):
    """How a refund stands from now on."""

    status: Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
    failure_reason: str | None = None


@dataclass(frozen=True)
class Control:
    """Payments to be refunded, faults to come, and the books to look into."""

    ledger: Ledger
    plan: FaultPlan

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter()
        router.add_api_route("/", self.page, methods=["GET"], response_class=HTMLResponse, include_in_schema=False)
        router.add_api_route("/sandbox/ledger", self.books, methods=["GET"])
        router.add_api_route("/sandbox/payments", self.capture, methods=["POST"])
        router.add_api_route("/sandbox/refunds/{refund_id}", self.settle, methods=["POST"])
        router.add_api_route("/sandbox/faults", self.faults, methods=["GET"])
        router.add_api_route("/sandbox/faults", self.replace_faults, methods=["PUT"])
        router.add_api_route("/sandbox/keys", self.forget_keys, methods=["DELETE"])
        return router

    async def page(self) -> HTMLResponse:
        """Show the ledger to a person."""
        return HTMLResponse(page.html(self.ledger.payments(), self.ledger.refunds()))

    async def books(self) -> dict[str, list[dict[str, Any]]]:
        """Return all payments and refunds, newest first."""
        return {
            "payments": [dataclasses.asdict(payment) for payment in self.ledger.payments()],
            "refunds": [dataclasses.asdict(refund) for refund in self.ledger.refunds()],
        }

    async def capture(self, asked: TestPayment) -> dict[str, Any]:
        """Record a captured payment under a reference of one's choice; the same again is the same payment."""
        try:
            return dataclasses.asdict(payments.capture(self.ledger, asked))
        except PaymentDiffersError as error:
            raise HTTPException(409, str(error)) from error

    async def settle(self, refund_id: str, settlement: Settlement) -> dict[str, Any]:
        """Let a refund succeed or fail, as time does at a real provider."""
        self.ledger.settle(refund_id, settlement.status, settlement.failure_reason)
        if (refund := self.ledger.refund(refund_id)) is None:
            raise HTTPException(404, f"no refund {refund_id!r}: GET /sandbox/ledger lists them")
        return dataclasses.asdict(refund)

    async def faults(self) -> list[AnyFault]:
        """Return the faults that have not happened yet."""
        return list(self.plan.left)

    async def replace_faults(self, faults: list[AnyFault]) -> list[AnyFault]:
        """Plan these faults instead of the ones left; an empty list heals the sandbox."""
        self.plan.replace(faults)
        return faults

    async def forget_keys(self) -> dict[str, str]:
        """Forget every idempotency key, as Stripe may after 24 hours."""
        self.ledger.forget_answers()
        return {"keys": "forgotten"}
