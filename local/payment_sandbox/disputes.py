"""Chargebacks over payments, opened and decided by the tester and as durable as the ledger."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from local.payment_sandbox.stripe import units

SCHEMA = """
CREATE TABLE IF NOT EXISTS disputes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, payment TEXT NOT NULL REFERENCES payments (id),
  amount INTEGER NOT NULL CHECK (amount > 0), reason TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
  currency TEXT);
"""
OPEN = "needs_response"
HOLDING = (OPEN, "under_review", "lost")


@dataclass(frozen=True)
class Dispute:
    """A chargeback; `status` is one of Stripe's, and the currency may be another than the payment's."""

    id: str
    payment: str
    amount: int
    reason: str
    status: str
    created: int
    currency: str | None = None

    def shown(self, charge: str, intent: str | None, currency: str) -> dict[str, Any]:
        """Return the dispute as Stripe shows it, by the ids and in the currency of its payment."""
        currency = self.currency or currency
        return {
            "id": self.id,
            "object": "dispute",
            "amount": units.shown(self.amount, currency),
            "charge": charge,
            "created": self.created,
            "currency": currency,
            "payment_intent": intent,
            "reason": self.reason,
            "status": self.status,
        }


class Disputes:
    """The disputes in the ledger's file."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)
        add_column(db, "disputes", "currency TEXT")

    def open(self, payment: str, amount: int, reason: str, status: str = OPEN, currency: str | None = None) -> Dispute:
        """Open a dispute over the payment, in its currency unless another is given."""
        row = (payment, amount, reason, status, int(time.time()), currency)
        made = self._db.execute(
            "INSERT INTO disputes (payment, amount, reason, status, created, currency) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        return self._one(made.lastrowid or 0)

    def decide(self, dispute_id: str, status: str) -> Dispute | None:
        """Give the dispute its next status; return None if there is no such dispute."""
        number = dispute_id.rpartition("_")[2]
        changed = self._db.execute("UPDATE disputes SET status = ? WHERE seq = ?", (status, number)).rowcount
        return self._one(int(number)) if changed else None

    def all(self) -> list[Dispute]:
        """Return all disputes, newest first."""
        return [_dispute(row) for row in self._db.execute("SELECT * FROM disputes ORDER BY seq DESC")]

    def holds(self, payment: str) -> bool:
        """Return whether an open or lost dispute prevents a refund of the payment."""
        found = self._db.execute("SELECT status FROM disputes WHERE payment = ?", (payment,))
        return any(row["status"] in HOLDING for row in found)

    def _one(self, seq: int) -> Dispute:
        return _dispute(self._db.execute("SELECT * FROM disputes WHERE seq = ?", (seq,)).fetchone())


def add_column(db: sqlite3.Connection, table: str, column: str) -> None:
    """Add a column to a table of an earlier release that does not have it."""
    name = column.split(maxsplit=1)[0]
    if name not in {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}:
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _dispute(row: sqlite3.Row) -> Dispute:
    return Dispute(
        id=f"du_sandbox_{row['seq']:08d}",
        **{name: row[name] for name in ("payment", "amount", "reason", "status", "created", "currency")},
    )
