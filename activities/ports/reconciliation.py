"""What reconciliation needs: our own books, and the findings."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from domain.findings import CaseDifference, Finding, FindingKind
from policy.reconciliation.findings import Booked


class Books(Protocol):
    """Our own books."""

    def payouts_since(self, since: datetime) -> Sequence[Booked]:
        """Return the payouts submitted to a gateway since then, and all payouts that are not final yet."""
        ...

    def unbalanced(self) -> Sequence[str]:
        """Return the orders whose ledger does not add up to zero (I2)."""
        ...

    def case_differences(self, since: datetime) -> Sequence[CaseDifference]:
        """Return the payouts that differ between the books and a case that has changed since then."""
        ...

    def reimbursements_due(self) -> Sequence[Booked]:
        """Return the payouts still owed outside the original payments (R32, R36)."""
        ...

    def refunded_and_lost(self) -> Sequence[Booked]:
        """Return the payouts that succeeded although a dispute over the same payment was lost as well (R38)."""
        ...


class FindingsBook(Protocol):
    """The findings that are kept for operators."""

    def found(self, findings: Sequence[Finding]) -> None:
        """Record the findings, each once."""
        ...

    def page(self, *, open_only: bool = True, limit: int = 200) -> Sequence[Finding]:
        """Return findings."""
        ...

    def close_gone(self, kinds: Collection[FindingKind], seen_ids: Collection[str], at: datetime) -> int:
        """Close the open findings of these kinds that were not seen again, and return how many."""
        ...
