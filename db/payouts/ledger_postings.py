"""The ledger's postings: from which account to which account each movement of money goes."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from db.core.upsert import given
from db.payouts.ledger import Movement, Transaction, between, enter
from db.payouts.payout_rows import PayoutRecord
from db.tables import LedgerEntryRow, PayoutRow
from domain.cases.case import Case
from domain.order import Order
from policy.payments.payment_allocation import Part

SALES = "sales"
GOODS = "goods_refunds"
RETURN_POSTAGE = "return_postage"
RETURN_LABELS = "return_labels"
RELEASED = "released"
REFUNDS_PAYABLE = "refunds_payable"
REIMBURSEMENTS_PAYABLE = "reimbursements_payable"

_ENTRIES, _PAYOUTS = LedgerEntryRow.__table__, PayoutRow.__table__
_CAPTURED = (
    select(_ENTRIES.c.account, _ENTRIES.c.currency, func.sum(_ENTRIES.c.amount), func.count())
    .where(given(_ENTRIES.c.order_number), _ENTRIES.c.movement == Movement.CAPTURED.value)
    .where(_ENTRIES.c.account != SALES)
    .group_by(_ENTRIES.c.account, _ENTRIES.c.currency)
)
_POSTAGE_THROUGH = (
    select(func.coalesce(func.sum(_ENTRIES.c.amount), 0))
    .join_from(_ENTRIES, _PAYOUTS, _PAYOUTS.c.payout_id == _ENTRIES.c.payout_id)
    .where(given(_ENTRIES.c.order_number), _ENTRIES.c.account == RETURN_POSTAGE, _PAYOUTS.c.released.is_(False))
    .where(or_(_PAYOUTS.c.source_provider.is_not(None), _ENTRIES.c.amount < 0))
)


class PaymentAccount(NamedTuple):
    """A payment's account in one currency."""

    account: str
    currency: str


def enter_captured(connection: Connection, order: Order) -> None:
    """Enter the difference between each payment's stated amount and what the ledger has captured for it so far.

    The entries have the date of the order, because the shop states no other time for its payments.
    """
    rows = connection.execute(_CAPTURED, {"order_number": order.order_number})
    known = {PaymentAccount(account, currency): (int(amount), times) for account, currency, amount, times in rows}
    stated = {PaymentAccount(f"{one.provider}:{one.reference}", order.currency): one.amount for one in order.payments}
    changed = [account for account in {**stated, **known} if stated.get(account, 0) != known.get(account, (0, 0))[0]]
    enter(
        connection,
        [_capture(order, account, stated.get(account, 0), *known.get(account, (0, 0))) for account in changed],
    )


def enter_planned(connection: Connection, record: PayoutRecord, part: Part, at: datetime) -> None:
    """Enter what is owed from now on: gross goods, the label deducted from them, and return postage (R31, R32).

    If goods change places with postage, the goods are owed to the payments and that postage is owed outside.
    """
    legs = (
        (GOODS, part.goods + part.label + part.swapped),
        (RETURN_POSTAGE, -part.swapped),
        (RETURN_POSTAGE, part.postage),
        (RETURN_LABELS, -part.label),
        (_payable(record), -record.payout.amount.minor),
    )
    movement = Movement.POSTAGE_OWED if record.payout.is_postage_outside else Movement.REFUND_PLANNED
    _enter(connection, record, movement, legs, at)


def enter_label(connection: Connection, case: Case, label: int) -> None:
    """Enter a label whose price used up everything that was owed, so that no payout shows it (R31)."""
    transaction = Transaction(
        transaction_id=f"{Movement.LABEL_DEDUCTED}/{case.case_id}/v{case.version}",
        movement=Movement.LABEL_DEDUCTED,
        currency=case.currency,
        order_number=case.order_number,
        case_id=case.case_id,
        at=case.updated_at,
        legs=between(GOODS, RETURN_LABELS, label),
    )
    enter(connection, [transaction])


def enter_refunded(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that the attempt's money was paid."""
    movement = Movement.POSTAGE_PAID if record.payout.is_postage_outside else Movement.REFUNDED
    _move(connection, record, movement, (_payable(record), _account(record)), at)


def enter_reversed(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that the attempt's money came back, so that it is owed again (R37)."""
    _move(connection, record, Movement.REVERSED, (_account(record), _payable(record)), at)


def enter_rerouted(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that the amount owed to the original payment is now owed to another account (R36)."""
    _move(connection, record, Movement.REROUTED, (REFUNDS_PAYABLE, REIMBURSEMENTS_PAYABLE), at)


def enter_dispute_lost(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that a lost dispute has taken the owed amount from the payment (R38)."""
    source = f"{record.source_provider}:{record.source_reference}"
    _move(connection, record, Movement.DISPUTE_LOST, (_payable(record), source), at)


def enter_counted(connection: Connection, case: Case) -> None:
    """Enter the returns that count as paid for the case, each against the payment that it left (R32, R38)."""
    transactions = [
        Transaction(
            transaction_id=f"{Movement.RETURN_COUNTED}/{case.case_id}/{number}",
            movement=Movement.RETURN_COUNTED,
            currency=case.currency,
            order_number=case.order_number,
            case_id=case.case_id,
            at=case.updated_at,
            legs=between(GOODS, f"{one.provider}:{one.payment_reference}", one.amount.minor),
        )
        for number, one in enumerate(case.counted, start=1)
    ]
    enter(connection, transactions)


def enter_released(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Enter that a payout which was never made is no longer owed."""
    _move(connection, record, Movement.RELEASED, (_payable(record), RELEASED), at)


def postage_planned(connection: Connection, order_number: str) -> int:
    """Return the return postage planned or paid through an order's payments, over all its cases (R32).

    In minor units, without postage that has changed places with goods since.
    """
    return int(connection.execute(_POSTAGE_THROUGH, {"order_number": order_number}).scalar_one())


def _part(name: str) -> str:
    """Return the name without slashes, so that two transactions never have the same id."""
    return name.replace("%", "%25").replace("/", "%2F")


def _capture(order: Order, account: PaymentAccount, stated: int, known: int, times: int) -> Transaction:
    names = (order.order_number, account.account)
    return Transaction(
        transaction_id="/".join((Movement.CAPTURED, *map(_part, names), account.currency, str(times + 1))),
        movement=Movement.CAPTURED,
        currency=account.currency,
        order_number=order.order_number,
        at=order.placed_at,
        legs=between(account.account, SALES, stated - known),
    )


def _move(
    connection: Connection, record: PayoutRecord, movement: Movement, accounts: tuple[str, str], at: datetime
) -> None:
    _enter(connection, record, movement, between(*accounts, record.payout.amount.minor), at)


def _enter(
    connection: Connection, record: PayoutRecord, movement: Movement, legs: tuple[tuple[str, int], ...], at: datetime
) -> None:
    transaction = Transaction(
        transaction_id=_transaction_id(record, movement),
        movement=movement,
        currency=record.payout.amount.currency,
        order_number=record.order_number,
        case_id=record.case_id,
        payout_id=record.payout_id,
        at=at,
        legs=legs,
    )
    enter(connection, [transaction])


def _transaction_id(record: PayoutRecord, movement: Movement) -> str:
    # A reversed payout can be paid again by another attempt, once per attempt.
    is_repeatable = movement in {Movement.REFUNDED, Movement.REVERSED}
    return f"{movement}/{record.payout_id}" + (f"/a{record.payout.attempt}" if is_repeatable else "")


def _payable(record: PayoutRecord) -> str:
    return REIMBURSEMENTS_PAYABLE if record.payout.is_outside else REFUNDS_PAYABLE


def _account(record: PayoutRecord) -> str:
    return f"{record.payout.provider}:{record.payout.payment_reference}"
