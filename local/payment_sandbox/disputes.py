"""Disputes over payments, opened and decided by the tester and as durable as the ledger.

A dispute holds or takes its own amount and no more: what is left of its payment can be refunded once it has ended.
Source: docs.stripe.com/disputes/how-disputes-work, developer.paypal.com/api/customer-disputes/v1.
"""

import re
import sqlite3
import time
from dataclasses import dataclass

from local.payment_sandbox.records import is_paypals

SCHEMA = """
CREATE TABLE IF NOT EXISTS disputes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, payment TEXT NOT NULL REFERENCES payments (id),
  amount INTEGER NOT NULL CHECK (amount > 0), reason TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
  currency TEXT);
"""
ADDED = ("currency TEXT", "takes INTEGER", "outcome TEXT", "returned INTEGER", "returned_currency TEXT")
OPEN, INQUIRY = "needs_response", "warning_needs_response"
HOLDING = frozenset({OPEN, "under_review"})
TAKING = HOLDING | {"lost", "prevented"}
ENDED = frozenset({"won", "lost", "warning_closed", "prevented"})
_NUMBER = re.compile(r"[0-9]+$")


@dataclass(frozen=True)
class Dispute:
    """A dispute; `status` is one of Stripe's, and the currency may be another than the payment's.

    `takes` is what it holds or takes of its payment, in the payment's currency. `outcome` is PayPal's code, and
    `returned` what PayPal says went back to the customer.
    """

    id: str
    payment: str
    amount: int
    reason: str
    status: str
    created: int
    currency: str
    takes: int
    outcome: str | None = None
    returned: int | None = None
    returned_currency: str | None = None

    @property
    def taken(self) -> int:
        """What it holds or has taken of its payment, in minor units; an inquiry takes nothing."""
        return self.takes if self.status in TAKING else 0


@dataclass(frozen=True)
class Decision:
    """What a dispute's next step changes; None leaves a thing as it is."""

    status: str
    outcome: str | None = None
    returned: int | None = None
    returned_currency: str | None = None
    takes: int | None = None


class Disputes:
    """The disputes in the ledger's file."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)
        for column in ADDED:
            add_column(db, "disputes", column)

    def open(  # noqa: PLR0913, PLR0917 - a dispute has these parts
        self, payment: str, amount: int, currency: str, takes: int, reason: str, status: str = OPEN
    ) -> Dispute:
        """Open a dispute over the payment."""
        row = (payment, amount, currency, takes, reason, status, int(time.time()))
        made = self._db.execute(
            "INSERT INTO disputes (payment, amount, currency, takes, reason, status, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        return self._one(made.lastrowid or 0)

    def decide(self, dispute: Dispute, decision: Decision) -> Dispute:
        """Give the dispute its next status and return it."""
        changed = (decision.status, decision.outcome, decision.returned, decision.returned_currency, decision.takes)
        self._db.execute(
            "UPDATE disputes SET status = ?, outcome = ?, returned = ?, returned_currency = ?,"
            " takes = COALESCE(?, takes) WHERE seq = ?",
            (*changed, _number(dispute.id)),
        )
        return self._one(_number(dispute.id))

    def one(self, dispute_id: str) -> Dispute | None:
        """Return the dispute with that id, or None."""
        return next((one for one in self.all() if one.id == dispute_id), None)

    def all(self, payment: str | None = None) -> list[Dispute]:
        """Return the disputes over one payment, or all, newest first."""
        chosen = "WHERE ? IS NULL OR disputes.payment = ? ORDER BY disputes.seq DESC"
        return [_dispute(row) for row in self._db.execute(f"{_SELECT} {chosen}", (payment, payment))]

    def is_open(self, payment: str) -> bool:
        """Return whether a dispute over the payment is being decided; an inquiry is none."""
        return any(one.status in HOLDING for one in self.all(payment))

    def taken(self, payment: str) -> int:
        """Return what all disputes hold or have taken of the payment, in minor units."""
        return sum(one.taken for one in self.all(payment))

    def _one(self, seq: int) -> Dispute:
        return _dispute(self._db.execute(f"{_SELECT} WHERE disputes.seq = ?", (seq,)).fetchone())


_SELECT = (
    "SELECT disputes.*, payments.currency AS of_payment, payments.amount AS captured"
    " FROM disputes JOIN payments ON payments.id = disputes.payment"
)


def add_column(db: sqlite3.Connection, table: str, column: str) -> None:
    """Add a column to a table of an earlier release that does not have it."""
    name = column.split(maxsplit=1)[0]
    if name not in {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}:
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def what_it_takes(amount: int, currency: str, captured: int, of_payment: str) -> int:
    """Return what a dispute takes of its payment unless that is said: all of it if it is in another currency."""
    return amount if currency == of_payment else captured


def _number(dispute_id: str) -> int:
    found = _NUMBER.search(dispute_id)
    return int(found[0]) if found else 0


def _dispute(row: sqlite3.Row) -> Dispute:
    currency = row["currency"] or row["of_payment"]
    takes = what_it_takes(row["amount"], currency, row["captured"], row["of_payment"])
    prefix = "PP-D-" if is_paypals(row["payment"]) else "du_sandbox_"
    as_they_are = ("payment", "amount", "reason", "status", "created", "outcome", "returned", "returned_currency")
    return Dispute(
        id=f"{prefix}{row['seq']:08d}",
        currency=currency,
        takes=takes if row["takes"] is None else row["takes"],
        **{name: row[name] for name in as_they_are},
    )
