"""Reads how much of each payment was captured, committed and returned by another way (R32, R38)."""

from collections.abc import Sequence

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)

from db.core.upsert import InsertIgnore, given
from db.tables import CountedReturnRow, DisputeRow, ExternalRefundRow, OrderPaymentRow, OrderRow
from domain.cases.case import Case
from domain.cases.payment_balance import CountedReturn, PaymentBalance, PaymentReturn, ReturnWay
from domain.money import Money
from domain.payment_events import DisputeStatus
from policy.payments.dispute_refunds import ReportedReturn, merge_dispute_refunds

_PAYMENTS, _ORDERS, _EXTERNAL = OrderPaymentRow.__table__, OrderRow.__table__, ExternalRefundRow.__table__
_DISPUTES, _COUNTED = DisputeRow.__table__, CountedReturnRow.__table__
_IS_KNOWN = and_(_DISPUTES.c.status == DisputeStatus.LOST.value, _DISPUTES.c.returned.is_not(None))
_READ_OF_ORDER = (
    select(_PAYMENTS.c.provider, _PAYMENTS.c.reference, _PAYMENTS.c.captured, _PAYMENTS.c.committed, _ORDERS.c.currency)
    .join(_ORDERS, _ORDERS.c.order_number == _PAYMENTS.c.order_number)
    .where(given(_PAYMENTS.c.order_number))
    .order_by(_PAYMENTS.c.position)
)
_OF_ORDER = _READ_OF_ORDER.with_for_update(key_share=True, of=_PAYMENTS)
_ORDER_OF_PAYMENT = select(_PAYMENTS.c.order_number).where(given(_PAYMENTS.c.provider), given(_PAYMENTS.c.reference))
_RETURNS = union_all(
    select(
        _EXTERNAL.c.provider,
        _EXTERNAL.c.payment_reference,
        literal(ReturnWay.EXTERNAL_REFUND.value).label("way"),
        _EXTERNAL.c.refund_id.label("return_id"),
        _EXTERNAL.c.amount,
        _EXTERNAL.c.currency,
        true().label("is_final"),
        _EXTERNAL.c.created_at.label("at"),
        type_coerce(null(), _DISPUTES.c.opened_at.type).label("opened_at"),
        type_coerce(null(), _DISPUTES.c.refund_ids.type).label("refund_ids"),
        func.coalesce(_EXTERNAL.c.is_reversal, false()).label("is_reversal"),
        false().label("is_unclear"),
    )
    .join(
        _PAYMENTS,
        and_(_PAYMENTS.c.provider == _EXTERNAL.c.provider, _PAYMENTS.c.reference == _EXTERNAL.c.payment_reference),
    )
    .where(given(_PAYMENTS.c.order_number), _EXTERNAL.c.counts),
    select(
        _DISPUTES.c.provider,
        _DISPUTES.c.payment_reference,
        literal(ReturnWay.DISPUTE.value),
        _DISPUTES.c.dispute_id,
        case((_IS_KNOWN, _DISPUTES.c.returned), else_=_DISPUTES.c.amount),
        case((_IS_KNOWN, _DISPUTES.c.returned_currency), else_=_DISPUTES.c.currency),
        _DISPUTES.c.status == DisputeStatus.LOST.value,
        _DISPUTES.c.changed_at,
        _DISPUTES.c.opened_at,
        _DISPUTES.c.refund_ids,
        false(),
        func.coalesce(_DISPUTES.c.is_unclear, false()),
    )
    .join(
        _PAYMENTS,
        and_(_PAYMENTS.c.provider == _DISPUTES.c.provider, _PAYMENTS.c.reference == _DISPUTES.c.payment_reference),
    )
    .where(given(_PAYMENTS.c.order_number), _DISPUTES.c.status != DisputeStatus.WON.value)
    .where(
        or_(_DISPUTES.c.status == DisputeStatus.LOST.value, func.coalesce(_DISPUTES.c.is_inquiry, false()).is_(False))
    ),
).order_by("at", "return_id")
_FOR_CASES = (
    select(_COUNTED.c.case_id, func.sum(_COUNTED.c.amount))
    .where(given(_COUNTED.c.provider), given(_COUNTED.c.return_id))
    .group_by(_COUNTED.c.case_id)
)
_CASES_COUNTING = (
    select(_COUNTED.c.case_id)
    .where(given(_COUNTED.c.provider), given(_COUNTED.c.return_id))
    .distinct()
    .order_by(_COUNTED.c.case_id)
)
_DROP = delete(_COUNTED).where(and_(_COUNTED.c.case_id == bindparam("of_case"), _COUNTED.c.number > bindparam("known")))
_ADD = InsertIgnore(_COUNTED)


def read_balances(connection: Connection, order_number: str, *, locks: bool = True) -> list[PaymentBalance]:
    """Return the balances of the order's payments in their fixed order, locked until the transaction ends (R35).

    Whoever only looks at them takes no lock.
    """
    chosen = _OF_ORDER if locks else _READ_OF_ORDER
    payments = connection.execute(chosen, {"order_number": order_number}).mappings().all()
    rows = connection.execute(_RETURNS, {"order_number": order_number}).mappings().all()
    reported = [_reported(connection, row) for row in rows]
    return [_balance(row, merge_dispute_refunds([one for one in reported if _is_of(one, row)])) for row in payments]


def read_balance(connection: Connection, provider: str, reference: str) -> PaymentBalance | None:
    """Return the balance of a payment, locked until the transaction ends; None for a payment of no order."""
    order_number = connection.scalar(_ORDER_OF_PAYMENT, {"provider": provider, "reference": reference})
    balances = read_balances(connection, order_number) if order_number is not None else []
    return next((one for one in balances if (one.provider, one.reference) == (provider, reference)), None)


def keep_counted(connection: Connection, of: Case, counted: Sequence[CountedReturn]) -> None:
    """Record which returns count for the case, in place of those that only an unsaved plan had counted."""
    known = len(of.counted)
    connection.execute(_DROP, {"of_case": of.case_id, "known": known})
    rows = [
        {
            "case_id": of.case_id,
            "number": number,
            "provider": one.provider,
            "return_id": one.return_id,
            "amount": one.amount.minor,
        }
        for number, one in enumerate(counted, start=1)
        if number > known
    ]
    if rows:
        _ADD.add(connection, rows)


def cases_counting(connection: Connection, provider: str, return_id: str) -> list[str]:
    """Return the cases for which the refund or dispute counts as paid."""
    return list(connection.scalars(_CASES_COUNTING, {"provider": provider, "return_id": return_id}))


def _is_of(one: ReportedReturn, payment: RowMapping) -> bool:
    return (one.money.provider, one.money.payment_reference) == (payment["provider"], payment["reference"])


def _balance(row: RowMapping, returns: Sequence[PaymentReturn]) -> PaymentBalance:
    return PaymentBalance(
        provider=row["provider"],
        reference=row["reference"],
        captured=Money(minor=row["captured"], currency=row["currency"]),
        committed=row["committed"],
        returns=tuple(returns),
    )


def _reported(connection: Connection, row: RowMapping) -> ReportedReturn:
    return ReportedReturn(
        money=_return(connection, row),
        at=row["at"],
        opened_at=row["opened_at"],
        refund_ids=tuple(row["refund_ids"] or ()),
        is_reversal=bool(row["is_reversal"]),
    )


def _return(connection: Connection, row: RowMapping) -> PaymentReturn:
    counted = connection.execute(_FOR_CASES, {"provider": row["provider"], "return_id": row["return_id"]})
    return PaymentReturn(
        way=ReturnWay(row["way"]),
        provider=row["provider"],
        payment_reference=row["payment_reference"],
        return_id=row["return_id"],
        amount=Money(minor=row["amount"], currency=row["currency"]),
        counted={case_id: int(total) for case_id, total in counted},
        is_final=bool(row["is_final"]),
        is_unclear=bool(row["is_unclear"]),
    )
