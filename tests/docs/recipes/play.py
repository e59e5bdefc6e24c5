"""Run in a copy of the tree that has followed the recipes: plays one case of each, and prints what came out as JSON."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from api.app import create_app
from api.dependencies import Services
from api.http.auth import KeyRing
from config.settings import Settings
from config.store import bucket_of
from db.core.engine import Database
from db.core.migrate import migrate
from domain.enums import CaseState
from gateways.evidence.evidence_store import EvidenceStore
from gateways.payments.registry import payment_webhooks_of
from gateways.policy_repository import POLICY_VERSIONS, PolicyRepository
from policy.deadlines import windows_of
from tests.support.api_client import ApiClient, asking, body_of, told
from tests.support.factories import order, order_line, payment
from tests.support.temporal_env import time_skipping_server
from tests.support.waiting import until
from worker.__main__ import activity_set
from worker.build import build_worker

PATIENCE_SECONDS = 60
SHIPMENT = {"carrier": "sf_express", "tracking_number": "SF1234567890"}
INSPECTED = {"sku": "LAMP", "quantity": 1, "verdict": "accepted", "disposition": "restock"}


class AcmePay(BaseHTTPRequestHandler):
    """Acme Pay itself, as far as one refund goes."""

    refunds: list[dict[str, Any]] = []  # noqa: RUF012 - one server, one list

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.refunds.append({**asked, "id": f"acme_{len(self.refunds)}", "status": "done", "created": 0})
        self._answer(self.refunds[-1])

    def do_GET(self) -> None:
        _, _, refund_id = self.path.partition("/refunds/")
        self._answer(next(one for one in self.refunds if one["id"] == refund_id) if refund_id else self.refunds)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _answer(self, body: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


def number() -> list[int | None]:
    """Return how long a customer has to ship, for orders of the day before and of the day of the new version."""
    versions, first = PolicyRepository(POLICY_VERSIONS), datetime(2027, 3, 1, 12, tzinfo=UTC)
    policies = [versions.in_force(at) for at in (first - timedelta(days=1), first)]
    windows = [windows_of(CaseState.AWAITING_RETURN, policy) for policy in policies]
    return [next(one.working_days for one in of if one.what == "ship_by") for of in windows]


async def opened(api: ApiClient, name: str, reason: str, provider: str = "stripe") -> dict[str, Any]:
    """Place an order of a lamp, ask for its refund, and return the case."""
    paid = (payment(f"pay-{name}", 2500, provider),)
    lamp = (order_line("LAMP", "Lamp", unit_price=2500),)
    bought = order(name, now=api.clock(), lines=lamp, outbound_postage=0, payments=paid)
    told(await api.ask("PUT", f"/v1/orders/{name}", body_of(bought)), 201)
    asked = api.request(name, reason=reason, lines=[{"sku": "LAMP", "quantity": 1}])
    return told(await api.submit(asked), 201)


async def reason(api: ApiClient) -> dict[str, Any]:
    """Return a case with the new reason, approved without a return, which is for the seller's fault only (R23)."""
    case = await opened(api, "R-1", "wrong_item_sent")
    approved = told(await api.send(case, "audit", {"decision": "approve", "waive_return": True}), 200)
    return {"reason": case["reason"], "opened": case["state"], "approved": approved["state"]}


async def signal(api: ApiClient) -> dict[str, Any]:
    """Return what the timeline says of the new signal, sent as the Temporal UI sends it."""
    case = await opened(api, "S-1", "personal")
    await api.handle(case).signal("auditor_assignment", {"auditor": "mei"})
    items = await until(lambda: api.timeline(case), lambda items: "auditor_ass" in json.dumps(items), PATIENCE_SECONDS)
    return {one["event"]: one["actor"] for one in items}


async def provider(api: ApiClient) -> dict[str, Any]:
    """Return a case that was paid through the new provider."""
    case = await opened(api, "P-1", "personal", "acme")
    told(await api.send(case, "audit", {"decision": "approve"}), 200)
    told(await api.send(case, "shipment", SHIPMENT), 200)
    told(await api.send(case, "inspection", {"scan_id": "scan-1", "lines": [INSPECTED]}), 200)
    paid = await api.until(case, "refunded")
    return {
        "payouts": [[one["provider"], one["state"]] for one in paid["payouts"]],
        "acme": [[one["amount"], one["payment"]] for one in AcmePay.refunds],
        "webhooks": sorted(api.services.webhooks),
    }


async def play(settings: Settings, database: Database) -> dict[str, Any]:
    """Return what every recipe did."""
    async with time_skipping_server() as env:
        keys, store = KeyRing.of(settings.api_keys), EvidenceStore(bucket_of(settings))
        services = Services.over(database, store, env.client, keys, _now, payment_webhooks_of(settings, _now))
        async with (
            build_worker(env.client, activity_set(settings, env.client, database), sandboxed=False),
            asking(create_app(services)) as http,
        ):
            api = ApiClient(http, services, env.client)
            return {
                "number": number(),
                "reason": await reason(api),
                "signal": await signal(api),
                "provider": await provider(api),
            }


def _now() -> datetime:
    return datetime.now(UTC)


def main(folder: Path) -> None:
    """Play with a database in the folder and a provider on loopback."""
    url, acme = f"sqlite:///{folder}/refunds.db", ThreadingHTTPServer(("127.0.0.1", 0), AcmePay)
    Thread(target=acme.serve_forever, daemon=True).start()
    os.environ |= {
        "REFUNDS_DATABASE_URL": url,
        "REFUNDS_S3_ENDPOINT": "http://127.0.0.1:9",
        "REFUNDS_S3_ACCESS_KEY": "no",
        "REFUNDS_S3_SECRET_KEY": "store",
        "REFUNDS_STRIPE_API_KEY": "sk_test_unused",
        "REFUNDS_ACME_API_KEY": "acme-key",
        "REFUNDS_ACME_BASE_URL": f"http://127.0.0.1:{acme.server_port}",
        "REFUNDS_ACME_WEBHOOK_SECRETS": "one,two",
    }
    migrate(url)
    print(json.dumps(asyncio.run(play(Settings.from_environment(), Database(url)))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
