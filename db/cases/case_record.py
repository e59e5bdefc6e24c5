"""The row of a case: read, and written unless the record is ahead of the run that writes it (faults 2, 31)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from db.cases.customers import with_customer
from db.cases.timeline import add_entries, differ, entries_of_version
from db.core.upsert import Upsert, given
from db.inbox.parcels import keep_codes
from db.inbox.tracking_registrations import keep_registration
from db.orders.unit_reservations import keep_units, reserve_units
from db.payouts.payout_sync import keep_payouts
from db.tables import CaseRow
from domain.cases.case import Case
from domain.cases.next_step import awaiting
from domain.cases.timeline import TimelineEntry
from policy.calendars.published import provisional_year
from policy.units.unit_choice import has_choice

_CASES = CaseRow.__table__
_READ = select(_CASES.c.document).where(given(_CASES.c.case_id))
_READ_VERSION = select(_CASES.c.version).where(given(_CASES.c.case_id))
_WRITE = Upsert(_CASES, not_older=_CASES.c.version)


def read_case(connection: Connection, case_id: str) -> Case | None:
    """Return the case as last recorded, or None."""
    document = connection.scalar(_READ, {"case_id": case_id})
    return Case.read(document) if document is not None else None


def version_of(connection: Connection, case_id: str) -> int:
    """Return the recorded version of the case, or -1."""
    version = connection.scalar(_READ_VERSION, {"case_id": case_id})
    return -1 if version is None else version


def existing_case(connection: Connection, case_id: str) -> Case:
    """Return the case, which must be recorded."""
    return Case.read(connection.execute(_READ, {"case_id": case_id}).scalar_one())


def ahead_of(connection: Connection, case: Case, entries: Sequence[TimelineEntry]) -> Case | None:
    """Return the recorded case if the one to record is behind it or contradicts it.

    The same version with the same entries is recorded again: a worker that died before its workflow task was saved
    leaves it behind (fault 2). Other entries mean that the run has forgotten what is recorded.
    """
    version = version_of(connection, case.case_id)
    if version < case.version or version == -1:
        return None
    recorded = entries_of_version(connection, case.case_id, case.version)
    if version == case.version and not (recorded and differ(recorded, entries)):
        return None
    if not recorded:
        add_entries(connection, case.case_id, entries)
    return existing_case(connection, case.case_id)


def record_case(connection: Connection, case: Case, entries: Sequence[TimelineEntry]) -> Case:
    """Record the case with its units, payouts, codes and entries, and return it with its units."""
    case = reserve_units(connection, case) if has_choice(case) else case
    if write_case(connection, case):
        keep_units(connection, case)
        keep_payouts(connection, case)
        keep_codes(connection, case)
        keep_registration(connection, case)
    add_entries(connection, case.case_id, entries)
    return case


def write_case(connection: Connection, case: Case) -> bool:
    """Write the case unless a later version is recorded; return whether it was written."""
    return _WRITE.write(connection, _row(with_customer(connection, case))) > 0


def _row(case: Case) -> dict[str, Any]:
    due = case.due
    return {
        "case_id": case.case_id,
        "version": case.version,
        "state": case.state.value,
        "reason": case.reason.value,
        "order_number": case.order_number,
        "customer_id": case.customer_id,
        "awaiting": awaiting(case).value,
        "overdue": case.overdue,
        "next_deadline": due.when if due else None,
        "provisional_year": provisional_year(case),
        "policy_version": case.policy_version,
        "document": case.model_dump_json(),
        "opened_at": case.opened_at,
        "updated_at": case.updated_at,
    }
