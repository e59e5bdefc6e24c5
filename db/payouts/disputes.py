"""Chargebacks over payments, as the gateways report them (R38)."""

from typing import Any

from sqlalchemy import Connection, RowMapping, and_, false, func, select

from db.core.engine import Database
from db.core.upsert import Upsert, given
from db.payouts.external_refunds import renew_external_refunds
from db.payouts.payment_balances import cases_counting
from db.tables import CaseRow, DisputeRow, OrderPaymentRow, PayoutRow
from domain.enums import ENDED_STATES, CaseState
from domain.money import Money
from domain.payment_events import Dispute, DisputeStatus

_DISPUTES, _PAYOUTS, _CASES = DisputeRow.__table__, PayoutRow.__table__, CaseRow.__table__
_PAYMENTS = OrderPaymentRow.__table__
_OF_PAYMENT = select(_DISPUTES).where(given(_DISPUTES.c.provider), given(_DISPUTES.c.payment_reference))
_KNOWN = select(_DISPUTES).where(given(_DISPUTES.c.provider), given(_DISPUTES.c.dispute_id)).with_for_update()
_CONCERNED = (
    select(_PAYOUTS.c.case_id)
    .join(_CASES, _CASES.c.case_id == _PAYOUTS.c.case_id)
    .where(given(_PAYOUTS.c.source_provider), given(_PAYOUTS.c.source_reference), _PAYOUTS.c.released.is_(False))
    .where(_CASES.c.state.not_in([state.value for state in ENDED_STATES]))
    .distinct()
    .order_by(_PAYOUTS.c.case_id)
)
_WITHOUT_PAYOUTS = (CaseState.REPLACEMENT_DUE, CaseState.CHARGEBACK_HOLD, CaseState.PAYOUT_BLOCKED)
_SENDING = (
    select(_CASES.c.case_id)
    .join(_PAYMENTS, _PAYMENTS.c.order_number == _CASES.c.order_number)
    .where(given(_PAYMENTS.c.provider), given(_PAYMENTS.c.reference))
    .where(_CASES.c.state.in_([one.value for one in _WITHOUT_PAYOUTS]))
    .order_by(_CASES.c.case_id)
)
_OPEN_OVER_ORDER = (
    select(_DISPUTES.c.dispute_id)
    .join(
        _PAYMENTS,
        and_(_PAYMENTS.c.provider == _DISPUTES.c.provider, _PAYMENTS.c.reference == _DISPUTES.c.payment_reference),
    )
    .where(given(_PAYMENTS.c.order_number), _DISPUTES.c.status == DisputeStatus.OPEN.value)
    .where(func.coalesce(_DISPUTES.c.is_inquiry, false()).is_(False))
    .where(func.coalesce(_DISPUTES.c.is_unclear, false()).is_(False))
)
_AS_THEY_ARE = ("provider", "dispute_id", "payment_reference", "status", "changed_at", "opened_at")
_WRITE = Upsert(_DISPUTES, not_older=_DISPUTES.c.changed_at)


class Disputes:
    """The disputes; an older report never reopens one that was won or lost."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, dispute: Dispute) -> list[str]:
        """Record the dispute's status unless a later one is recorded; return the cases that it concerns.

        These are open cases whose money it holds, and cases, ended or not, for which it counts as paid. An outdated
        report and an inquiry, which holds nothing, return no cases. What a lost dispute took can no longer be refunded
        from its payment (R32).
        """
        with self._database.writing() as connection:
            return record_dispute(connection, dispute)

    def holds(self, order_number: str) -> bool:
        """Return whether a dispute over a payment of the order is open (R38)."""
        with self._database.reading() as connection:
            return connection.execute(_OPEN_OVER_ORDER, {"order_number": order_number}).first() is not None

    def of(self, provider: str, payment_reference: str) -> list[Dispute]:
        """Return the disputes over a payment."""
        with self._database.reading() as connection:
            return read_disputes(connection, provider, payment_reference)


def record_dispute(connection: Connection, dispute: Dispute) -> list[str]:
    """Record the dispute's status unless a later one is recorded, and return the cases that it concerns."""
    known = connection.execute(_KNOWN, dispute.model_dump(include={"provider", "dispute_id"})).mappings().first()
    if known is not None and _is_overtaken(_dispute(known), dispute):
        return []
    _WRITE.write(connection, [_row(dispute)])
    renew_external_refunds(connection, dispute.provider, dispute.payment_reference)
    if dispute.is_inquiry and dispute.status is DisputeStatus.OPEN:
        return []
    concerned = {"source_provider": dispute.provider, "source_reference": dispute.payment_reference}
    payment = {"provider": dispute.provider, "reference": dispute.payment_reference}
    counting = cases_counting(connection, dispute.provider, dispute.dispute_id)
    paying = connection.scalars(_CONCERNED, concerned)
    return sorted({*paying, *connection.scalars(_SENDING, payment), *counting})


def read_disputes(connection: Connection, provider: str, payment_reference: str) -> list[Dispute]:
    """Return the disputes over a payment."""
    payment = {"provider": provider, "payment_reference": payment_reference}
    return [_dispute(row) for row in connection.execute(_OF_PAYMENT, payment).mappings()]


def _is_overtaken(known: Dispute, update: Dispute) -> bool:
    ended_before = known.status is not DisputeStatus.OPEN and update.status is DisputeStatus.OPEN
    was_inquiry = known.is_inquiry and not update.is_inquiry
    is_step_back = update.is_inquiry and not known.is_inquiry and update.status is DisputeStatus.OPEN
    was_unclear = known.is_unclear and not update.is_unclear and update.status is DisputeStatus.OPEN
    if was_unclear and update.changed_at <= known.changed_at:
        return True
    return (ended_before and not was_inquiry) or is_step_back or update.changed_at < known.changed_at


def _dispute(row: RowMapping) -> Dispute:
    returned = row["returned"]
    return Dispute(
        amount=Money(minor=row["amount"], currency=row["currency"]),
        returned=None if returned is None else Money(minor=returned, currency=row["returned_currency"]),
        refund_ids=tuple(row["refund_ids"] or ()),
        is_inquiry=bool(row["is_inquiry"]),
        is_unclear=bool(row["is_unclear"]),
        **{name: row[name] for name in _AS_THEY_ARE},
    )


def _row(dispute: Dispute) -> dict[str, Any]:
    return {
        **dispute.model_dump(include={*_AS_THEY_ARE, "is_inquiry", "is_unclear"}),
        "status": dispute.status.value,
        "amount": dispute.amount.minor,
        "currency": dispute.amount.currency,
        "returned": dispute.returned.minor if dispute.returned is not None else None,
        "returned_currency": dispute.returned.currency if dispute.returned is not None else None,
        "refund_ids": list(dispute.refund_ids),
    }
