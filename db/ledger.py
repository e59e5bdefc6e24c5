"""The double-entry ledger: debits are positive, credits negative, every transaction adds up to zero (I2)."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, func, select

from db.payout_rows import PayoutRecord
from db.statements import AddOrLeave, given
from db.tables import LedgerEntryRow, PayoutRow
from domain.money import Money
from domain.value import Value

GOODS = "goods_refunds"
RETURN_POSTAGE = "return_postage"
RELEASED = "released"


class Movement(StrEnum):
    """What a transaction records about a payout."""

    REFUND_PLANNED = "refund_planned"
    POSTAGE_OWED = "postage_owed"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    RELEASED = "released"


class LedgerEntry(Value):
    """One leg of a transaction, in minor units of its currency."""

    transaction_id: str
    position: int
    movement: Movement
    account: str
    amount: Money
    case_id: str
    order_number: str
    payout_id: str
    at: AwareDatetime


Leg = tuple[str, int]


_ENTRIES, _PAYOUTS = LedgerEntryRow.__table__, PayoutRow.__table__
_ADD = AddOrLeave(_ENTRIES)
_READ = (
    select(_ENTRIES)
    .where(given(_ENTRIES.c.case_id))
    .order_by(_ENTRIES.c.at, _ENTRIES.c.transaction_id, _ENTRIES.c.position)
)
_BALANCE = select(func.coalesce(func.sum(_ENTRIES.c.amount), 0)).where(given(_ENTRIES.c.order_number))
_GOODS_PLANNED = (
    _BALANCE.join_from(_ENTRIES, _PAYOUTS, _PAYOUTS.c.payout_id == _ENTRIES.c.payout_id)
    .where(_ENTRIES.c.account == GOODS)
    .where(_PAYOUTS.c.released.is_(False))
)


def enter_planned(connection: Connection, record: PayoutRecord, goods: int, at: datetime) -> None:
    """Enter what is owed from now on: `goods` of the payout for goods and outbound postage, the rest return postage."""
    amount = record.payout.amount.minor
    expenses = [leg for leg in ((GOODS, goods), (RETURN_POSTAGE, amount - goods)) if leg[1]]
    movement = Movement.POSTAGE_OWED if record.payout.is_outside else Movement.REFUND_PLANNED
    _enter(connection, record, movement, [*expenses, (_payable(record), -amount)], at)


def enter_refunded(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that the attempt's money left."""
    _enter(connection, record, Movement.REFUNDED, _legs(record, _payable(record), _source(record)), at)


def enter_reversed(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that the attempt's money came back, so that it is owed again (R37)."""
    _enter(connection, record, Movement.REVERSED, _legs(record, _source(record), _payable(record)), at)


def enter_released(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that a payout which never happened is owed no more."""
    _enter(connection, record, Movement.RELEASED, _legs(record, _payable(record), RELEASED), at)


def goods_planned(connection: Connection, order_number: str) -> int:
    """Return what is planned or paid of an order for goods and outbound postage, over all cases, in minor units."""
    return int(connection.execute(_GOODS_PLANNED, {"order_number": order_number}).scalar_one())


def read_ledger(connection: Connection, case_id: str) -> list[LedgerEntry]:
    """Return the entries of a case, oldest first."""
    return [_entry(row) for row in connection.execute(_READ, {"case_id": case_id}).mappings()]


def balance(connection: Connection, order_number: str) -> int:
    """Return what the entries of an order add up to: zero, or the books are wrong (I2)."""
    return int(connection.execute(_BALANCE, {"order_number": order_number}).scalar_one())


def _enter(connection: Connection, record: PayoutRecord, movement: Movement, legs: list[Leg], at: datetime) -> None:
    transaction = _transaction(record, movement)
    if sum(amount for _, amount in legs) != 0 or legs[-1][1] >= 0:
        raise AssertionError(f"{transaction} must add up to zero, its one credit last")
    shared = {
        "transaction_id": transaction,
        "movement": movement.value,
        "currency": record.payout.amount.currency,
        "case_id": record.case_id,
        "order_number": record.order_number,
        "payout_id": record.payout_id,
        "at": at,
    }
    rows = [{**shared, "position": i, "account": account, "amount": amount} for i, (account, amount) in enumerate(legs)]
    _ADD.add(connection, rows)


def _transaction(record: PayoutRecord, movement: Movement) -> str:
    # A payout that was reversed can be refunded again: by another attempt, once.
    moved = movement in {Movement.REFUNDED, Movement.REVERSED}
    return f"{movement}/{record.payout_id}" + (f"/a{record.payout.attempt}" if moved else "")


def _legs(record: PayoutRecord, debit: str, credit: str) -> list[Leg]:
    amount = record.payout.amount.minor
    return [(debit, amount), (credit, -amount)]


def _payable(record: PayoutRecord) -> str:
    return "reimbursements_payable" if record.payout.is_outside else "refunds_payable"


def _source(record: PayoutRecord) -> str:
    return f"{record.payout.provider}:{record.payout.payment_reference}"


def _entry(row: RowMapping) -> LedgerEntry:
    amount = Money(minor=row["amount"], currency=row["currency"])
    return LedgerEntry(amount=amount, **{name: row[name] for name in LedgerEntry.model_fields if name != "amount"})
