"""Findings of reconciliation: differences between the gateway's books, the ledger and the cases."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.money import Money
from domain.payout_state import PayoutState
from domain.types import FindingId, Sentence
from domain.value import Value


class FindingKind(StrEnum):
    """The kinds of differences."""

    EXTERNAL_REFUND = "unknown_refund"
    """The gateway made a refund that no payout requested, for example by hand in its dashboard (fault 10)."""
    SECOND_REFUND = "second_refund"
    """One payout has two refunds that count at the gateway (I3)."""
    MISSING_REFUND = "missing_refund"
    """The books say that a payout is paid, but the gateway has no such refund."""
    STATE_DIFFERS = "state_differs"
    """Gateway and books disagree about whether a refund was paid."""
    AMOUNT_DIFFERS = "amount_differs"
    """Gateway and books disagree about the amount of a refund."""
    CASE_DIFFERS = "case_differs"
    """A case and the books disagree about a payout."""
    LEDGER_UNBALANCED = "ledger_unbalanced"
    """The ledger of an order does not add up to zero (I2)."""
    REIMBURSEMENT_DUE = "reimbursement_due"
    """Money is owed outside the original payments and not yet marked as paid (R32, R36)."""
    DISPUTED_AND_REFUNDED = "disputed_and_refunded"
    """The customer was refunded and has also won a dispute over the same payment (R38)."""
    EVENT_UNAPPLIED = "event_unapplied"
    """A stored webhook could not be applied."""
    WORKFLOW_LOST = "workflow_lost"
    """An open case had no running workflow; it was restarted from its record (fault 33)."""
    RECORD_BEHIND = "record_behind"
    """The record of a case was older than its workflow, as after a restored backup; it was written again (fault 31)."""
    EVENT_UNREADABLE = "event_unreadable"
    """A signed webhook is not what its provider documents; it stays open until somebody closes it."""
    DISPUTE_UNCLEAR = "dispute_unclear"
    """A provider does not say who got the money of a dispute (R38); it stays open until somebody closes it."""


CLOSED_BY_PEOPLE_ONLY = frozenset({FindingKind.EVENT_UNREADABLE, FindingKind.DISPUTE_UNCLEAR})
"""The kinds that no later comparison can settle."""


class CaseDifference(Value):
    """A payout about which a case and the books disagree; None means that one of them does not have it."""

    case_id: str
    order_number: str
    payout_id: str
    in_case: PayoutState | None
    in_books: PayoutState | None


class Finding(Value):
    """A difference; `finding_id` is the same for the same difference, so that it is recorded once."""

    finding_id: FindingId
    kind: FindingKind
    message: Sentence = Field(description="what differs and what to do, without personal data")
    case_id: str | None = None
    order_number: str | None = None
    payout_id: str | None = None
    provider: str | None = None
    refund_id: str | None = None
    event_id: str | None = Field(default=None, description="the provider's id of the webhook, if it could be read")
    body_sha256: str | None = Field(default=None, description="SHA-256 of the webhook's body, which is not stored")
    amount: Money | None = None
    found_at: AwareDatetime
    last_seen_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    closed_by: str | None = None
    close_note: str | None = None
