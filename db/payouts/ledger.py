"""The double-entry ledger: debits are positive, credits negative, every transaction adds up to zero (I2)."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, func, select

from db.core.upsert import InsertIgnore, given
from db.tables import LedgerEntryRow, LedgerTransactionRow
from domain.money import Money
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


Leg = tuple[str, int]


class Transaction(Value):
    """What happened to an order's money, and its legs as accounts with amounts in minor units.

    What belongs to no case, as a capture does, has no `case_id`; what moves before there is a payout no `payout_id`.
    """

    transaction_id: str
    movement: Movement
    currency: str
    order_number: str
    case_id: str | None = None
    payout_id: str | None = None
    at: AwareDatetime
    legs: tuple[Leg, ...]


class LedgerEntry(Value):
    """One leg of a transaction, in minor units of its currency."""

    transaction_id: str
    position: int
    movement: Movement
    account: str
    amount: Money
    case_id: str | None
    order_number: str
    payout_id: str | None
    at: AwareDatetime


_ENTRIES = LedgerEntryRow.__table__
_ADD, _SEAL = InsertIgnore(_ENTRIES), InsertIgnore(LedgerTransactionRow.__table__)
_IN_TIME = select(_ENTRIES).order_by(_ENTRIES.c.at, _ENTRIES.c.transaction_id, _ENTRIES.c.position)
_READ = _IN_TIME.where(given(_ENTRIES.c.case_id))
_READ_ORDER = _IN_TIME.where(given(_ENTRIES.c.order_number))
_BALANCE = select(func.coalesce(func.sum(_ENTRIES.c.amount), 0)).where(given(_ENTRIES.c.order_number))


def enter(connection: Connection, transactions: Sequence[Transaction]) -> None:
    """Enter the transactions, each once however often it comes; its legs first, then the seal that weighs them (I2)."""
    if not transactions:
        return
    _ADD.add(connection, [row for one in transactions for row in _rows(one)])
    _SEAL.add(connection, [{"transaction_id": one.transaction_id} for one in transactions])


def read_ledger(connection: Connection, case_id: str) -> list[LedgerEntry]:
    """Return the entries of a case, oldest first."""
    return [_entry(row) for row in connection.execute(_READ, {"case_id": case_id}).mappings()]


def read_order_ledger(connection: Connection, order_number: str) -> list[LedgerEntry]:
    """Return the entries of an order, oldest first: what was captured for it, and of all its cases."""
    return [_entry(row) for row in connection.execute(_READ_ORDER, {"order_number": order_number}).mappings()]


def balance(connection: Connection, order_number: str) -> int:
    """Return what the entries of an order add up to: zero, or the books are wrong (I2)."""
    return int(connection.execute(_BALANCE, {"order_number": order_number}).scalar_one())


def between(debit: str, credit: str, amount: int) -> tuple[Leg, Leg]:
    """Return the legs that move an amount; a negative one moves the other way."""
    return ((debit, amount), (credit, -amount))


def _rows(transaction: Transaction) -> list[dict[str, object]]:
    if sum(amount for _, amount in transaction.legs) != 0:
        raise AssertionError(f"{transaction.transaction_id} must add up to zero")
    shared = transaction.model_dump(exclude={"legs"}) | {"movement": transaction.movement.value}
    return [
        {**shared, "position": i, "account": account, "amount": amount}
        for i, (account, amount) in enumerate(leg for leg in transaction.legs if leg[1])
    ]


def _entry(row: RowMapping) -> LedgerEntry:
    amount = Money(minor=row["amount"], currency=row["currency"])
    return LedgerEntry(amount=amount, **{name: row[name] for name in LedgerEntry.model_fields if name != "amount"})
