"""Outgoing webhooks: events are stored with their change, signed as Stripe does, and sent until they are accepted.

Source: docs.stripe.com/webhooks (signatures), /api/events/object.
"""

import asyncio
import hmac
import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx2

SCHEMA = """
CREATE TABLE IF NOT EXISTS endpoints (url TEXT PRIMARY KEY, secrets TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, last_status INTEGER, delivered_at REAL);
"""
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS, TIMEOUT_SECONDS = 0.2, 5.0, 10
_LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Endpoint:
    """Where events are sent, and the secrets that sign them; there are two while one is being replaced."""

    url: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """An event and the progress of its delivery."""

    event_id: str
    type: str
    tries: int
    last_status: int | None
    delivered_at: float | None


class Outbox:
    """Events to send; none is stored while there is no endpoint."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._changed = asyncio.Event()
        db.executescript(SCHEMA)

    def listen(self, endpoints: Sequence[Endpoint]) -> None:
        """Send all events to these endpoints from now on."""
        self._db.execute("DELETE FROM endpoints")
        rows = [(one.url, json.dumps(one.secrets)) for one in endpoints]
        self._db.executemany("INSERT INTO endpoints (url, secrets) VALUES (?, ?)", rows)

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints."""
        rows = self._db.execute("SELECT * FROM endpoints ORDER BY url").fetchall()
        return [Endpoint(row["url"], tuple(json.loads(row["secrets"]))) for row in rows]

    def announce(self, kind: str, about: Mapping[str, Any]) -> None:
        """Store an event about a change, and have it sent."""
        if self.endpoints():
            now = int(time.time())
            made = self._db.execute("INSERT INTO events (type, body, created) VALUES (?, '', ?)", (kind, now))
            body = json.dumps(_event(made.lastrowid or 0, kind, now, about))
            self._db.execute("UPDATE events SET body = ? WHERE seq = ?", (body, made.lastrowid))
            self._changed.set()

    def deliveries(self) -> list[Delivery]:
        """Return all events, newest first."""
        return [_delivery(row) for row in self._db.execute("SELECT * FROM events ORDER BY seq DESC")]

    def send_again(self, event_id: str) -> bool:
        """Have an event sent again; return whether the event exists."""
        number = event_id.rpartition("_")[2]
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
        number = event_id.rpartition("_")[2]
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
        answers = [await _post(client, endpoint, row["body"].encode()) for endpoint in self.endpoints()]
        is_taken = all(httpx2.codes.is_success(one) for one in answers)
        delivered = time.time() if is_taken else None
        self._db.execute(
            "UPDATE events SET tries = tries + 1, last_status = ?, delivered_at = ? WHERE seq = ?",
            (answers[-1] if answers else None, delivered, row["seq"]),
        )
        return is_taken


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """Return the header Stripe-Signature, with one v1 for each secret."""
    signed = str(at).encode() + b"." + body
    each = [hmac.new(secret.encode(), signed, sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in each)])


async def _post(client: httpx2.AsyncClient, endpoint: Endpoint, body: bytes) -> int:
    headers = {
        "Content-Type": "application/json",
        "Stripe-Signature": signature(body, endpoint.secrets, int(time.time())),
    }
    try:
        return (await client.post(endpoint.url, content=body, headers=headers)).status_code
    except httpx2.HTTPError:
        return 0


def _event(number: int, kind: str, created: int, about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _name(number),
        "object": "event",
        "api_version": "2025-09-30.clover",
        "created": created,
        "data": {"object": dict(about)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def _name(number: int) -> str:
    return f"evt_sandbox_{number:08d}"


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(_name(row["seq"]), row["type"], row["tries"], row["last_status"], row["delivered_at"])
