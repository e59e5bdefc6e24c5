"""Payouts: every attempt is durable here before a gateway hears of it."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import select

from db.engine import Database
from db.ledger import LedgerEntry, balance, read_ledger
from db.payout_rows import idempotency_key, payout_of
from db.tables import OrderRow, PayoutRow
from domain.case import Payout
from domain.errors import CapExceededError, UnknownOrderError
from domain.money import Money
from domain.words import PayoutState


class Payouts:
    """The attempts of payouts, and the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submitting(self, payout: Payout, at: datetime) -> Payout:
        """Record that the payout's attempt begins and return it as recorded.

        A later attempt that is recorded already wins, and `submitted_at` is when the recorded attempt first began.
        Raises LookupError for a payout that was not planned, CapExceededError for one that is no longer committed.
        """
        with self._locked(payout) as row:
            if payout.attempt > row.attempt:
                _begin(row, payout.attempt)
            _submit(row, at)
            return payout_of(row)

    def next_attempt(self, payout: Payout, at: datetime) -> Payout:
        """Record the attempt after the payout's with a new idempotency key, begun now, and return it.

        When that attempt was followed already, the recorded one is returned, so that two callers with the same proof
        that it paid nothing end up with the same key (fault 3). Raises as `submitting`.
        """
        with self._locked(payout) as row:
            if payout.attempt >= row.attempt:
                _begin(row, payout.attempt + 1)
            _submit(row, at)
            return payout_of(row)

    def ledger(self, case_id: str) -> list[LedgerEntry]:
        """Return the ledger's entries of the case, oldest first."""
        with self._database.reading() as session:
            return read_ledger(session, case_id)

    def ledger_total(self, order_number: str) -> Money:
        """Return what the ledger's entries of the order add up to, which is nothing (I2); raises UnknownOrderError."""
        with self._database.reading() as session:
            wanted = select(OrderRow.currency).where(OrderRow.order_number == order_number)
            currency = session.exec(wanted).first()
            if currency is None:
                raise UnknownOrderError(f"there is no order {order_number}")
            return Money(minor=balance(session, order_number), currency=currency)

    @contextmanager
    def _locked(self, payout: Payout) -> Generator[PayoutRow]:
        with self._database.writing() as session:
            row = session.get(PayoutRow, payout.payout_id, with_for_update=True)
            if row is None:
                raise LookupError(f"payout {payout.payout_id} was never planned")
            if row.released:
                raise CapExceededError(f"payout {payout.payout_id} was given up when its case ended: plan it again")
            yield row


def _begin(row: PayoutRow, attempt: int) -> None:
    row.attempt = attempt
    row.idempotency_key = idempotency_key(row.case_id, row.position, attempt)
    row.state = PayoutState.PLANNED.value
    row.submitted_at = row.gateway_refund_id = row.failure_code = row.settled_at = None


def _submit(row: PayoutRow, at: datetime) -> None:
    if row.state == PayoutState.PLANNED:
        row.state = PayoutState.SUBMITTING.value
    row.first_attempt_at = row.first_attempt_at or at
    row.submitted_at = row.submitted_at or at
