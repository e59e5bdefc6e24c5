"""Where a provider's webhooks come in, and what tests look at after one."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
from stripe import WebhookSignature
from temporalio.client import Client

from api.app import create_app
from api.dependencies import Services
from gateways.payments.stripe.webhooks import StripeWebhooks
from tests.support.api_client import ApiClient, asking, told
from tests.support.waiting import until
from workflows.plugin import RefundPlugin

SECRET, OLD_SECRET = "whsec_newest", "whsec_before"
PATH = "/v1/webhooks/payments/stripe"


@dataclass
class WebhookClient:
    """Where a provider's webhooks come in."""

    client: httpx2.AsyncClient
    services: Services

    async def send(self, event: dict[str, Any], *, secret: str = SECRET, age: timedelta = timedelta(0)):
        body = json.dumps(event).encode()
        stamp = int((self.services.now() - age).timestamp())
        signature = WebhookSignature.generate_signature_header(body.decode(), secret, stamp)
        return await self.raw(body, {"Stripe-Signature": signature})

    async def raw(self, body: bytes, headers: dict[str, str]) -> httpx2.Response:
        return await self.client.post(PATH, content=body, headers={"Content-Type": "application/json", **headers})

    async def tell(self, event: dict[str, Any], **how: Any) -> None:
        assert told(await self.send(event, **how), 200) == {"received": True}

    def about(self, kind: str, **about: Any) -> dict[str, Any]:
        """Return an event of now about a refund or a dispute, as Stripe words it."""
        now = int(self.services.now().timestamp())
        known = {"amount": 2199, "currency": "usd", "created": now, "charge": "ch_1"}
        return {"id": f"evt_{uuid4().hex}", "type": kind, "created": now, "data": {"object": {**known, **about}}}

    def refund(self, case: dict[str, Any], status: str, refund_id: str = "re_unheard_of") -> dict[str, Any]:
        metadata = {"payout_id": f"{case['case_id']}-p1", "case_id": case["case_id"]}
        return self.about("refund.updated", id=refund_id, status=status, metadata=metadata)

    def dispute(self, case: dict[str, Any], status: str, dispute_id: str = "du_1") -> dict[str, Any]:
        kind = "created" if status == "needs_response" else "closed"
        payment = f"pi_{case['order_number']}"
        return self.about(f"charge.dispute.{kind}", id=dispute_id, status=status, payment_intent=payment)


@asynccontextmanager
async def taking(services: Services, *secrets: str, **changes: Any):
    """Give the way in for webhooks that are signed with one of the secrets."""
    reader = StripeWebhooks(secrets or (SECRET,), services.now)
    services = replace(services, **{"webhooks": {"stripe": reader}, **changes})
    async with asking(create_app(services)) as client:
        yield WebhookClient(client, services)


async def refunded(api: ApiClient) -> dict[str, Any]:
    """Return a case whose one payout has succeeded."""
    return await api.until(await api.inspected(), "refunded")


async def events_of(api: ApiClient, case: dict[str, Any]) -> list[str]:
    return [entry["event"] for entry in await api.timeline(case)]


async def until_told(api: ApiClient, case: dict[str, Any], event: str) -> list[str]:
    """Wait until the timeline has the event, and return all of it."""
    return await until(lambda: events_of(api, case), lambda found: event in found)


async def away() -> Client:
    """Return a client of a Temporal that does not answer."""
    return await Client.connect("127.0.0.1:1", lazy=True, plugins=[RefundPlugin()])


def refund_id_of(case: dict[str, Any]) -> str:
    return case["payouts"][0]["gateway_refund_id"]
