"""Chargebacks over payments, opened and decided by the tester and as durable as the ledger."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS disputes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, payment TEXT NOT NULL REFERENCES payments (id),
  amount INTEGER NOT NULL CHECK (amount > 0), reason TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL);
"""
OPEN, WON, LOST = "needs_response", "won", "lost"


@dataclass(frozen=True)
class Dispute:
    """A chargeback; `status` is one of Stripe's."""

    id: str
    payment: str
    amount: int
    reason: str
    status: str
    created: int

    def shown(self, charge: str, currency: str) -> dict[str, Any]:
        """Return the dispute as Stripe shows it."""
        return {
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "charge": charge,
            "created": self.created,
            "currency": currency,
            "payment_intent": self.payment if self.payment != charge else None,
            "reason": self.reason,
            "status": self.status,
        }


class Disputes:
    """The disputes in the ledger's file."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def open(self, payment: str, amount: int, reason: str) -> Dispute:
        """Open a dispute over the payment."""
        row = (payment, amount, reason, OPEN, int(time.time()))
        made = self._db.execute(
            "INSERT INTO disputes (payment, amount, reason, status, created) VALUES (?, ?, ?, ?, ?)", row
        )
        return self._one(made.lastrowid or 0)

    def decide(self, dispute_id: str, status: str) -> Dispute | None:
        """Let the dispute be won or lost; return None if there is no such dispute."""
        number = dispute_id.rpartition("_")[2]
        changed = self._db.execute("UPDATE disputes SET status = ? WHERE seq = ?", (status, number)).rowcount
        return self._one(int(number)) if changed else None

    def all(self) -> list[Dispute]:
        """Return all disputes, newest first."""
        return [_dispute(row) for row in self._db.execute("SELECT * FROM disputes ORDER BY seq DESC")]

    def holds(self, payment: str) -> bool:
        """Return whether an open or lost dispute prevents a refund of the payment."""
        found = self._db.execute("SELECT 1 FROM disputes WHERE payment = ? AND status <> ?", (payment, WON))
        return found.fetchone() is not None

    def _one(self, seq: int) -> Dispute:
        return _dispute(self._db.execute("SELECT * FROM disputes WHERE seq = ?", (seq,)).fetchone())


def _dispute(row: sqlite3.Row) -> Dispute:
    return Dispute(
        f"du_sandbox_{row['seq']:08d}", row["payment"], row["amount"], row["reason"], row["status"], row["created"]
    )
