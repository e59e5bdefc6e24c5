"""The rows, private to `db`: nothing outside it sees one."""

from db.tables.base import Row
from db.tables.cases import CaseRow, ReservedUnitRow, TimelineRow
from db.tables.intakes import EvidenceRow, IntakeRow
from db.tables.money import LedgerEntryRow, PayoutRow
from db.tables.orders import OrderLineRow, OrderParcelRow, OrderPaymentRow, OrderRow

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "CaseRow",
    "EvidenceRow",
    "IntakeRow",
    "LedgerEntryRow",
    "OrderLineRow",
    "OrderParcelRow",
    "OrderPaymentRow",
    "OrderRow",
    "PayoutRow",
    "ReservedUnitRow",
    "TimelineRow",
]
