"""Updates the recorded payouts and the ledger from a case."""

from datetime import datetime

from sqlalchemy import Connection

from db.payouts.ledger_postings import enter_counted, enter_refunded, enter_rerouted, enter_reversed
from db.payouts.lost_payouts import enter_lost_payouts
from db.payouts.payment_reservations import give_up, leave_to_dispute
from db.payouts.payout_rows import PayoutRecord, read_payouts, write_payouts
from domain.cases.case import Case
from domain.cases.payout import Payout
from domain.payout_state import PayoutState


def keep_payouts(connection: Connection, case: Case) -> None:
    """Update the recorded payouts from the case, and enter money that moved in the ledger once.

    Unpaid payouts of an ended case are given up, and those that a lost dispute replaced are left to it (R38).
    """
    enter_counted(connection, case)
    if case.is_open and not case.payouts:
        return
    records = take_over_payouts(connection, case)
    disputed = [one for one in records.values() if _is_left_to_dispute(one, case)]
    for record in disputed:
        leave_to_dispute(connection, record, case.updated_at)
    if not case.is_open:
        left = [one for one in records.values() if _is_dead(one, case) and one not in disputed]
        give_up(connection, left, case.updated_at)


def take_over_payouts(connection: Connection, case: Case) -> dict[str, PayoutRecord]:
    """Bring the records of the case's payouts to what the case knows, with the ledger; return all its records by id.

    One that has no record, because the database was restored, is entered again (fault 31).
    """
    known = read_payouts(connection, case.case_id)
    records = {record.payout_id: record for record in [*known, *enter_lost_payouts(connection, case, known)]}
    for payout in case.payouts:
        records[payout.payout_id] = _take_over(connection, records[payout.payout_id], payout, case.updated_at)
    return records


def _take_over(connection: Connection, record: PayoutRecord, payout: Payout, at: datetime) -> PayoutRecord:
    changed = _changed(record, payout)
    if changed == record:
        return record
    write_payouts(connection, [changed])
    if changed.payout.is_outside and not record.payout.is_outside:
        enter_rerouted(connection, changed, at)
    if payout.state.has_moved_money and payout.state is not record.payout.state:
        _enter(connection, changed, at)
    return changed


def _changed(record: PayoutRecord, payout: Payout) -> PayoutRecord:
    known = record.payout
    if known.is_outside and not payout.is_outside:
        return record
    if payout.attempt > known.attempt:
        return record.amend(payout=payout)
    if payout.is_outside and not known.is_outside:
        return _rerouted(record, payout)
    if payout.state is PayoutState.PLANNED and known.state.has_paid_nothing:
        # A human decided to retry (R36), and the case does not know the last attempt at the gateway.
        return record.amend(payout=known.next_attempt())
    # The record of an attempt that has begun is newer than a case without an answer.
    is_update = payout.state.is_final or (payout.attempt == known.attempt and payout.state is not PayoutState.PLANNED)
    if not is_update:
        return record
    return record.with_payout(
        state=payout.state,
        gateway_refund_id=payout.gateway_refund_id or known.gateway_refund_id,
        failure_code=payout.failure_code,
        submitted_at=payout.submitted_at or known.submitted_at,
        settled_at=payout.settled_at,
    )


def _rerouted(record: PayoutRecord, payout: Payout) -> PayoutRecord:
    """Return the payout with an attempt of its own, because the case may not know the gateway's last one (R36)."""
    attempt = record.payout.attempt + 1
    return record.amend(payout=payout.amend(attempt=attempt, idempotency_key=payout.key_of(attempt)))


def _enter(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    enter_refunded(connection, record, record.payout.settled_at or at)
    if record.payout.state is PayoutState.REVERSED:
        enter_reversed(connection, record, at)


def _is_left_to_dispute(record: PayoutRecord, case: Case) -> bool:
    payout = case.payout(record.payout_id)
    is_canceled = payout is not None and payout.state is PayoutState.CANCELED
    is_owed_by_payment = record.source_provider is not None and not record.released
    return case.settled_by_dispute is not None and is_canceled and is_owed_by_payment


def _is_dead(record: PayoutRecord, case: Case) -> bool:
    # A payout that may have been submitted stays committed, and a reimbursement must still be paid by hand.
    known = {payout.payout_id for payout in case.payouts}
    is_unknown_to_case = record.payout.is_outside and record.payout_id not in known
    return not record.released and (record.payout.state.has_never_moved_money or is_unknown_to_case)
