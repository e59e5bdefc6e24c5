"""Our own books, as reconciliation reads them: payouts, cases and the ledger."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import and_, func, or_, select, union

from db.core.engine import Database
from db.payouts.payout_rows import PayoutRecord, record_of
from db.tables import CaseRow, DisputeRow, LedgerEntryRow, PayoutRow
from domain.cases.case import Case
from domain.cases.payout import REIMBURSEMENT, Payout
from domain.findings import CaseDifference
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from domain.value import Value

_PAYOUTS, _CASES = PayoutRow.__table__, CaseRow.__table__
_MOMENTS = (_PAYOUTS.c.first_attempt_at, _PAYOUTS.c.submitted_at, _PAYOUTS.c.settled_at)
_LEDGER, _DISPUTES = LedgerEntryRow.__table__, DisputeRow.__table__
_IN_ORDER = select(_PAYOUTS).order_by(_PAYOUTS.c.case_id, _PAYOUTS.c.position)
_UNBALANCED = union(
    *(
        select(_LEDGER.c.order_number).group_by(_LEDGER.c.order_number, *parts).having(func.sum(_LEDGER.c.amount) != 0)
        for parts in ([], [_LEDGER.c.case_id], [_LEDGER.c.transaction_id])
    )
)
_OWED_OUTSIDE = _IN_ORDER.where(
    _PAYOUTS.c.provider == REIMBURSEMENT,
    _PAYOUTS.c.state == PayoutState.ACTION_REQUIRED.value,
    _PAYOUTS.c.released.is_(False),
)
_TWICE = _IN_ORDER.join(
    _DISPUTES,
    and_(
        _DISPUTES.c.provider == _PAYOUTS.c.source_provider,
        _DISPUTES.c.payment_reference == _PAYOUTS.c.source_reference,
    ),
).where(_DISPUTES.c.status == DisputeStatus.LOST.value, _PAYOUTS.c.state == PayoutState.SUCCEEDED.value)


class BookedPayout(Value):
    """A payout, as the books record it."""

    payout: Payout
    case_id: str
    order_number: str
    released: bool
    first_attempt_at: AwareDatetime | None = None


class Books:
    """Reads what reconciliation compares with the gateways' own lists; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def payouts_since(self, since: datetime) -> list[BookedPayout]:
        """Return the payouts submitted to a gateway since then, and all payouts that are not final yet."""
        unsettled = _PAYOUTS.c.state.in_([PayoutState.SUBMITTING, PayoutState.UNKNOWN, PayoutState.PENDING])
        wanted = _IN_ORDER.where(
            _PAYOUTS.c.provider != REIMBURSEMENT, or_(unsettled, *(moment >= since for moment in _MOMENTS))
        )
        with self._database.reading() as connection:
            return [_booked(record_of(row)) for row in connection.execute(wanted).mappings()]

    def unbalanced(self) -> list[str]:
        """Return the orders whose ledger does not add up to zero as a whole, per case or per transaction (I2)."""
        with self._database.reading() as connection:
            return sorted(connection.scalars(_UNBALANCED))

    def case_differences(self, since: datetime) -> list[CaseDifference]:
        """Return the payouts that differ between the books and a case that has changed since then."""
        changed = select(_CASES.c.document).where(_CASES.c.updated_at >= since)
        with self._database.reading() as connection:
            cases = [Case.read(document) for document in connection.scalars(changed)]
            booked = _IN_ORDER.where(_PAYOUTS.c.case_id.in_([case.case_id for case in cases if case.payouts]))
            records = [record_of(row) for row in connection.execute(booked).mappings()]
        return [difference for case in cases for difference in _differences(case, records)]

    def reimbursements_due(self) -> list[BookedPayout]:
        """Return the payouts owed outside the original payments and not marked as paid (R32, R36)."""
        with self._database.reading() as connection:
            return [_booked(record_of(row)) for row in connection.execute(_OWED_OUTSIDE).mappings()]

    def refunded_and_lost(self) -> list[BookedPayout]:
        """Return the payouts that succeeded although a dispute over the same payment was lost as well (R38)."""
        with self._database.reading() as connection:
            return [_booked(record_of(row)) for row in connection.execute(_TWICE).mappings()]


def _differences(case: Case, records: list[PayoutRecord]) -> list[CaseDifference]:
    in_case = {payout.payout_id: payout.state for payout in case.payouts}
    in_books = {one.payout_id: one.payout.state for one in records if one.case_id == case.case_id}
    return [
        CaseDifference(
            case_id=case.case_id,
            order_number=case.order_number,
            payout_id=payout_id,
            in_case=in_case.get(payout_id),
            in_books=in_books.get(payout_id),
        )
        for payout_id in sorted(in_case)
        if _differ(in_case[payout_id], in_books.get(payout_id))
    ]


def _differ(in_case: PayoutState, in_books: PayoutState | None) -> bool:
    """Return whether they disagree about money; one may know the progress of an attempt before the other does."""
    if in_case is in_books:
        return False
    return in_books is None or in_case.has_moved_money or in_books.has_moved_money


def _booked(record: PayoutRecord) -> BookedPayout:
    return BookedPayout(**{name: getattr(record, name) for name in BookedPayout.model_fields})
