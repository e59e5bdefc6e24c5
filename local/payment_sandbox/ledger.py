"""The sandbox's ledger in one SQLite file: whatever it has answered is on disk, even after kill -9."""

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from local.payment_sandbox.disputes import Disputes, add_column
from local.payment_sandbox.outbox import Outbox
from local.payment_sandbox.records import PAID_NOTHING, Answer, Payment, Refund

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, charge TEXT NOT NULL UNIQUE,
  amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, created INTEGER NOT NULL, other_id TEXT);
CREATE TABLE IF NOT EXISTS refunds (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, payment TEXT NOT NULL REFERENCES payments (id),
  amount INTEGER NOT NULL CHECK (amount > 0), status TEXT NOT NULL, failure_reason TEXT, reason TEXT,
  metadata TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
"""


class Ledger:
    """Payments, refunds and the answers stored for keys; one connection, used by one thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(SCHEMA)
        add_column(self._db, "payments", "other_id TEXT")
        self.disputes = Disputes(self._db)
        self.webhooks = Outbox(self._db)

    @contextmanager
    def writing(self) -> Generator[None]:
        """Commit all enclosed changes together, or none of them."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add_payment(self, payment: Payment) -> None:
        """Record a captured payment."""
        self._db.execute(
            "INSERT INTO payments (id, charge, amount, currency, created, other_id) VALUES (?, ?, ?, ?, ?, ?)",
            (payment.id, payment.charge, payment.amount, payment.currency, payment.created, payment.other_id),
        )

    def payment(self, reference: str) -> Payment | None:
        """Return the payment with that id, under whatever name its provider gives it, or None."""
        found = self._db.execute("SELECT * FROM payments WHERE ? IN (id, charge, other_id)", (reference,)).fetchone()
        return _payment(found) if found else None

    def payments(self) -> list[Payment]:
        """Return all payments, newest first."""
        return [_payment(row) for row in self._db.execute("SELECT * FROM payments ORDER BY seq DESC")]

    def next_number(self, table: str) -> int:
        """Return a number that no row of the table has ever had."""
        found = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return (found["seq"] if found else 0) + 1

    def add_refund(self, refund: Refund) -> None:
        """Record a refund."""
        self._db.execute(
            "INSERT INTO refunds (id, payment, amount, status, failure_reason, reason, metadata, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(refund.id, refund.payment, refund.amount, refund.status, refund.failure_reason, refund.reason),
                *(json.dumps(dict(refund.metadata)), refund.created),
            ),
        )

    def finish_refund(self, refund_id: str, status: str, failure_reason: str | None) -> None:
        """Change the status of a refund, as happens later at a real provider."""
        change = (status, failure_reason, refund_id)
        self._db.execute("UPDATE refunds SET status = ?, failure_reason = ? WHERE id = ?", change)

    def refund(self, refund_id: str) -> Refund | None:
        """Return the refund, or None."""
        found = self._db.execute("SELECT * FROM refunds WHERE id = ?", (refund_id,)).fetchone()
        return _refund(found) if found else None

    def refunds(self, payment_id: str | None = None) -> list[Refund]:
        """Return the refunds of one payment, or of all, newest first."""
        chosen = "SELECT * FROM refunds WHERE ? IS NULL OR payment = ? ORDER BY seq DESC"
        return [_refund(row) for row in self._db.execute(chosen, (payment_id, payment_id))]

    def refunded(self, payment_id: str) -> int:
        """Return how much of a payment is refunded or about to be, in minor units."""
        return sum(one.amount for one in self.refunds(payment_id) if one.status not in PAID_NOTHING)

    def left(self, payment: Payment) -> int:
        """Return what is left of a payment beside its refunds and what disputes hold or have taken, in minor units."""
        return max(0, payment.amount - self.refunded(payment.id) - self.disputes.taken(payment.id))

    def answer(self, key: str) -> tuple[str, Answer] | None:
        """Return the fingerprint and the answer stored for a key, or None."""
        found = self._db.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
        return (found["fingerprint"], _replay(found)) if found else None

    def keep_answer(self, key: str, fingerprint: str, answer: Answer) -> None:
        """Store an answer for a key, so that repeats get it again."""
        row = (key, fingerprint, answer.status, json.dumps(answer.body))
        self._db.execute("INSERT INTO answers (key, fingerprint, status, body) VALUES (?, ?, ?, ?)", row)

    def forget_answers(self) -> None:
        """Forget all keys, as a provider may after its retention time."""
        self._db.execute("DELETE FROM answers")


def _payment(row: sqlite3.Row) -> Payment:
    return Payment(row["id"], row["charge"], row["amount"], row["currency"], row["created"], row["other_id"])


def _refund(row: sqlite3.Row) -> Refund:
    return Refund(
        id=row["id"],
        payment=row["payment"],
        amount=row["amount"],
        status=row["status"],
        failure_reason=row["failure_reason"],
        reason=row["reason"],
        metadata=json.loads(row["metadata"]),
        created=row["created"],
    )


def _replay(row: sqlite3.Row) -> Answer:
    return Answer(row["status"], json.loads(row["body"]), replayed=True)
