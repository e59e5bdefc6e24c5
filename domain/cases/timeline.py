"""The events of a case, as its timeline names them."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, JsonValue

from domain.enums import CaseState, EvidenceStatus, ReplacementState
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from domain.types import RuleId
from domain.value import Value

ENTRIES_PER_VERSION = 100
"""The entries of version 7 of a case are numbered from 700."""


class CaseEvent(StrEnum):
    """All events that a case's timeline can contain."""

    CASE_OPENED = "case_opened"
    REQUEST_REFUSED = "request_refused"
    EVIDENCE_ANNOUNCED = "evidence_announced"
    EVIDENCE_PINNED = "evidence_pinned"
    EVIDENCE_REFUSED = "evidence_refused"
    INFORMATION_WINDOW_ENDED = "information_window_ended"
    CUSTOMER_REMINDED = "customer_reminded"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    DEADLINE_RECOMPUTED = "deadline_recomputed"
    REFUSAL_LIFTED = "refusal_lifted"

    AUDIT_REQUESTED = "audit_requested"
    AUDIT_OVERDUE = "audit_overdue"
    INFORMATION_REQUESTED = "information_requested"
    RECLASSIFIED = "reclassified"
    APPROVED = "approved"
    REJECTED = "rejected"
    AUDIT_NOTE = "audit_note"

    RETURN_REQUESTED = "return_requested"
    SHIPMENT_REGISTERED = "shipment_registered"
    PARCEL_MOVED = "parcel_moved"
    COURIER_EVENT = "courier_event"
    POSTAGE_TOLD = "postage_told"
    POSTAGE_REVIEW = "postage_review"
    POSTAGE_DECIDED = "postage_decided"
    PARCEL_LOST = "parcel_lost"
    PARCEL_STALLED = "parcel_stalled"
    LOSS_DECIDED = "loss_decided"
    RETURN_WINDOW_ENDED = "return_window_ended"
    REVIVED = "revived"
    RECEIVED = "received"
    RECEIPT_NOTE = "receipt_note"

    INSPECTED = "inspected"
    INSPECTION_OVERDUE = "inspection_overdue"
    INSPECTION_NOTE = "inspection_note"
    PHOTO_ANNOUNCED = "photo_announced"
    PHOTO_PINNED = "photo_pinned"
    PHOTO_REFUSED = "photo_refused"
    DECISION_NEEDED = "decision_needed"
    DECISION_OVERDUE = "decision_overdue"
    INSPECTION_DECIDED = "inspection_decided"
    RESOLUTION_NOTE = "resolution_note"
    REST_AWAITED = "rest_awaited"
    GOODS_SENT_BACK = "goods_sent_back"
    SEND_BACK_OVERDUE = "send_back_overdue"

    REPLACEMENT_PLANNED = "replacement_planned"
    REPLACEMENT_RESERVED = "replacement_reserved"
    REPLACEMENT_OUT_OF_STOCK = "replacement_out_of_stock"
    REPLACEMENT_RELEASING = "replacement_releasing"
    REPLACEMENT_RELEASED = "replacement_released"
    REPLACEMENT_SENT = "replacement_sent"
    REPLACEMENT_LOST = "replacement_lost"
    REPLACEMENT_FOUND = "replacement_found"
    REPLACEMENT_OVERDUE = "replacement_overdue"
    EXCHANGE_GIVEN_UP = "exchange_given_up"

    PAYOUT_DUE = "payout_due"
    NOTHING_OWED = "nothing_owed"
    REIMBURSEMENT_OWED = "reimbursement_owed"
    PAYOUT_PLANNED = "payout_planned"
    PAYOUT_SUBMITTING = "payout_submitting"
    PAYOUT_UNKNOWN = "payout_unknown"
    PAYOUT_PENDING = "payout_pending"
    PAYOUT_ACTION_REQUIRED = "payout_action_required"
    PAYOUT_SUCCEEDED = "payout_succeeded"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_CANCELED = "payout_canceled"
    PAYOUT_REVERSED = "payout_reversed"
    PAYOUT_BLOCKED = "payout_blocked"
    PAYOUT_RETRIED = "payout_retried"
    PAYOUT_SUBMISSION_OVERDUE = "payout_submission_overdue"
    PAYOUT_WINDOW_BREACHED = "payout_window_breached"
    FINANCE_ALERTED = "finance_alerted"
    REFUNDED_EXTERNALLY = "refunded_elsewhere"
    OTHER_ACCOUNT_PROPOSED = "other_account_proposed"
    OTHER_ACCOUNT_APPROVED = "other_account_approved"
    RETURN_COUNTED = "return_counted"
    RETURN_NOT_COUNTED = "return_not_counted"
    REIMBURSEMENT_DUE = "reimbursement_due"
    CHARGEBACK_HOLD = "chargeback_hold"
    DISPUTE_OPEN = "dispute_open"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_UNCLEAR = "dispute_unclear"

    REFUNDED = "refunded"
    CLOSED = "closed"
    EXCHANGED = "exchanged"
    RETURNING_TO_CUSTOMER = "returning_to_customer"
    EXPIRED = "expired"
    SIGNAL_IGNORED = "signal_ignored"
    WORKFLOW_RESTARTED = "workflow_restarted"
    RECORDED_AGAIN = "recorded_again"

    @classmethod
    def of_evidence(cls, status: EvidenceStatus) -> "CaseEvent":
        """Return the event for the customer's evidence in that status (R8)."""
        return cls(f"evidence_{status}")

    @classmethod
    def of_photo(cls, status: EvidenceStatus) -> "CaseEvent":
        """Return the event for a photo of the warehouse in that status."""
        return cls(f"photo_{status}")

    @classmethod
    def of_replacement(cls, state: ReplacementState) -> "CaseEvent":
        """Return the event for a replacement in that state (R39)."""
        return cls(f"replacement_{state}")

    @classmethod
    def of_payout(cls, state: PayoutState) -> "CaseEvent":
        """Return the event for a payout in that state (R34)."""
        return cls(f"payout_{state}")

    @classmethod
    def of_dispute(cls, status: DisputeStatus) -> "CaseEvent":
        """Return the event for a chargeback in that status (R38)."""
        return cls(f"dispute_{status}")

    @classmethod
    def of_end(cls, state: CaseState) -> "CaseEvent":
        """Return the event for a case that ends in that state (R26, R28, R39)."""
        return cls(state.value)


EventName = Annotated[CaseEvent | str, Field(union_mode="left_to_right")]
"""The event of a stored timeline entry; a newer release may have written one that this release does not know."""


class TimelineEntry(Value):
    """One entry of the timeline, in codes; free text stays in the database."""

    seq: Annotated[int, Field(ge=0)]
    at: AwareDatetime
    actor: str
    event: EventName
    rule: RuleId | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)
