"""The shop's orders, as the storefront sends them."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from db.core.engine import Database
from db.core.upsert import given
from db.orders.deliveries import as_stated, follow_parcels, with_deliveries
from db.orders.order_rows import insert_order, lock_order, read_order, replace_order
from db.payouts.external_refunds import renew_external_refunds
from db.payouts.ledger_postings import enter_captured
from db.payouts.payment_references import owner_of, take_over_names
from db.tables import CaseRow, OrderPaymentRow, ReservedUnitRow
from domain.errors import OrderConflictError
from domain.order import Order

_PAYMENTS = OrderPaymentRow.__table__.c
_CASES = select(CaseRow.__table__.c.case_id).where(given(CaseRow.__table__.c.order_number))
_HELD_UNITS = select(ReservedUnitRow.__table__.c.unit).where(given(ReservedUnitRow.__table__.c.order_number))
_COMMITTED = select(_PAYMENTS.provider, _PAYMENTS.reference, _PAYMENTS.committed + _PAYMENTS.external_refunds).where(
    given(_PAYMENTS.order_number), _PAYMENTS.committed + _PAYMENTS.external_refunds > 0
)

_PAYMENT_TAKEN = "payments: one of them belongs to another order; a payment can be part of one order only"


class Orders:
    """The orders; data that cases rely on cannot be changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, order_number: str) -> Order | None:
        """Return the order, or None."""
        with self._database.reading() as connection:
            order = read_order(connection, order_number)
            return with_deliveries(connection, order) if order else None

    def put(self, order: Order, at: datetime | None = None) -> bool:
        """Create or update the order and return whether it is new; from `at` its parcels are followed (R4).

        A parcel's delivery that the shop states stands; one that it leaves out, or only repeats, is its courier's.

        Raises OrderConflictError if an update changes data that cases rely on: the customer or the currency once there
        is a case, what was paid while units are in a case or settled (R11, R30), or a payment to which payouts are
        committed (R32). Also raises it if a payment belongs to another order.
        """
        try:
            return self._put(order, at or order.placed_at)
        except IntegrityError as error:
            raise OrderConflictError(_PAYMENT_TAKEN) from error

    def _put(self, order: Order, at: datetime) -> bool:
        with self._database.writing() as connection:
            order = as_stated(connection, order)
            _refuse_taken_payment(connection, order)
            follow_parcels(connection, order, at)
            if insert_order(connection, order):
                _take_over_payments(connection, order)
                return True
            lock_order(connection, order.order_number)
            _change(connection, order)
            return False


def _refuse_taken_payment(connection: Connection, order: Order) -> None:
    for payment in order.payments:
        owner = owner_of(connection, payment.provider, payment.reference)
        if owner not in {None, order.order_number}:
            raise OrderConflictError(f"payments: {payment.provider} {payment.reference} belongs to order {owner}")


def _change(connection: Connection, order: Order) -> None:
    recorded = read_order(connection, order.order_number)
    if recorded is not None and recorded != order:
        _refuse_contradiction(connection, recorded, order)
        replace_order(connection, order)
        _take_over_payments(connection, order)


def _take_over_payments(connection: Connection, order: Order) -> None:
    """Enter captured payments in the ledger, and subtract what has already left them without a payout (R32)."""
    enter_captured(connection, order)
    for payment in order.payments:
        take_over_names(connection, payment.provider, payment.reference)
        renew_external_refunds(connection, payment.provider, payment.reference)


def _refuse_contradiction(connection: Connection, recorded: Order, order: Order) -> None:
    message = (
        _identity_contradicted(connection, recorded, order)
        or _units_contradicted(connection, recorded, order)
        or _payments_contradicted(connection, order)
    )
    if message:
        raise OrderConflictError(message)


def _identity_contradicted(connection: Connection, recorded: Order, order: Order) -> str | None:
    changed = [name for name in ("customer_id", "currency") if getattr(recorded, name) != getattr(order, name)]
    if not changed:
        return None
    if connection.execute(_CASES, {"order_number": order.order_number}).first() is None:
        return None
    return f"{changed[0]}: a refund case of this order relies on {getattr(recorded, changed[0])}; it cannot be changed"


def _units_contradicted(connection: Connection, recorded: Order, order: Order) -> str | None:
    changed = _change_of_what_was_paid(recorded, order)
    if changed is None:
        return None
    if connection.execute(_HELD_UNITS, {"order_number": order.order_number}).first() is None:
        return None
    return f"{changed}: units of this order are in a refund case or already settled; it cannot be changed"


def _change_of_what_was_paid(recorded: Order, order: Order) -> str | None:
    # All lines count, not only those with reserved units, because the outbound postage is spread over all (R30).
    if recorded.outbound_postage != order.outbound_postage:
        return "outbound_postage"
    before, after = ({(line.sku, line.quantity, line.paid) for line in one.lines} for one in (recorded, order))
    return f"lines: {min(before ^ after)[0]}" if before != after else None


def _payments_contradicted(connection: Connection, order: Order) -> str | None:
    captured = {(payment.provider, payment.reference): payment.amount for payment in order.payments}
    for provider, reference, amount in connection.execute(_COMMITTED, {"order_number": order.order_number}):
        if captured.get((provider, reference), 0) < amount:
            return (
                f"payments: {amount} of {provider} {reference} is refunded or about to be; it cannot be less than that"
            )
    return None
