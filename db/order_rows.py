"""An order as rows, and back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, tuple_, update
from sqlmodel import Session, col, select

from db.statements import insert_or
from db.tables import OrderLineRow, OrderParcelRow, OrderPaymentRow, OrderRow
from domain.order import Order, OrderLine, Parcel, Payment


def lock_order(session: Session, order_number: str) -> None:
    """Make other transactions that lock the order wait until this one ends (SQLite lets one writer in anyway)."""
    wanted = select(OrderRow.order_number).where(OrderRow.order_number == order_number)
    session.exec(wanted.with_for_update(key_share=True)).first()


def read_order(session: Session, order_number: str) -> Order | None:
    """Return the order with its parts in their order, or None."""
    row = session.get(OrderRow, order_number)
    if row is None:
        return None
    return Order(
        order_number=row.order_number,
        customer_id=row.customer_id,
        currency=row.currency,
        placed_at=row.placed_at,
        lines=_lines(session, order_number),
        outbound_postage=row.outbound_postage,
        payments=_payments(session, order_number),
        parcels=_parcels(session, order_number),
        receipt_confirmed_at=row.receipt_confirmed_at,
    )


def insert_order(session: Session, order: Order) -> bool:
    """Add the order and its parts unless it is there; return whether it was added."""
    added = insert_or(session, OrderRow.__table__).on_conflict_do_nothing().returning(col(OrderRow.order_number))
    if session.exec(added, params=_order_row(order)).first() is None:
        return False
    session.exec(insert(OrderLineRow.__table__), params=_line_rows(order))
    session.exec(insert(OrderPaymentRow.__table__), params=_payment_rows(order))
    _insert_parcels(session, order)
    return True


def replace_order(session: Session, order: Order) -> None:
    """Change the recorded order to this one; what is committed of a payment stays."""
    number = order.order_number
    session.exec(update(OrderRow).where(col(OrderRow.order_number) == number).values(_order_row(order)))
    session.exec(delete(OrderParcelRow).where(col(OrderParcelRow.order_number) == number))
    _insert_parcels(session, order)
    _drop_lines(session, order)
    _drop_payments(session, order)
    _upsert(session, OrderLineRow, _line_rows(order))
    _upsert(session, OrderPaymentRow, _payment_rows(order), keep=["committed"])


def _upsert(
    session: Session, row: type[OrderLineRow | OrderPaymentRow], values: list[dict[str, Any]], keep: Sequence[str] = ()
) -> None:
    statement = insert_or(session, row.__table__)
    keys = [column.name for column in row.__table__.primary_key]
    changed = {name: statement.excluded[name] for name in values[0] if name not in {*keys, *keep}}
    session.exec(statement.on_conflict_do_update(index_elements=keys, set_=changed), params=values)


def _drop_lines(session: Session, order: Order) -> None:
    gone = col(OrderLineRow.sku).not_in([line.sku for line in order.lines])
    session.exec(delete(OrderLineRow).where(col(OrderLineRow.order_number) == order.order_number, gone))


def _drop_payments(session: Session, order: Order) -> None:
    kept = [(payment.provider, payment.reference) for payment in order.payments]
    gone = tuple_(col(OrderPaymentRow.provider), col(OrderPaymentRow.reference)).not_in(kept)
    session.exec(delete(OrderPaymentRow).where(col(OrderPaymentRow.order_number) == order.order_number, gone))


def _insert_parcels(session: Session, order: Order) -> None:
    if order.parcels:
        session.exec(insert(OrderParcelRow.__table__), params=_parcel_rows(order))


def _order_row(order: Order) -> dict[str, Any]:
    return order.model_dump(exclude={"lines", "payments", "parcels"})


def _line_rows(order: Order) -> list[dict[str, Any]]:
    key = {"order_number": order.order_number}
    return [{**key, "position": i, **line.model_dump()} for i, line in enumerate(order.lines)]


def _payment_rows(order: Order) -> list[dict[str, Any]]:
    key = {"order_number": order.order_number, "committed": 0}
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


def _lines(session: Session, order_number: str) -> tuple[OrderLine, ...]:
    wanted = select(OrderLineRow).where(OrderLineRow.order_number == order_number).order_by(col(OrderLineRow.position))
    return tuple(OrderLine(**row.model_dump(exclude={"order_number", "position"})) for row in session.exec(wanted))


def _payments(session: Session, order_number: str) -> tuple[Payment, ...]:
    wanted = select(OrderPaymentRow).where(OrderPaymentRow.order_number == order_number)
    rows = session.exec(wanted.order_by(col(OrderPaymentRow.position)))
    return tuple(Payment(provider=row.provider, reference=row.reference, amount=row.captured) for row in rows)


def _parcels(session: Session, order_number: str) -> tuple[Parcel, ...]:
    wanted = select(OrderParcelRow).where(OrderParcelRow.order_number == order_number)
    rows = session.exec(wanted.order_by(col(OrderParcelRow.position)))
    return tuple(Parcel(**row.model_dump(exclude={"order_number", "position"})) for row in rows)
