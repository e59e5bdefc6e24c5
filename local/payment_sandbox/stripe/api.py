"""Stripe's API (`/v1`) over the sandbox's ledger."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from local.payment_sandbox import payments, refunds
from local.payment_sandbox.call import Call
from local.payment_sandbox.faults import FaultPlan, Operation
from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.records import Answer
from local.payment_sandbox.stripe import dialect


@dataclass(frozen=True)
class StripeApi:
    """Stripe's calls for payments and refunds, with the planned faults."""

    ledger: Ledger
    plan: FaultPlan
    api_key: str
    keys_in_use: set[str] = field(default_factory=set[str])

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1", include_in_schema=False)
        router.add_api_route("/refunds", self.create_refund, methods=["POST"], response_model=None)
        router.add_api_route("/refunds", self.list_refunds, methods=["GET"], response_model=None)
        router.add_api_route("/refunds/{refund_id}", self.retrieve_refund, methods=["GET"], response_model=None)
        router.add_api_route("/payment_intents", self.create_payment, methods=["POST"], response_model=None)
        router.add_api_route(
            "/payment_intents/{reference}", self.retrieve_payment, methods=["GET"], response_model=None
        )
        router.add_api_route("/charges/{reference}", self.retrieve_charge, methods=["GET"], response_model=None)
        return router

    async def create_refund(self, request: Request) -> Response:
        """POST /v1/refunds."""
        params = dialect.form(await request.body())
        return await self._answered(request, partial(refunds.create, self.ledger, params), Operation.CREATE)

    async def list_refunds(self, request: Request) -> Response:
        """GET /v1/refunds."""
        params = dict(request.query_params)
        return await self._answered(request, partial(refunds.listed, self.ledger, params), Operation.LIST)

    async def retrieve_refund(self, request: Request, refund_id: str) -> Response:
        """GET /v1/refunds/{id}."""
        return await self._answered(request, partial(refunds.retrieve, self.ledger, refund_id), Operation.RETRIEVE)

    async def create_payment(self, request: Request) -> Response:
        """POST /v1/payment_intents."""
        params = dialect.form(await request.body())
        return await self._answered(request, partial(payments.create, self.ledger, params))

    async def retrieve_payment(self, request: Request, reference: str) -> Response:
        """GET /v1/payment_intents/{id}."""
        return await self._answered(request, partial(payments.retrieve, self.ledger, reference))

    async def retrieve_charge(self, request: Request, reference: str) -> Response:
        """GET /v1/charges/{id}."""
        return await self._answered(request, partial(payments.retrieve_charge, self.ledger, reference))

    async def _answered(
        self, request: Request, execute: Callable[..., Answer], operation: Operation | None = None
    ) -> Response:
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return _response(dialect.unauthorized())
        key = request.headers.get("Idempotency-Key")
        if key in self.keys_in_use:
            return _response(dialect.busy(409))
        call = Call(self.ledger, key, await _fingerprint(request), execute)
        self.keys_in_use.update({key} if key else ())
        try:
            return _response(await self.plan.meet(operation, call) if operation else call.commit())
        finally:
            self.keys_in_use.discard(key or "")


async def _fingerprint(request: Request) -> str:
    return hashlib.sha256(f"{request.method} {request.url.path} ".encode() + await request.body()).hexdigest()


def _response(answer: Answer) -> Response:
    headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
    return JSONResponse(answer.body, answer.status, headers)
