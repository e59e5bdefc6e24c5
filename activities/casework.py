"""The case's own record: opened, changed and planned in one transaction each, by idempotent local activities."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pydantic import Field

from domain.calendar import Deadline, Window, WorkCalendar
from domain.case import Case, Payout, TimelineEntry
from domain.order import Order
from domain.policy_document import PolicyDocument
from domain.value import Value


class Opening(Value):
    """What the workflow starts from: the case as recorded, and the policy version that binds it (R41)."""

    case: Case
    policy: PolicyDocument


class Change(Value):
    """One change of a case to be recorded; `opens` are windows whose deadlines are to be computed."""

    case: Case
    entries: tuple[TimelineEntry, ...] = ()
    opens: tuple[Window, ...] = ()


class Recorded(Value):
    """What the record added: the deadlines of the windows it opened."""

    deadlines: tuple[Deadline, ...] = Field(default=())


class CaseBook(Protocol):
    """Where cases are kept. Every call is one transaction and safe to repeat."""

    def order(self, order_number: str) -> Order | None:
        """Return the order, or None."""
        ...

    def case(self, case_id: str) -> Case | None:
        """Return the recorded case, or None."""
        ...

    def open(self, case: Case, entries: Sequence[TimelineEntry]) -> Case:
        """Record a new case and reserve its units (R11), or return it as recorded when it already is.

        The case comes with the shares of all units of its lines; it is returned with the reserved ones.
        A case that is not open reserves nothing. Raises UnitsTakenError.
        """
        ...

    def record(self, case: Case, entries: Sequence[TimelineEntry]) -> None:
        """Record the case unless a later version is recorded, and the entries once each.

        A payout that succeeded is entered in the ledger once; when the case has ended its unpaid units are free
        again (R11). A case taken up again reserves its units again; raises UnitsTakenError.
        """
        ...

    def plan_payouts(self, case: Case) -> tuple[Payout, ...]:
        """Split `case.refund_due` over the order's payments within their caps (R32, R35) and commit the plan.

        Returns the case's payouts with the new ones; the same plan when repeated. Raises CapExceededError.
        """
        ...


class PolicyShelf(Protocol):
    """The versions of the refund policy."""

    def in_force(self, placed_at: datetime) -> PolicyDocument:
        """Return the version in force when the order was placed (R41)."""
        ...

    def version(self, version: str) -> PolicyDocument:
        """Return a version by its name; raises KeyError."""
        ...


class Calendars(Protocol):
    """Working days of countries."""

    def calendar(self, country: str, timezone: str, around: datetime) -> WorkCalendar:
        """Return the working days of the year of `around`, the one before and the two after."""
        ...
