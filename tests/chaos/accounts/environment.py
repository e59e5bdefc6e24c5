"""The chaos environment with the real API before it, to which the payment sandbox sends its webhooks."""

import asyncio
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import uvicorn

from activities.inbox.apply_or_park import apply_or_park
from api.app import create_app
from api.dependencies import Services
from api.http.auth import KeyRing
from config.settings import Settings
from config.store import bucket_of
from domain.order import Order
from gateways.couriers.registry import courier_webhooks_of
from gateways.evidence.evidence_store import EvidenceStore
from gateways.payments.registry import gateways_of, payment_webhooks_of
from local.payment_sandbox.ledger import Ledger
from local.stack.ports import LOOPBACK
from local.stack.stack_config import SANDBOX_WEBHOOK_ID, SANDBOX_WEBHOOK_SECRET
from tests.chaos.chaos_environment import PATIENCE_SECONDS, POLL_SECONDS, ChaosEnvironment, chaos_environment, close_all
from tests.chaos.kill_environment import KillEnvironment
from tests.support.invariants import GatewayBooks, sandbox_books


@dataclass
class AccountsEnvironment:
    """Cases, the gateways' own books, and webhooks on their way between them."""

    chaos: ChaosEnvironment
    services: Services
    outbox: sqlite3.Connection

    @property
    def parts(self) -> KillEnvironment:
        return self.chaos.kill_env

    @property
    def ledger(self) -> Ledger:
        """The gateways' books, read from their file, as their calls are faulty at times."""
        return self.chaos.ledger

    def books(self, order: Order) -> GatewayBooks:
        """Return the gateway's books of the order's payments."""
        payments = [{"id": one.reference, "amount": one.amount, "currency": order.currency} for one in order.payments]
        refunds = [asdict(one) for part in order.payments for one in self.ledger.refunds(part.reference)]
        return sandbox_books({"payments": payments, "refunds": refunds})

    def events_so_far(self) -> int:
        return int(self.outbox.execute("SELECT count(*) FROM events").fetchone()[0])

    def settle(self, case_ids: list[str]) -> None:
        """Return when every webhook was applied and no case has anything under way but waiting for people."""
        give_up_at = monotonic() + PATIENCE_SECONDS
        while not self._is_told() or self.chaos.loop.run(self._applied_what_waits()):
            assert monotonic() < give_up_at, "webhooks are not applied"
        self.chaos.await_quiet(case_ids)

    def _is_told(self) -> bool:
        waiting = self.outbox.execute("SELECT count(*) FROM events WHERE delivered_at IS NULL").fetchone()[0]
        return not waiting

    async def _applied_what_waits(self) -> bool:
        """Apply what waits, as the sweep does; return whether something waited."""
        waiting = self.services.events.pending(100)
        for event in waiting:
            await apply_or_park(self.services.payment_inbox, event)
        await asyncio.sleep(POLL_SECONDS)
        return bool(waiting)


@contextmanager
def accounts_environment(folder: Path) -> Iterator[AccountsEnvironment]:
    """Give an environment of its own, and leave nothing of it behind."""
    with chaos_environment(folder) as chaos:
        services = _services(chaos.kill_env)
        listening = socket.create_server((LOOPBACK, 0))
        server = uvicorn.Server(uvicorn.Config(create_app(services), log_config=None, lifespan="off"))
        serving = asyncio.run_coroutine_threadsafe(server.serve(sockets=[listening]), chaos.loop.running)
        url = f"http://{LOOPBACK}:{listening.getsockname()[1]}/v1/webhooks/payments"
        chaos.kill_env.sandbox.listen(
            {"url": f"{url}/stripe", "secrets": [SANDBOX_WEBHOOK_SECRET]},
            {"url": f"{url}/paypal", "secrets": [SANDBOX_WEBHOOK_ID], "provider": "paypal"},
        )
        outbox = sqlite3.connect(folder / "payments.db", isolation_level=None)
        try:
            yield AccountsEnvironment(chaos, services, outbox)
        finally:
            chaos.kill_env.sandbox.listen()
            outbox.close()
            server.should_exit = True
            serving.result(PATIENCE_SECONDS)
            close_all([*services.payment_names.gateways.values(), *services.webhooks.values()])


def _services(parts: KillEnvironment) -> Services:
    settings = Settings.of(parts.environment)
    readers = payment_webhooks_of(settings, _now), courier_webhooks_of(settings, _now)
    store, keys = EvidenceStore(bucket_of(settings)), KeyRing.of(settings.api_keys)
    return Services.over(parts.database, store, parts.client, keys, _now, *readers, gateways_of(settings))


def _now() -> datetime:
    return datetime.now(UTC)
