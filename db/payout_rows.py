"""Payouts as rows, and back; what a case says of its payouts is taken over here."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from db.ledger import REIMBURSEMENT, enter_refunded, enter_released, enter_reversed
from db.tables import OrderPaymentRow, PayoutRow
from domain.case import Case, Payout
from domain.errors import CapExceededError
from domain.money import Money
from domain.words import PayoutState

_DEAD = frozenset({PayoutState.PLANNED, PayoutState.FAILED, PayoutState.CANCELED})
_MONEY_MOVED = frozenset({PayoutState.SUCCEEDED, PayoutState.REVERSED})
_ANSWERED = _MONEY_MOVED | {PayoutState.FAILED, PayoutState.CANCELED}


def read_payouts(session: Session, case_id: str) -> list[PayoutRow]:
    """Return the case's payouts but those given up, in their order, locked until the transaction ends."""
    wanted = select(PayoutRow).where(PayoutRow.case_id == case_id, col(PayoutRow.released).is_(False))
    return list(session.exec(wanted.order_by(col(PayoutRow.position)).with_for_update()))


def payout_of(row: PayoutRow) -> Payout:
    """Return the payout as recorded."""
    return Payout(
        payout_id=row.payout_id,
        provider=row.provider,
        payment_reference=row.payment_reference,
        amount=Money(minor=row.amount, currency=row.currency),
        attempt=row.attempt,
        idempotency_key=row.idempotency_key,
        state=PayoutState(row.state),
        gateway_refund_id=row.gateway_refund_id,
        failure_code=row.failure_code,
        submitted_at=row.submitted_at,
        settled_at=row.settled_at,
    )


def idempotency_key(case_id: str, position: int, attempt: int) -> str:
    """Return the key of an attempt: the same for the same attempt, on any machine, after any reset."""
    return f"refund/{case_id}/p{position}/a{attempt}"


def keep_payouts(session: Session, case: Case) -> None:
    """Take over what the case says of its payouts, and enter money that moved in the ledger once.

    Raises LookupError for a payout that was never planned: only a plan keeps the cap (R32).
    """
    if case.is_open and not case.payouts:
        return
    rows = {row.payout_id: row for row in read_payouts(session, case.case_id)}
    for payout in case.payouts:
        if payout.payout_id not in rows:
            raise LookupError(f"payout {payout.payout_id} was never planned")
        _take_over(session, rows[payout.payout_id], payout, case.updated_at)
    if not case.is_open:
        give_up(session, [row for row in rows.values() if _is_dead(row, case)], case.updated_at)


def give_up(session: Session, rows: Iterable[PayoutRow], at: datetime) -> None:
    """Free what is committed to payouts that will never be made, and enter that in the ledger."""
    for row in rows:
        if row.provider != REIMBURSEMENT:
            commit(session, row.order_number, row.provider, row.payment_reference, -row.amount)
        enter_released(session, row, at)
        row.released, row.state = True, PayoutState.CANCELED.value


def commit(session: Session, order_number: str, provider: str, reference: str, amount: int) -> None:
    """Commit an amount of a payment, or give it back when negative; raises CapExceededError (R32).

    The table's constraint decides, whatever was read before.
    """
    payment = (
        col(OrderPaymentRow.order_number) == order_number,
        col(OrderPaymentRow.provider) == provider,
        col(OrderPaymentRow.reference) == reference,
    )
    committed = col(OrderPaymentRow.committed)
    try:
        session.exec(update(OrderPaymentRow).where(*payment).values(committed=committed + amount))
    except IntegrityError as error:
        raise CapExceededError(f"{provider} {reference}: {amount} more than captured minus refunded") from error


def _take_over(session: Session, row: PayoutRow, payout: Payout, at: datetime) -> None:
    if not _supersedes(payout, row):
        return
    moved = payout.state in _MONEY_MOVED and payout.state != row.state
    _copy(row, payout)
    if moved:
        enter_refunded(session, row, payout.settled_at or at)
    if moved and payout.state is PayoutState.REVERSED:
        enter_reversed(session, row, at)


def _supersedes(payout: Payout, row: PayoutRow) -> bool:
    # What the activity recorded of its attempts is newer than a case that has no answer yet.
    if payout.attempt == row.attempt:
        return payout.state is not PayoutState.PLANNED
    return payout.attempt > row.attempt or payout.state in _ANSWERED


def _copy(row: PayoutRow, payout: Payout) -> None:
    if payout.attempt > row.attempt:
        row.attempt, row.idempotency_key, row.submitted_at = payout.attempt, payout.idempotency_key, None
    row.submitted_at = payout.submitted_at or row.submitted_at
    row.state = payout.state.value
    row.gateway_refund_id = payout.gateway_refund_id
    row.failure_code = payout.failure_code
    row.settled_at = payout.settled_at


def _is_dead(row: PayoutRow, case: Case) -> bool:
    # What may have been submitted stays committed, and a reimbursement is still to be paid by hand.
    known = {payout.payout_id for payout in case.payouts}
    return row.state in _DEAD or (row.provider == REIMBURSEMENT and row.payout_id not in known)
