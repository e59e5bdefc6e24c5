"""What reconciliation reads and writes: our books, the findings and the inbox of webhooks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from domain.findings import Finding, FindingKind
from domain.payment_events import GatewayEvent, GatewayRefundRecord
from policy.reconciliation.findings import Booked, CaseDiffers


class Books(Protocol):
    """Our own books."""

    def payouts_since(self, since: datetime) -> Sequence[Booked]:
        """Return the payouts that a gateway heard of since then, and every one whose end is not known yet."""
        ...

    def unbalanced(self) -> Sequence[str]:
        """Return the orders whose ledger does not add up to zero (I2)."""
        ...

    def case_differences(self, since: datetime) -> Sequence[CaseDiffers]:
        """Return the payouts that a case changed since then shows otherwise than the books do."""
        ...

    def reimbursements_due(self) -> Sequence[Booked]:
        """Return what is owed outside the original payments (R32, R36)."""
        ...

    def refunded_and_lost(self) -> Sequence[Booked]:
        """Return the payouts that succeeded over payments of which a dispute was lost too (R38)."""
        ...


class PayoutLookup(Protocol):
    """Every payout there is, however old, and what left the payments without one."""

    def find(self, provider: str, payout_id: str | None, refund_id: str) -> Booked | None:
        """Return the payout that a gateway's refund belongs to, or None."""
        ...

    def record_external_refund(self, refund: GatewayRefundRecord) -> None:
        """Record a refund that no payout made, so that its amount is not refunded again (R32)."""
        ...


class FindingsBook(Protocol):
    """Where findings are kept for operators."""

    def found(self, findings: Sequence[Finding]) -> None:
        """Record the findings, each once."""
        ...

    def page(self, *, open_only: bool = True, limit: int = 200) -> Sequence[Finding]:
        """Return findings."""
        ...

    def close_gone(self, kinds: Collection[FindingKind], seen_ids: Collection[str], at: datetime) -> int:
        """Close the open findings of these kinds that were not seen any more."""
        ...


class EventInbox(Protocol):
    """The webhooks that were taken in."""

    def pending(self, limit: int) -> Sequence[GatewayEvent]:
        """Return events that are not applied yet."""
        ...
