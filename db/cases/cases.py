"""The record of cases: written by the workflow, read by lists and timelines."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import Connection

from activities.ports.case_records import CaseAheadError
from activities.ports.payment_gateway import PaymentSteps
from db.cases.case_list import CaseFilter, CasePage, open_with_other_process, read_page, unchanged_since
from db.cases.case_record import ahead_of, existing_case, read_case, record_case, version_of, write_case
from db.cases.customers import customer_of
from db.cases.order_use import units_in_cases
from db.cases.timeline import (
    TimelineRecord,
    add_entries,
    add_note,
    note_of,
    read_timeline,
)
from db.core.engine import Database
from db.orders.deliveries import with_sent_deliveries
from db.orders.order_rows import lock_order, read_order
from db.orders.unit_reservations import keep_units, reserve_units
from db.payouts.payout_plans import Plan, in_minor_units, plan_payouts, replan_payouts
from db.reconciliation.findings import Findings
from domain.cases.case import Case
from domain.cases.payment_balance import PlanRequest
from domain.cases.payout import Payout
from domain.cases.timeline import CaseEvent, TimelineEntry
from domain.enums import CaseState
from domain.findings import Finding
from policy.units.order_units import UnitsInCases, are_of

__all__ = ["CaseFilter", "CasePage", "Cases", "TimelineRecord"]


class Cases:
    """The cases; every call is one transaction and safe to repeat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def case(self, case_id: str) -> Case | None:
        """Return the case as last recorded, with what couriers report of its parcels to the customer, or None."""
        with self._database.reading() as connection:
            case = read_case(connection, case_id)
            return with_sent_deliveries(connection, case) if case else None

    def customer_of(self, case_id: str) -> str | None:
        """Return the customer of a case that is recorded or submitted, or None."""
        with self._database.reading() as connection:
            return customer_of(connection, case_id)

    def open(self, case: Case, entries: Sequence[TimelineEntry]) -> Case:
        """Record a new case and reserve its units (R11), or return the case if it is recorded already.

        The case must come with the shares of all units of its lines and is returned with the lowest free ones; a case
        that is not open gets none. A recorded case that has ended is reopened in the same way if `case` is open and
        newer (R12). Raises UnitsTakenError.
        """
        with self._database.writing() as connection:
            recorded = read_case(connection, case.case_id)
            if recorded and not _reopens(case, recorded):
                return recorded
            if case.is_open:
                lock_order(connection, case.order_number)
                _refuse_outdated(connection, case)
            case = reserve_units(connection, case) if case.is_open else _without_units(case)
            write_case(connection, case)
            keep_units(connection, case)
            add_entries(connection, case.case_id, entries)
            return case

    def record(self, case: Case, entries: Sequence[TimelineEntry]) -> Case:
        """Record the case, add each entry once, and return the case with its units.

        Its units are reserved, released or settled as the case says (R11), and money that moved is entered in the
        ledger once. Raises UnitsTakenError if the units of a reopened case are taken, and CaseAheadError if a later
        version is recorded, or this version with other entries; then nothing changes, except that missing entries are
        added to an earlier version.
        """
        with self._database.writing() as connection:
            ahead = ahead_of(connection, case, entries)
            if ahead is None:
                return record_case(connection, case, entries)
        raise CaseAheadError(ahead)

    def report(self, findings: Sequence[Finding]) -> None:
        """Record what operators have to look into, each finding once."""
        Findings(self._database).found(findings)

    def units_in_cases(self, order_number: str) -> UnitsInCases:
        """Return what the cases of the order say of its units: their step, who holds which, what was replaced.

        Cases that replaced units come with what couriers report of their parcels (R4, R33, R39).
        """
        with self._database.reading() as connection:
            return units_in_cases(connection, order_number)

    def plan_payouts(self, case: Case, steps: PaymentSteps = in_minor_units) -> tuple[Payout, ...]:
        """Split `case.refund_due` over the order's payments within their caps and commit the plan (R32, R33, R35).

        Returns all payouts of the case, including the new ones; the same version gets the same plan. Raises
        CapExceededError, UnitsTakenError if the units of a reopened case are taken (R11), and CaseAheadError if a later
        version is recorded, each with nothing committed.
        """
        with self._database.writing() as connection:
            if version_of(connection, case.case_id) > case.version:
                raise CaseAheadError(existing_case(connection, case.case_id))
            keep_units(connection, case)
            return plan_payouts(connection, case, steps)

    def replan_payouts(self, case: Case, asked: PlanRequest, steps: PaymentSteps = in_minor_units) -> Plan:
        """Plan all that the case is still owed anew, in place of payouts that paid nothing, and commit it (R32, R36).

        Returns all payouts of the case and all returns that count as paid for it. With nothing committed, raises
        CapExceededError, ReturnNotCountedError, OtherAmountOwedError, and UnitsTakenError as `plan_payouts` does.
        """
        with self._database.writing() as connection:
            if version_of(connection, case.case_id) > case.version:
                raise CaseAheadError(existing_case(connection, case.case_id))
            keep_units(connection, case)
            return replan_payouts(connection, case, asked, steps)

    def page(self, wanted: CaseFilter) -> CasePage:
        """Return a page of cases, newest first; raises BadCursorError."""
        with self._database.reading() as connection:
            return read_page(connection, wanted)

    def held_over_chargebacks(self, limit: int) -> Sequence[Case]:
        """Return cases that wait for the end of a chargeback (R38), the newest first."""
        return self.page(CaseFilter(state=CaseState.CHARGEBACK_HOLD, limit=limit)).cases

    def to_be_carried(self, before: datetime) -> list[str]:
        """Return the cases that are open, or submitted and not recorded, and have not changed since; oldest first."""
        with self._database.reading() as connection:
            return unchanged_since(connection, before)

    def of_process_before(self, version: int) -> list[Case]:
        """Return the open cases whose recorded run follows an earlier process, the oldest first."""
        with self._database.reading() as connection:
            return [one for one in open_with_other_process(connection, version) if one.process_version < version]

    def timeline(self, case_id: str) -> list[TimelineRecord]:
        """Return everything that happened to the case, oldest first."""
        with self._database.reading() as connection:
            return read_timeline(connection, case_id)

    def rejected_by(self, case_id: str) -> str | None:
        """Return who last rejected the case, or None (R12)."""
        rejections = [one.actor for one in self.timeline(case_id) if one.event == CaseEvent.REJECTED]
        return rejections[-1] if rejections else None

    def note(  # noqa: PLR0913, PLR0917 - an entry has these parts, and an edge states each once
        self,
        case_id: str,
        entry_at: datetime,
        actor: str,
        event: CaseEvent,
        details: dict[str, JsonValue] | None = None,
        text: str | None = None,
    ) -> None:
        """Add an entry from outside the workflow to the timeline; the same entry is added only once.

        Its free text is stored here and nowhere else.
        """
        note = note_of(entry_at, actor, event, details or {}, text)
        with self._database.writing() as connection:
            add_note(connection, case_id, note)


class OrderChangedError(Exception):
    """The order was updated while a case of it was being opened; the request has to be checked again."""


def _refuse_outdated(connection: Connection, case: Case) -> None:
    """Raise OrderChangedError if the shares of the case's units no longer match the order or its other cases (R30)."""
    order, in_cases = read_order(connection, case.order_number), units_in_cases(connection, case.order_number)
    is_cut_otherwise = in_cases.payment_step not in {None, case.payment_step}
    if is_cut_otherwise or (order and not are_of(order, in_cases, case)):
        raise OrderChangedError(f"order {case.order_number} was updated meanwhile")


def _reopens(case: Case, recorded: Case) -> bool:
    return case.is_open and not recorded.is_open and case.version > recorded.version


def _without_units(case: Case) -> Case:
    return case.amend(lines=tuple(line.amend(units=()) for line in case.lines))
