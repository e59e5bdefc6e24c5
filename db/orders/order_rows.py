"""An order as rows, and back."""

from typing import Any

from sqlalchemy import Connection, Select, Table, delete, insert, select, tuple_, update

from db.core.upsert import InsertIgnore, Upsert, given
from db.tables import OrderLineRow, OrderParcelRow, OrderPaymentRow, OrderRow
from domain.order import Order, OrderLine, Parcel, Payment

_ORDERS, _LINES = OrderRow.__table__, OrderLineRow.__table__
_PAYMENTS, _PARCELS = OrderPaymentRow.__table__, OrderParcelRow.__table__


def _parts(table: Table, *left_out: str) -> Select[*tuple[Any, ...]]:
    columns = [column for column in table.c if column.name not in {"order_number", "position", *left_out}]
    return select(*columns).where(given(table.c.order_number)).order_by(table.c.position)


_READ_ORDER = select(_ORDERS).where(given(_ORDERS.c.order_number))
_READ_LINES = _parts(_LINES)
_READ_PAYMENTS = _parts(_PAYMENTS, "committed", "external_refunds")
_READ_PARCELS = _parts(_PARCELS)
_LOCK_ORDER = select(_ORDERS.c.order_number).where(given(_ORDERS.c.order_number)).with_for_update(key_share=True)
_ADD_ORDER = InsertIgnore(_ORDERS)
_ADD_LINES, _ADD_PAYMENTS, _ADD_PARCELS = insert(_LINES), insert(_PAYMENTS), insert(_PARCELS)
_WRITE_LINES = Upsert(_LINES)
_WRITE_PAYMENTS = Upsert(_PAYMENTS, keep={"committed", "external_refunds"})


def lock_order(connection: Connection, order_number: str) -> None:
    """Lock the order until the transaction ends (not needed on SQLite, which allows one writer only)."""
    connection.execute(_LOCK_ORDER, {"order_number": order_number})


def read_order(connection: Connection, order_number: str) -> Order | None:
    """Return the order with its lines, payments and parcels in their order, or None."""
    key = {"order_number": order_number}
    order = connection.execute(_READ_ORDER, key).mappings().first()
    if order is None:
        return None
    return Order(
        **order,
        lines=tuple(OrderLine(**row) for row in connection.execute(_READ_LINES, key).mappings()),
        payments=tuple(_payment(**row) for row in connection.execute(_READ_PAYMENTS, key).mappings()),
        parcels=tuple(Parcel(**row) for row in connection.execute(_READ_PARCELS, key).mappings()),
    )


def insert_order(connection: Connection, order: Order) -> bool:
    """Add the order and its parts unless it exists; return whether it was added."""
    if not _ADD_ORDER.add(connection, _order_row(order)):
        return False
    connection.execute(_ADD_LINES, _line_rows(order))
    if order.payments:
        connection.execute(_ADD_PAYMENTS, _payment_rows(order))
    _insert_parcels(connection, order)
    return True


def replace_order(connection: Connection, order: Order) -> None:
    """Replace the recorded order by this one; the committed amount of each payment stays."""
    number = order.order_number
    connection.execute(update(_ORDERS).where(_ORDERS.c.order_number == number).values(_order_row(order)))
    connection.execute(delete(_PARCELS).where(_PARCELS.c.order_number == number))
    _insert_parcels(connection, order)
    _drop_lines(connection, order)
    _drop_payments(connection, order)
    _WRITE_LINES.write(connection, _line_rows(order))
    if order.payments:
        _WRITE_PAYMENTS.write(connection, _payment_rows(order))


def _drop_lines(connection: Connection, order: Order) -> None:
    gone = _LINES.c.sku.not_in([line.sku for line in order.lines])
    connection.execute(delete(_LINES).where(_LINES.c.order_number == order.order_number, gone))


def _drop_payments(connection: Connection, order: Order) -> None:
    kept = [(payment.provider, payment.reference) for payment in order.payments]
    gone = tuple_(_PAYMENTS.c.provider, _PAYMENTS.c.reference).not_in(kept)
    connection.execute(delete(_PAYMENTS).where(_PAYMENTS.c.order_number == order.order_number, gone))


def _insert_parcels(connection: Connection, order: Order) -> None:
    if order.parcels:
        connection.execute(_ADD_PARCELS, _parcel_rows(order))


def _payment(provider: str, reference: str, captured: int) -> Payment:
    return Payment(provider=provider, reference=reference, amount=captured)


def _order_row(order: Order) -> dict[str, Any]:
    return order.model_dump(exclude={"lines", "payments", "parcels"})


def _line_rows(order: Order) -> list[dict[str, Any]]:
    key = {"order_number": order.order_number}
    return [{**key, "position": i, **line.model_dump()} for i, line in enumerate(order.lines)]


def _payment_rows(order: Order) -> list[dict[str, Any]]:
    key = {"order_number": order.order_number, "committed": 0, "external_refunds": 0}
    return [
        {**key, "position": i, "provider": one.provider, "reference": one.reference, "captured": one.amount}
        for i, one in enumerate(order.payments)
    ]


def _parcel_rows(order: Order) -> list[dict[str, Any]]:
    key = {"order_number": order.order_number}
    return [
        {**key, "position": i, **parcel.model_dump(), "skus": list(parcel.skus)}
        for i, parcel in enumerate(order.parcels)
    ]
