"""Payouts as rows, and back."""

from collections.abc import Sequence
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, select

from db.core.upsert import Upsert, given
from db.tables import PayoutRow
from domain.cases.payout import Payout
from domain.money import Money
from domain.value import Value

_PAYOUTS = PayoutRow.__table__
_READ = select(_PAYOUTS).with_for_update()
_READ_ONE = _READ.where(given(_PAYOUTS.c.payout_id))
_READ_ALL = _READ.where(given(_PAYOUTS.c.case_id)).order_by(_PAYOUTS.c.position)
_WRITE = Upsert(_PAYOUTS)


class PayoutRecord(Value):
    """A recorded payout: the part that the case knows, and the part that only the books know.

    `released` means that it was given up and that its amount is no longer committed. `source_*` is the payment against
    whose cap it counts, wherever it is finally paid (R36).
    """

    payout: Payout
    case_id: str
    order_number: str
    position: int
    planned_at_version: int
    source_provider: str | None = None
    source_reference: str | None = None
    released: bool = False
    first_attempt_at: AwareDatetime | None = None

    @property
    def payout_id(self) -> str:
        """Return the payout's id."""
        return self.payout.payout_id

    def with_payout(self, **changes: Any) -> "PayoutRecord":  # noqa: ANN401 - as `amend`
        """Return the record with these changes to its payout."""
        return self.amend(payout=self.payout.amend(**changes))


def read_payout(connection: Connection, payout_id: str) -> PayoutRecord | None:
    """Return the payout, or None, and lock it until the transaction ends."""
    row = connection.execute(_READ_ONE, {"payout_id": payout_id}).mappings().first()
    return record_of(row) if row is not None else None


def read_payouts(connection: Connection, case_id: str) -> list[PayoutRecord]:
    """Return the case's payouts in their order, and lock them until the transaction ends."""
    return [record_of(row) for row in connection.execute(_READ_ALL, {"case_id": case_id}).mappings()]


def write_payouts(connection: Connection, records: Sequence[PayoutRecord]) -> None:
    """Write the payouts in their current state."""
    if records:
        _WRITE.write(connection, [_row(record) for record in records])


def record_of(row: RowMapping) -> PayoutRecord:
    """Return the row as a record."""
    amount = Money(minor=row["amount"], currency=row["currency"])
    payout = Payout(amount=amount, **{name: row[name] for name in Payout.model_fields if name != "amount"})
    return PayoutRecord(payout=payout, **{name: row[name] for name in PayoutRecord.model_fields if name != "payout"})


def _row(record: PayoutRecord) -> dict[str, Any]:
    payout = record.payout
    return {
        **record.model_dump(exclude={"payout"}),
        **payout.model_dump(exclude={"amount", "released"}),
        "state": payout.state.value,
        "amount": payout.amount.minor,
        "currency": payout.amount.currency,
    }
