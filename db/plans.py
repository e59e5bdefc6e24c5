"""How a refund is split over the payments of its order, committed under the cap of each (R32, R35)."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from db.ledger import REIMBURSEMENT, enter_planned, goods_planned
from db.payout_rows import commit, give_up, idempotency_key, payout_of, read_payouts
from db.tables import OrderPaymentRow, PayoutRow
from domain.case import Case, Payout
from domain.errors import CapExceededError
from domain.words import PayoutState
from policy.money import allocate, caps

Part = tuple[str, str, int]


def plan_payouts(session: Session, case: Case) -> tuple[Payout, ...]:
    """Return the case's payouts with those for `case.refund_due`; the same again for the same version of the case.

    What does not fit the payments is a reimbursement that finance pays by hand (R32). Raises CapExceededError when
    more would be paid for goods than was captured, whichever way.
    """
    payments = _lock_payments(session, case.order_number)
    known = {payout.payout_id for payout in case.payouts}
    rows = read_payouts(session, case.case_id)
    planned = [row for row in rows if row.payout_id not in known]
    if not _is_plan_of(case, planned):
        # Planned by a worker that died before its workflow task was saved: that history never became true.
        give_up(session, planned, case.updated_at)
        session.flush()
        planned = _plan(session, case, payments)
    return tuple(payout_of(row) for row in rows if row.payout_id in known) + tuple(payout_of(row) for row in planned)


def _is_plan_of(case: Case, planned: list[PayoutRow]) -> bool:
    versions = {row.planned_at_version for row in planned}
    return versions == {case.version} and sum(row.amount for row in planned) == _total(case)


def _total(case: Case) -> int:
    return case.refund_due.total.minor if case.refund_due else 0


def _lock_payments(session: Session, order_number: str) -> list[OrderPaymentRow]:
    wanted = select(OrderPaymentRow).where(OrderPaymentRow.order_number == order_number)
    return list(session.exec(wanted.order_by(col(OrderPaymentRow.position)).with_for_update(key_share=True)))


def _plan(session: Session, case: Case, payments: list[OrderPaymentRow]) -> list[PayoutRow]:
    total = _total(case)
    if total <= 0:
        return []
    goods = _goods(session, case, payments, total)
    first = _next_position(session, case)
    rows = [_row(case, position, part) for position, part in enumerate(_parts(total, payments), start=first)]
    for row in rows:
        goods -= _enter(session, case, row, goods)
    return rows


def _next_position(session: Session, case: Case) -> int:
    last = select(func.max(PayoutRow.position)).where(PayoutRow.case_id == case.case_id)
    return (session.exec(last).one() or 0) + 1


def _goods(session: Session, case: Case, payments: list[OrderPaymentRow], total: int) -> int:
    """Return how much of the total is for goods and outbound postage, which all payments together must cover."""
    postage = case.refund_due.return_postage.minor if case.refund_due else 0
    goods = max(0, total - postage)
    room = sum(payment.captured for payment in payments) - goods_planned(session, case.order_number)
    if goods > room:
        raise CapExceededError(
            f"order {case.order_number}: {goods} to be refunded for goods, {room} left of what was paid"
        )
    return goods


def _parts(total: int, payments: list[OrderPaymentRow]) -> list[Part]:
    room = caps([payment.captured for payment in payments], [payment.committed for payment in payments])
    amounts, outside = allocate(total, room)
    parts = [(one.provider, one.reference, amount) for one, amount in zip(payments, amounts, strict=True)]
    return [part for part in [*parts, (REIMBURSEMENT, "outside", outside)] if part[2]]


def _row(case: Case, position: int, part: Part) -> PayoutRow:
    provider, reference, amount = part
    state = PayoutState.ACTION_REQUIRED if provider == REIMBURSEMENT else PayoutState.PLANNED
    return PayoutRow(
        payout_id=f"{case.case_id}-p{position}",
        case_id=case.case_id,
        order_number=case.order_number,
        position=position,
        planned_at_version=case.version,
        provider=provider,
        payment_reference=reference,
        amount=amount,
        currency=case.currency,
        attempt=1,
        idempotency_key=idempotency_key(case.case_id, position, 1),
        state=state.value,
    )


def _enter(session: Session, case: Case, row: PayoutRow, goods_left: int) -> int:
    """Commit the payout and enter it in the ledger; return how much of it is for goods."""
    if row.provider != REIMBURSEMENT:
        commit(session, row.order_number, row.provider, row.payment_reference, row.amount)
    session.add(row)
    session.flush()
    goods = min(goods_left, row.amount)
    enter_planned(session, row, goods, case.updated_at)
    return goods
