"""Payouts: every attempt is recorded here before the gateway is called."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from db.core.engine import Database
from db.core.upsert import given
from db.payouts.external_refunds import record_external_refund
from db.payouts.payment_balances import read_balance, read_balances
from db.payouts.payout_plans import left_for_goods
from db.payouts.payout_rows import PayoutRecord, read_payout, record_of, write_payouts
from db.tables import OrderRow, PayoutRow
from domain.cases.case_money import PaymentMoney
from domain.cases.payment_balance import PaymentBalance
from domain.cases.payout import REIMBURSEMENT, Payout
from domain.errors import CapExceededError, ChargeDisputedError
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState
from domain.value import Value
from policy.payments.case_money import payment_money

_PAYOUTS = PayoutRow.__table__
_BY_ID = select(_PAYOUTS).where(given(_PAYOUTS.c.payout_id))
_BY_REFUND = select(_PAYOUTS).where(given(_PAYOUTS.c.provider), given(_PAYOUTS.c.gateway_refund_id))
_PAID = (
    select(_PAYOUTS.c.source_provider, _PAYOUTS.c.source_reference, _PAYOUTS.c.provider, func.sum(_PAYOUTS.c.amount))
    .where(given(_PAYOUTS.c.order_number), _PAYOUTS.c.state == PayoutState.SUCCEEDED.value)
    .where(_PAYOUTS.c.released.is_(False), _PAYOUTS.c.source_provider.is_not(None))
    .group_by(_PAYOUTS.c.source_provider, _PAYOUTS.c.source_reference, _PAYOUTS.c.provider)
)
_READ_CURRENCY = select(OrderRow.__table__.c.currency).where(given(OrderRow.__table__.c.order_number))


class FoundPayout(Value):
    """A payout and its case."""

    payout: Payout
    case_id: str
    order_number: str
    released: bool


class Payouts:
    """The payouts and their attempts, and the refunds that no payout made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submitting(self, payout: Payout, at: datetime) -> Payout:
        """Record that the payout's attempt begins, and return the recorded attempt.

        If a later attempt is recorded already, that one is returned. `submitted_at` is when the returned attempt first
        began, and an answered attempt has its refund's id. Raises LookupError for a payout that was not planned,
        CapExceededError for one that is no longer committed, and ChargeDisputedError while a chargeback over its
        payment is open (R38).
        """
        with self._database.writing() as connection:
            record = _find(connection, payout)
            later = payout.attempt > record.payout.attempt
            return _submit(connection, _begun(record, payout.attempt) if later else record, at)

    def next_attempt(self, payout: Payout, at: datetime) -> Payout:
        """Record the next attempt of the payout, with a new idempotency key and begun now, and return it.

        If a later attempt or an answer is recorded already, that is returned (R37): two callers with the same proof
        that the attempt paid nothing must end up with the same key (fault 3). Raises as `submitting` does.
        """
        with self._database.writing() as connection:
            record = _find(connection, payout)
            newest = payout.attempt >= record.payout.attempt and not record.payout.gateway_refund_id
            return _submit(connection, _begun(record, payout.attempt + 1) if newest else record, at)

    def find(self, provider: str, payout_id: str | None, refund_id: str) -> FoundPayout | None:
        """Return the payout to which a gateway's refund belongs, found by payout id or else by refund id, or None."""
        with self._database.reading() as connection:
            row = connection.execute(_BY_ID, {"payout_id": payout_id}).mappings().first()
            found = row or connection.execute(_BY_REFUND, _of_gateway(provider, refund_id)).mappings().first()
        return FoundPayout(**record_of(found).model_dump(include=set(FoundPayout.model_fields))) if found else None

    def record_external_refund(self, refund: GatewayRefundRecord) -> list[str]:
        """Record a refund that no payout made, so that its amount is not refunded again (R32).

        Returns the cases for which it counts as paid although it has failed.
        """
        with self._database.writing() as connection:
            return record_external_refund(connection, refund)

    def left_for_goods(self, order_number: str) -> int:
        """Return how much of the captured money is neither refunded nor committed, in minor units (R32)."""
        with self._database.writing() as connection:
            return left_for_goods(connection, order_number)

    def payments(self, order_number: str) -> list[PaymentMoney]:
        """Return what became of each payment of the order, in their fixed order, for all its cases (R32, R35)."""
        with self._database.reading() as connection:
            balances = read_balances(connection, order_number, locks=False)
            rows = connection.execute(_PAID, {"order_number": order_number})
            paid = {(source, reference, to): int(total) for source, reference, to, total in rows}
        return [_money(one, paid) for one in balances]


def _money(balance: PaymentBalance, paid: dict[tuple[str, str, str], int]) -> PaymentMoney:
    source = (balance.provider, balance.reference)
    return payment_money(balance, paid.get((*source, balance.provider), 0), paid.get((*source, REIMBURSEMENT), 0))


def _of_gateway(provider: str, refund_id: str) -> dict[str, str]:
    return {"provider": provider, "gateway_refund_id": refund_id}


def _find(connection: Connection, payout: Payout) -> PayoutRecord:
    record = read_payout(connection, payout.payout_id)
    if record is None:
        raise LookupError(f"payout {payout.payout_id} was never planned")
    if record.released:
        raise CapExceededError(f"payout {payout.payout_id} was given up when its case ended: plan it again")
    if record.payout.is_outside:
        raise CapExceededError(f"payout {payout.payout_id} is paid to another account, not through a gateway")
    _refuse_disputed_or_gone(connection, record)
    return record


def _refuse_disputed_or_gone(connection: Connection, record: PayoutRecord) -> None:
    """Refuse to pay what is disputed (R38) or has gone back another way since it was planned (R32)."""
    payout = record.payout
    balance = read_balance(connection, payout.provider, payout.payment_reference)
    if balance is not None and balance.is_disputed:
        raise ChargeDisputedError(f"a chargeback over {payout.provider} {payout.payment_reference} is open")
    if balance is not None and balance.is_exceeded and payout.gateway_refund_id is None:
        gone = f"{balance.committed} to be refunded and {balance.returned} returned another way"
        raise CapExceededError(f"{payout.provider} {payout.payment_reference}: {gone} exceed what was captured")


def _submit(connection: Connection, record: PayoutRecord, at: datetime) -> Payout:
    state = record.payout.state
    submitted = record.amend(first_attempt_at=record.first_attempt_at or at).with_payout(
        state=PayoutState.SUBMITTING if state is PayoutState.PLANNED else state,
        submitted_at=record.payout.submitted_at or at,
    )
    write_payouts(connection, [submitted])
    return submitted.payout


def _begun(record: PayoutRecord, attempt: int) -> PayoutRecord:
    return record.amend(payout=record.payout.as_attempt(attempt))
