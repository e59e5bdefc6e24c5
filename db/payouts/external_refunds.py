"""External refunds, which left a payment without a payout: refunds made by hand and lost disputes (R32)."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from db.core.upsert import Upsert, given
from db.payouts.payment_balances import cases_counting, read_balance
from db.payouts.payout_rows import PayoutRecord
from db.tables import DisputeRow, ExternalRefundRow, OrderPaymentRow
from domain.payment_events import DisputeStatus, GatewayRefundRecord

_PAYMENTS, _EXTERNAL, _DISPUTES = OrderPaymentRow.__table__, ExternalRefundRow.__table__, DisputeRow.__table__
_LOST = select(func.coalesce(func.sum(_DISPUTES.c.amount), 0)).where(
    given(_DISPUTES.c.provider),
    given(_DISPUTES.c.payment_reference),
    given(_DISPUTES.c.currency),
    _DISPUTES.c.status == DisputeStatus.LOST.value,
)
_RENEW = (
    update(_PAYMENTS)
    .where(_PAYMENTS.c.provider == bindparam("of_provider"), _PAYMENTS.c.reference == bindparam("of_reference"))
    .values(external_refunds=bindparam("gone"))
)
_COUNTS = select(_EXTERNAL.c.counts).where(given(_EXTERNAL.c.provider), given(_EXTERNAL.c.refund_id))
_WRITE = Upsert(_EXTERNAL)


def record_external_refund(connection: Connection, refund: GatewayRefundRecord) -> list[str]:
    """Record a refund that no payout made, in its current state; a failed one stays failed, whatever comes later.

    Returns the cases for which it counts as paid although it has failed (R32).
    """
    if connection.scalar(_COUNTS, refund.model_dump(include={"provider", "refund_id"})) is False:
        return []
    row = {
        **refund.model_dump(exclude={"amount", "state", "payout_id", "other_references"}),
        "amount": refund.amount.minor,
        "currency": refund.amount.currency,
        "counts": not refund.state.has_paid_nothing,
    }
    _WRITE.write(connection, [row])
    renew_external_refunds(connection, refund.provider, refund.payment_reference)
    return cases_counting(connection, refund.provider, refund.refund_id) if refund.state.has_paid_nothing else []


def note_returned_by_dispute(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Record what a dispute returned instead of a payout, unless the gateway has reported it as lost (R38)."""
    payment = {"provider": record.source_provider, "payment_reference": record.source_reference}
    amount = record.payout.amount
    if record.source_provider is None or int(connection.scalar(_LOST, {**payment, "currency": amount.currency}) or 0):
        return
    row = {"refund_id": f"dispute:{record.payout_id}", "amount": amount.minor, "currency": amount.currency}
    _WRITE.write(connection, [{**payment, **row, "counts": True, "created_at": at, "is_reversal": False}])


def renew_external_refunds(connection: Connection, provider: str, payment_reference: str) -> None:
    """Recompute how much of a payment went back without a payout; a payment of no order is ignored.

    An amount that no longer fits beside the payouts has gone back twice, which reconciliation finds; a constraint
    cannot prevent it. Amounts in another currency than the payment's are never added (R38).
    """
    balance = read_balance(connection, provider, payment_reference)
    if balance is not None:
        gone = max(0, min(balance.returned, balance.captured.minor - balance.committed))
        connection.execute(_RENEW, {"of_provider": provider, "of_reference": payment_reference, "gone": gone})
