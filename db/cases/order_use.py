"""What the cases of an order say of its units (R11, R33, R39)."""

from sqlalchemy import Connection, bindparam, select

from db.orders.deliveries import with_sent_deliveries
from db.orders.unit_reservations import held_units
from db.tables import CaseRow
from domain.cases.case import Case
from policy.units.order_units import UnitsInCases

_CASES = CaseRow.__table__
_READ = (
    select(_CASES.c.document).where(_CASES.c.case_id.in_(bindparam("ids", expanding=True))).order_by(_CASES.c.case_id)
)


def units_in_cases(connection: Connection, order_number: str) -> UnitsInCases:
    """Return the step of the order's units in cases, who holds which, and the cases that have replaced some.

    An order without any unit in a case costs one query.
    """
    held = held_units(connection, order_number)
    if not held.holders:
        return UnitsInCases()
    first = min(held.holders.values())
    documents = connection.scalars(_READ, {"ids": sorted({first, *held.exchanges})})
    cases = [Case.read(document) for document in documents]
    return UnitsInCases(
        payment_step=cases[0].payment_step if cases else None,
        holders=held.holders,
        exchanges=[with_sent_deliveries(connection, one) for one in cases if one.case_id in held.exchanges],
    )
