"""The ledger as it stands in the tables; the service itself only enters it and weighs it."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from db.core.engine import Database
from db.payouts.ledger import Movement
from db.tables import LedgerEntryRow
from domain.money import Money

_ENTRIES = LedgerEntryRow.__table__
_IN_TIME = select(_ENTRIES).order_by(_ENTRIES.c.at, _ENTRIES.c.transaction_id, _ENTRIES.c.position)


class LedgerEntry(NamedTuple):
    """One leg of a transaction."""

    movement: Movement
    account: str
    amount: Money
    payout_id: str | None


class Ledger:
    """Reads the entries of a database's ledger, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_case(self, case_id: str) -> list[LedgerEntry]:
        """Return the entries of a case."""
        return self._where(_ENTRIES.c.case_id == case_id)

    def of_order(self, order_number: str) -> list[LedgerEntry]:
        """Return the entries of an order: what was captured for it, and those of all its cases."""
        return self._where(_ENTRIES.c.order_number == order_number)

    def total(self, order_number: str) -> int:
        """Return what the entries of an order add up to, in minor units: nothing, or the books are wrong (I2)."""
        entries = self.of_order(order_number)
        assert entries, f"nothing is entered for {order_number}"
        return sum(one.amount.minor for one in entries)

    def _where(self, condition: ColumnElement[bool]) -> list[LedgerEntry]:
        with self._database.reading() as connection:
            rows = connection.execute(_IN_TIME.where(condition)).mappings().all()
        return [
            LedgerEntry(
                Movement(row["movement"]),
                row["account"],
                Money(minor=row["amount"], currency=row["currency"]),
                row["payout_id"],
            )
            for row in rows
        ]
