"""The tables' rows, which are private to `db`."""

from db.tables.base import Row
from db.tables.cases import CaseRow, ReservedUnitRow, TimelineRow, WatchMarkRow
from db.tables.orders import OrderLineRow, OrderParcelRow, OrderPaymentRow, OrderRow
from db.tables.parcels import CourierEventRow, ParcelCodeRow, RegistrationRow, ScanRow, UnexpectedParcelRow
from db.tables.payouts import LedgerEntryRow, LedgerTransactionRow, PayoutRow
from db.tables.reconciliation import (
    CountedReturnRow,
    DisputeRow,
    ExternalRefundRow,
    FindingRow,
    GatewayEventRow,
    PaymentAliasRow,
)
from db.tables.stock import ProductRow, ReservationRow
from db.tables.submissions import EvidenceRow, SubmissionRow

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "CaseRow",
    "CountedReturnRow",
    "CourierEventRow",
    "DisputeRow",
    "EvidenceRow",
    "ExternalRefundRow",
    "FindingRow",
    "GatewayEventRow",
    "LedgerEntryRow",
    "LedgerTransactionRow",
    "OrderLineRow",
    "OrderParcelRow",
    "OrderPaymentRow",
    "OrderRow",
    "ParcelCodeRow",
    "PaymentAliasRow",
    "PayoutRow",
    "ProductRow",
    "RegistrationRow",
    "ReservationRow",
    "ReservedUnitRow",
    "ScanRow",
    "SubmissionRow",
    "TimelineRow",
    "UnexpectedParcelRow",
    "WatchMarkRow",
]
