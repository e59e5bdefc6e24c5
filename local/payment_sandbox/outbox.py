"""Outgoing webhooks: events are stored with their change, signed as their provider does, and sent until accepted."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx2

from local.payment_sandbox.disputes import add_column
from local.payment_sandbox.paypal.events import paypals_event, paypals_headers
from local.payment_sandbox.stripe.events import stripes_event, stripes_headers

SCHEMA = """
CREATE TABLE IF NOT EXISTS endpoints (url TEXT PRIMARY KEY, secrets TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, last_status INTEGER, delivered_at REAL);
"""
_PROVIDER = "provider TEXT NOT NULL DEFAULT 'stripe'"
_EVENTS = {"stripe": stripes_event, "paypal": paypals_event}
_HEADERS = {"stripe": stripes_headers, "paypal": paypals_headers}
Provider = Literal["stripe", "paypal"]
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS, TIMEOUT_SECONDS = 0.2, 5.0, 10
_LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Endpoint:
    """Where a provider's events are sent, and the secrets that sign them; there are two while one is being replaced.

    PayPal's secret is the id of the webhook.
    """

    url: str
    secrets: tuple[str, ...]
    provider: Provider = "stripe"


@dataclass(frozen=True)
class Delivery:
    """An event and the progress of its delivery."""

    event_id: str
    type: str
    tries: int
    last_status: int | None
    delivered_at: float | None


class Outbox:
    """Events to send; none is stored while there is no endpoint for it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._changed = asyncio.Event()
        db.executescript(SCHEMA)
        for table in ("endpoints", "events"):
            add_column(db, table, _PROVIDER)

    def listen(self, endpoints: Sequence[Endpoint]) -> None:
        """Send all events to these endpoints from now on."""
        self._db.execute("DELETE FROM endpoints")
        rows = [(one.url, json.dumps(one.secrets), one.provider) for one in endpoints]
        self._db.executemany("INSERT INTO endpoints (url, secrets, provider) VALUES (?, ?, ?)", rows)

    def endpoints(self, provider: str) -> list[Endpoint]:
        """Return the endpoints for the provider's events."""
        rows = self._db.execute("SELECT * FROM endpoints WHERE provider = ? ORDER BY url", (provider,)).fetchall()
        return [Endpoint(row["url"], tuple(json.loads(row["secrets"])), row["provider"]) for row in rows]

    def announce(self, kind: str, about: Mapping[str, Any], provider: Provider = "stripe") -> None:
        """Store an event of the provider about a change, and have it sent."""
        if self.endpoints(provider):
            now = int(time.time())
            row = (kind, now, provider)
            made = self._db.execute("INSERT INTO events (type, body, created, provider) VALUES (?, '', ?, ?)", row)
            body = json.dumps(_EVENTS[provider](made.lastrowid or 0, kind, now, about))
            self._db.execute("UPDATE events SET body = ? WHERE seq = ?", (body, made.lastrowid))
            self._changed.set()

    def deliveries(self) -> list[Delivery]:
        """Return all events, newest first."""
        return [_delivery(row) for row in self._db.execute("SELECT * FROM events ORDER BY seq DESC")]

    def send_again(self, event_id: str) -> bool:
        """Have an event sent again; return whether the event exists."""
        number = _number(event_id)
        changed = self._db.execute("UPDATE events SET delivered_at = NULL WHERE seq = ?", (number,)).rowcount
        self._changed.set()
        return changed > 0

    async def taken(self, event_id: str) -> None:
        """Return once all endpoints have accepted the event, or one has refused it again."""
        tries = self._one(event_id).tries
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while self._one(event_id).tries == tries:
                await asyncio.sleep(_LOOK_SECONDS)

    def _one(self, event_id: str) -> Delivery:
        number = _number(event_id)
        return _delivery(self._db.execute("SELECT * FROM events WHERE seq = ?", (number,)).fetchone())

    async def send_for_ever(self) -> None:
        """Send undelivered events in order, with growing pauses while they are refused."""
        pause = FIRST_PAUSE_SECONDS
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            while True:
                self._changed.clear()
                is_all_taken = all([await self._send(client, row) for row in self._waiting()])
                pause = FIRST_PAUSE_SECONDS if is_all_taken else min(pause * 2, LAST_PAUSE_SECONDS)
                await self._pause(None if is_all_taken else pause)

    async def _pause(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _waiting(self) -> list[sqlite3.Row]:
        return self._db.execute("SELECT * FROM events WHERE delivered_at IS NULL ORDER BY seq").fetchall()

    async def _send(self, client: httpx2.AsyncClient, row: sqlite3.Row) -> bool:
        endpoints = self.endpoints(row["provider"])
        answers = [await _post(client, endpoint, row["body"].encode()) for endpoint in endpoints]
        is_taken = all(httpx2.codes.is_success(one) for one in answers)
        delivered = time.time() if is_taken else None
        self._db.execute(
            "UPDATE events SET tries = tries + 1, last_status = ?, delivered_at = ? WHERE seq = ?",
            (answers[-1] if answers else None, delivered, row["seq"]),
        )
        return is_taken


async def _post(client: httpx2.AsyncClient, endpoint: Endpoint, body: bytes) -> int:
    signed = _HEADERS[endpoint.provider](body, endpoint.secrets)
    headers = {"Content-Type": "application/json", **signed}
    try:
        return (await client.post(endpoint.url, content=body, headers=headers)).status_code
    except httpx2.HTTPError:
        return 0


def _number(event_id: str) -> str:
    return event_id.replace("_", "-").rpartition("-")[2]


def _delivery(row: sqlite3.Row) -> Delivery:
    name = json.loads(row["body"])["id"] if row["body"] else ""
    return Delivery(name, row["type"], row["tries"], row["last_status"], row["delivered_at"])
