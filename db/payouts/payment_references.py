"""The ids of payments: an order may name any of those that a payment has, and events may name another."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from db.core.engine import Database
from db.core.upsert import InsertIgnore
from db.payouts.external_refunds import renew_external_refunds
from db.tables import DisputeRow, ExternalRefundRow, OrderPaymentRow, PaymentAliasRow

_ALIASES, _PAYMENTS = PaymentAliasRow.__table__, OrderPaymentRow.__table__
_GROUPS = select(_ALIASES.c.payment).where(
    _ALIASES.c.provider == bindparam("of_provider"), _ALIASES.c.reference.in_(bindparam("names", expanding=True))
)
_MEMBERS = select(_ALIASES.c.reference).where(
    _ALIASES.c.provider == bindparam("of_provider"), _ALIASES.c.payment.in_(_GROUPS.distinct())
)
_JOIN = (
    update(_ALIASES)
    .where(_ALIASES.c.provider == bindparam("of_provider"), _ALIASES.c.payment.in_(bindparam("groups", expanding=True)))
    .values(payment=bindparam("as_payment"))
)
_ADD = InsertIgnore(_ALIASES)
_OF_ORDER = select(_PAYMENTS.c.reference, _PAYMENTS.c.order_number).where(
    _PAYMENTS.c.provider == bindparam("of_provider"), _PAYMENTS.c.reference.in_(bindparam("names", expanding=True))
)
_RENAME = [
    update(table)
    .where(
        table.c.provider == bindparam("of_provider"), table.c.payment_reference.in_(bindparam("names", expanding=True))
    )
    .values(payment_reference=bindparam("own"))
    for table in (DisputeRow.__table__, ExternalRefundRow.__table__)
]


class PaymentReferences:
    """The known ids of payments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def learn(self, provider: str, names: Sequence[str]) -> str | None:
        """Record that these ids are of one payment; return the one by which an order names it, or None.

        What was recorded under another of its ids before is then recorded under the order's.
        """
        with self._database.writing() as connection:
            _learn(connection, provider, names)
            own = _own(connection, provider, names)
            if own:
                take_over_names(connection, provider, own)
            return own

    def known(self, provider: str, names: Sequence[str]) -> set[str]:
        """Return all known ids of the payment with these ids."""
        with self._database.reading() as connection:
            return names_of(connection, provider, names)


def names_of(connection: Connection, provider: str, names: Sequence[str]) -> set[str]:
    """Return all known ids of the payment with these ids, these included."""
    return {*names, *connection.scalars(_MEMBERS, {"of_provider": provider, "names": list(names)})}


def take_over_names(connection: Connection, provider: str, own: str) -> None:
    """Record the payment's disputes and external refunds under the id by which its order names it (R32)."""
    names = {"of_provider": provider, "names": sorted(names_of(connection, provider, [own]))}
    others = set(names["names"]) - set(connection.scalars(_OF_ORDER, names))
    if not others:
        return
    renamed = [
        connection.execute(rename, {"of_provider": provider, "names": sorted(others), "own": own}).rowcount
        for rename in _RENAME
    ]
    if any(renamed):
        renew_external_refunds(connection, provider, own)


def owner_of(connection: Connection, provider: str, reference: str) -> str | None:
    """Return the order that names the payment, by this id or another one, or None."""
    names = {"of_provider": provider, "names": sorted(names_of(connection, provider, [reference]))}
    owners = {row.reference: str(row.order_number) for row in connection.execute(_OF_ORDER, names)}
    return owners.get(reference) or next(iter(owners.values()), None)


def _own(connection: Connection, provider: str, names: Sequence[str]) -> str | None:
    """Return the id by which an order names the payment, first of all one of these, or None."""
    known = names_of(connection, provider, names)
    of_orders = list(connection.scalars(_OF_ORDER, {"of_provider": provider, "names": sorted(known)}))
    return next((name for name in (*names, *of_orders) if name in of_orders), None)


def _learn(connection: Connection, provider: str, names: Sequence[str]) -> None:
    if len(names) <= 1:
        return
    groups = sorted(set(connection.scalars(_GROUPS, {"of_provider": provider, "names": list(names)})))
    payment, *others = groups or [names[0]]
    if others:
        connection.execute(_JOIN, {"of_provider": provider, "groups": others, "as_payment": payment})
    _ADD.add(connection, [{"provider": provider, "reference": name, "payment": payment} for name in names])
