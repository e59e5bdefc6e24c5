"""The shop's orders, as the storefront states them."""

from sqlalchemy import Connection, select

from db.engine import Database
from db.order_rows import insert_order, lock_order, read_order, replace_order
from db.statements import given
from db.tables import CaseRow, OrderPaymentRow, ReservedUnitRow
from domain.errors import OrderConflictError
from domain.order import Order

_PAYMENTS = OrderPaymentRow.__table__.c
_CASES = select(CaseRow.__table__.c.case_id).where(given(CaseRow.__table__.c.order_number))
_HELD_UNITS = select(ReservedUnitRow.__table__.c.unit).where(given(ReservedUnitRow.__table__.c.order_number))
_COMMITTED = select(_PAYMENTS.provider, _PAYMENTS.reference, _PAYMENTS.committed).where(
    given(_PAYMENTS.order_number), _PAYMENTS.committed > 0
)


class Orders:
    """The orders; what cases rely on cannot be changed under them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, order_number: str) -> Order | None:
        """Return the order, or None."""
        with self._database.reading() as connection:
            return read_order(connection, order_number)

    def put(self, order: Order) -> bool:
        """Record the order as it is stated now and return whether it is new.

        Raises OrderConflictError when that contradicts what cases rely on: the customer or the currency once there
        is a case, what was paid while units are in a case or settled (R11, R30), a payment that payouts are
        committed to (R32).
        """
        with self._database.writing() as connection:
            if insert_order(connection, order):
                return True
            lock_order(connection, order.order_number)
            _change(connection, order)
            return False


def _change(connection: Connection, order: Order) -> None:
    recorded = read_order(connection, order.order_number)
    if recorded is not None and recorded != order:
        _refuse_contradiction(connection, recorded, order)
        replace_order(connection, order)


def _refuse_contradiction(connection: Connection, recorded: Order, order: Order) -> None:
    says = (
        _identity_contradicted(connection, recorded, order)
        or _units_contradicted(connection, recorded, order)
        or _payments_contradicted(connection, order)
    )
    if says:
        raise OrderConflictError(says)


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
    return f"{changed}: units of this order are in a refund case or settled by what was paid; it cannot be changed"


def _change_of_what_was_paid(recorded: Order, order: Order) -> str | None:
    # All lines count, not only those with units held: the outbound postage is spread over all of them (R30).
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
