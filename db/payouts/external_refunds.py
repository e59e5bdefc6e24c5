"""External refunds, which left a payment without a payout: refunds made by hand and lost disputes (R32)."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, false, func, select, update

from db.core.upsert import Upsert, given
from db.payouts.payout_rows import PayoutRecord
from db.tables import DisputeRow, ExternalRefundRow, OrderPaymentRow
from domain.payment_events import DisputeStatus, GatewayRefundRecord

_PAYMENTS, _EXTERNAL, _DISPUTES = OrderPaymentRow.__table__, ExternalRefundRow.__table__, DisputeRow.__table__
_IS_NO_REVERSAL = func.coalesce(_EXTERNAL.c.is_reversal, false()).is_(False)
_BY_HAND = select(func.coalesce(func.sum(_EXTERNAL.c.amount), 0)).where(
    given(_EXTERNAL.c.provider), given(_EXTERNAL.c.payment_reference), _EXTERNAL.c.counts, _IS_NO_REVERSAL
)
_LOST = select(func.coalesce(func.sum(_DISPUTES.c.amount), 0)).where(
    given(_DISPUTES.c.provider),
    given(_DISPUTES.c.payment_reference),
    _DISPUTES.c.status == DisputeStatus.LOST.value,
)
_GONE = select(_BY_HAND.scalar_subquery() + _LOST.scalar_subquery())
_OF_PAYMENT = (_PAYMENTS.c.provider == bindparam("of_provider"), _PAYMENTS.c.reference == bindparam("of_reference"))
_BALANCE = (
    select(_PAYMENTS.c.captured - _PAYMENTS.c.committed, _PAYMENTS.c.external_refunds)
    .where(*_OF_PAYMENT)
    .with_for_update(key_share=True)
)
_RENEW = update(_PAYMENTS).where(*_OF_PAYMENT).values(external_refunds=bindparam("gone"))
_COUNTS = select(_EXTERNAL.c.counts).where(given(_EXTERNAL.c.provider), given(_EXTERNAL.c.refund_id))
_WRITE = Upsert(_EXTERNAL)


def record_external_refund(connection: Connection, refund: GatewayRefundRecord) -> None:
    """Record a refund that no payout made, in its current state; a failed one stays failed, whatever comes later."""
    if connection.scalar(_COUNTS, refund.model_dump(include={"provider", "refund_id"})) is False:
        return
    row = {
        **refund.model_dump(exclude={"amount", "state", "payout_id", "other_references"}),
        "amount": refund.amount.minor,
        "currency": refund.amount.currency,
        "counts": not refund.state.has_paid_nothing,
    }
    _WRITE.write(connection, [row])
    renew_external_refunds(connection, refund.provider, refund.payment_reference)


def note_returned_by_dispute(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Record what a dispute returned instead of a payout, unless the gateway has reported it as lost (R38)."""
    payment = {"provider": record.source_provider, "payment_reference": record.source_reference}
    if record.source_provider is None or int(connection.scalar(_LOST, payment) or 0):
        return
    amount = record.payout.amount
    row = {"refund_id": f"dispute:{record.payout_id}", "amount": amount.minor, "currency": amount.currency}
    _WRITE.write(connection, [{**payment, **row, "counts": True, "created_at": at, "is_reversal": False}])


def renew_external_refunds(connection: Connection, provider: str, payment_reference: str) -> None:
    """Recompute how much of a payment went back without a payout; a payment of no order is ignored.

    An amount that no longer fits beside the payouts has gone back twice, which reconciliation finds; a constraint
    cannot prevent it.
    """
    of_payment = {"of_provider": provider, "of_reference": payment_reference}
    balance = connection.execute(_BALANCE, of_payment).first()
    if balance is None:
        return
    left, known = balance
    gone = connection.scalar(_GONE, {"provider": provider, "payment_reference": payment_reference})
    if (renewed := min(int(gone or 0), left)) != known:
        connection.execute(_RENEW, {**of_payment, "gone": renewed})
