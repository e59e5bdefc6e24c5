"""The double-entry ledger: debits are positive, credits negative, every transaction adds up to zero (I2)."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime
from sqlalchemy import func
from sqlmodel import Session, col, select

from db.statements import insert_or
from db.tables import LedgerEntryRow, PayoutRow
from domain.money import Money
from domain.value import Value

REIMBURSEMENT = "reimbursement"
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


def enter_planned(session: Session, payout: PayoutRow, goods: int, at: datetime) -> None:
    """Enter what is owed from now on: `goods` of the payout for goods and outbound postage, the rest return postage."""
    expenses = ((GOODS, goods), (RETURN_POSTAGE, payout.amount - goods))
    legs = [(account, amount) for account, amount in expenses if amount]
    movement = Movement.POSTAGE_OWED if payout.provider == REIMBURSEMENT else Movement.REFUND_PLANNED
    _enter(session, payout, movement, [*legs, (_payable(payout), -payout.amount)], at)


def enter_refunded(session: Session, payout: PayoutRow, at: datetime) -> None:
    """Enter that the attempt's money left."""
    legs = [(_payable(payout), payout.amount), (_source(payout), -payout.amount)]
    _enter(session, payout, Movement.REFUNDED, legs, at)


def enter_reversed(session: Session, payout: PayoutRow, at: datetime) -> None:
    """Enter that the attempt's money came back, so that it is owed again (R37)."""
    legs = [(_source(payout), payout.amount), (_payable(payout), -payout.amount)]
    _enter(session, payout, Movement.REVERSED, legs, at)


def enter_released(session: Session, payout: PayoutRow, at: datetime) -> None:
    """Enter that a payout which never happened is owed no more."""
    legs = [(_payable(payout), payout.amount), (RELEASED, -payout.amount)]
    _enter(session, payout, Movement.RELEASED, legs, at)


def goods_planned(session: Session, order_number: str) -> int:
    """Return what is planned or paid of an order for goods and outbound postage, over all cases, in minor units."""
    total = select(func.coalesce(func.sum(LedgerEntryRow.amount), 0)).join(
        PayoutRow, col(PayoutRow.payout_id) == col(LedgerEntryRow.payout_id)
    )
    of_order = total.where(LedgerEntryRow.order_number == order_number, LedgerEntryRow.account == GOODS)
    return int(session.exec(of_order.where(col(PayoutRow.released).is_(False))).one())


def read_ledger(session: Session, case_id: str) -> list[LedgerEntry]:
    """Return the entries of a case, oldest first."""
    wanted = select(LedgerEntryRow).where(LedgerEntryRow.case_id == case_id)
    ordered = wanted.order_by(col(LedgerEntryRow.at), col(LedgerEntryRow.transaction_id), col(LedgerEntryRow.position))
    return [_entry(row) for row in session.exec(ordered)]


def balance(session: Session, order_number: str) -> int:
    """Return what the entries of an order add up to: zero, or the books are wrong (I2)."""
    total = select(func.coalesce(func.sum(LedgerEntryRow.amount), 0))
    return int(session.exec(total.where(LedgerEntryRow.order_number == order_number)).one())


def _enter(session: Session, payout: PayoutRow, movement: Movement, legs: list[Leg], at: datetime) -> None:
    transaction = _transaction(payout, movement)
    if sum(amount for _, amount in legs) != 0 or legs[-1][1] >= 0:
        raise AssertionError(f"{transaction} must add up to zero, its one credit last")
    shared = {
        "transaction_id": transaction,
        "movement": movement.value,
        "currency": payout.currency,
        "case_id": payout.case_id,
        "order_number": payout.order_number,
        "payout_id": payout.payout_id,
        "at": at,
    }
    rows = [{**shared, "position": i, "account": account, "amount": amount} for i, (account, amount) in enumerate(legs)]
    session.exec(insert_or(session, LedgerEntryRow.__table__).on_conflict_do_nothing(), params=rows)


def _transaction(payout: PayoutRow, movement: Movement) -> str:
    # A payout that was reversed can be refunded again: by another attempt, once.
    moved = movement in {Movement.REFUNDED, Movement.REVERSED}
    return f"{movement}/{payout.payout_id}/a{payout.attempt}" if moved else f"{movement}/{payout.payout_id}"


def _payable(payout: PayoutRow) -> str:
    return "reimbursements_payable" if payout.provider == REIMBURSEMENT else "refunds_payable"


def _source(payout: PayoutRow) -> str:
    return f"{payout.provider}:{payout.payment_reference}"


def _entry(row: LedgerEntryRow) -> LedgerEntry:
    return LedgerEntry(
        transaction_id=row.transaction_id,
        position=row.position,
        movement=Movement(row.movement),
        account=row.account,
        amount=Money(minor=row.amount, currency=row.currency),
        case_id=row.case_id,
        order_number=row.order_number,
        payout_id=row.payout_id,
        at=row.at,
    )
