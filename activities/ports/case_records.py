"""The ports behind which cases, orders and goods are stored."""

from collections.abc import Collection, Sequence
from typing import Protocol

from activities.ports.payment_gateway import PaymentSteps
from domain.cases.case import Case
from domain.cases.exchange import Product
from domain.cases.payment_balance import CountedReturn, PlanRequest
from domain.cases.payout import Payout
from domain.cases.timeline import TimelineEntry
from domain.findings import Finding
from domain.order import Order
from policy.units.order_units import UnitsInCases


class CaseAheadError(Exception):
    """The record is ahead of the run, because Temporal was restored or an unsaved workflow task wrote it."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"case {case.case_id} is recorded as version {case.version} with another account of it")
        self.case = case


class Planned(Protocol):
    """What a plan consists of."""

    @property
    def payouts(self) -> tuple[Payout, ...]:
        """All payouts of the case."""
        ...

    @property
    def counted(self) -> tuple[CountedReturn, ...]:
        """All returns that count as paid for the case."""
        ...


class CaseBook(Protocol):
    """The recorded cases. Every call is one transaction and safe to repeat."""

    def case(self, case_id: str) -> Case | None:
        """Return the recorded case, or None."""
        ...

    def customer_of(self, case_id: str) -> str | None:
        """Return the customer of a case that is recorded or submitted, or None."""
        ...

    def open(self, case: Case, entries: Sequence[TimelineEntry]) -> Case:
        """Record a new case and reserve its units (R11), or return the case if it is recorded already.

        The case must come with the shares of all units of its lines; it is returned with the reserved ones only.
        A case that is not open reserves nothing. Raises UnitsTakenError.
        """
        ...

    def record(self, case: Case, entries: Sequence[TimelineEntry]) -> Case:
        """Record the case, add each entry once, and return the case with its units.

        A payout that succeeded is entered in the ledger once. The unpaid units of an ended case become free (R11); a
        reopened case reserves its units again. Raises UnitsTakenError, and CaseAheadError if a later version is
        recorded, or this version with other entries.
        """
        ...

    def report(self, findings: Sequence[Finding]) -> None:
        """Record what operators have to look into, each finding once."""
        ...

    def units_in_cases(self, order_number: str) -> UnitsInCases:
        """Return what the cases of the order say of its units: their step, who holds which, what was replaced."""
        ...

    def plan_payouts(self, case: Case, steps: PaymentSteps) -> tuple[Payout, ...]:
        """Split `case.refund_due` over the order's payments within their caps and commit the plan (R32, R33, R35).

        Returns all payouts of the case, including the new ones; a repeat returns the same plan. Raises
        CapExceededError, UnitsTakenError when a reopened case cannot get its units back (R11), and CaseAheadError if a
        later version is recorded.
        """
        ...

    def rejected_by(self, case_id: str) -> str | None:
        """Return who last rejected the case, or None (R12)."""
        ...

    def replan_payouts(self, case: Case, asked: PlanRequest, steps: PaymentSteps) -> Planned:
        """Plan all that the case is still owed anew, in place of payouts that paid nothing, and commit it (R32, R36).

        Raises as `plan_payouts` does, ReturnNotCountedError for a return that is named in vain, and
        OtherAmountOwedError if `asked` expects another amount.
        """
        ...


class OrderBook(Protocol):
    """The orders, as the shop has sent them."""

    def get(self, order_number: str) -> Order | None:
        """Return the order, or None."""
        ...


class Catalogue(Protocol):
    """The products that goods may be exchanged for (R39)."""

    def products(self, skus: Collection[str]) -> dict[str, Product]:
        """Return the known products among them, by sku."""
        ...
