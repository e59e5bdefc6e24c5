"""The double-entry ledger: debits are positive, credits negative, and every transaction adds up to zero (I2)."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import AwareDatetime
from sqlalchemy import Connection

from db.core.upsert import InsertIgnore
from db.tables import LedgerEntryRow, LedgerTransactionRow
from domain.value import Value


class Movement(StrEnum):
    """What a transaction records."""

    CAPTURED = "captured"
    REFUND_PLANNED = "refund_planned"
    POSTAGE_OWED = "postage_owed"
    LABEL_DEDUCTED = "label_deducted"
    REFUNDED = "refunded"
    POSTAGE_PAID = "postage_paid"
    REVERSED = "reversed"
    REROUTED = "rerouted"
    DISPUTE_LOST = "dispute_lost"
    RELEASED = "released"
    RETURN_COUNTED = "return_counted"


Leg = tuple[str, int]


class Transaction(Value):
    """A movement of an order's money, with its legs: accounts and amounts in minor units.

    A movement without a case, such as a capture, has no `case_id`; one without a payout has no `payout_id`.
    """

    transaction_id: str
    movement: Movement
    currency: str
    order_number: str
    case_id: str | None = None
    payout_id: str | None = None
    at: AwareDatetime
    legs: tuple[Leg, ...]


_ENTRIES = LedgerEntryRow.__table__
_ADD, _COMPLETE = InsertIgnore(_ENTRIES), InsertIgnore(LedgerTransactionRow.__table__)


def enter(connection: Connection, transactions: Sequence[Transaction]) -> None:
    """Enter each transaction once, however often it comes: its legs, then the row that completes and checks it (I2)."""
    if not transactions:
        return
    _ADD.add(connection, [row for one in transactions for row in _rows(one)])
    _COMPLETE.add(connection, [{"transaction_id": one.transaction_id} for one in transactions])


def between(debit: str, credit: str, amount: int) -> tuple[Leg, Leg]:
    """Return the legs that move an amount from `credit` to `debit`; a negative amount moves the other way."""
    return ((debit, amount), (credit, -amount))


def _rows(transaction: Transaction) -> list[dict[str, object]]:
    if sum(amount for _, amount in transaction.legs) != 0:
        raise AssertionError(f"{transaction.transaction_id} must add up to zero")
    shared = transaction.model_dump(exclude={"legs"}) | {"movement": transaction.movement.value}
    return [
        {**shared, "position": i, "account": account, "amount": amount}
        for i, (account, amount) in enumerate(leg for leg in transaction.legs if leg[1])
    ]
