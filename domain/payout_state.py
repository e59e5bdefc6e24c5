"""The states of a payout, what each means for the money, and why a payout waits for a human (R34, R36)."""

from enum import StrEnum


class PayoutState(StrEnum):
    """The state of a payout; only `succeeded` counts as paid (R34). Its properties say what a state means."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    REVERSED = "reversed"

    @property
    def has_paid_nothing(self) -> bool:
        """True if it has ended without the customer having the money, so that it may be retried (R36, R37)."""
        return self in {PayoutState.FAILED, PayoutState.CANCELED, PayoutState.REVERSED}

    @property
    def has_moved_money(self) -> bool:
        """True if money was paid, even if it has come back since (R37)."""
        return self in {PayoutState.SUCCEEDED, PayoutState.REVERSED}

    @property
    def has_never_moved_money(self) -> bool:
        """True if no money was paid and none will be by itself, so that its amount can be released (R32)."""
        return self is PayoutState.PLANNED or (self.has_paid_nothing and not self.has_moved_money)

    @property
    def is_final(self) -> bool:
        """True if the gateway's answer is final: paid, or nothing paid."""
        return self.has_moved_money or self.has_paid_nothing

    @property
    def is_being_submitted(self) -> bool:
        """True until the gateway has given its first answer."""
        return self in {PayoutState.PLANNED, PayoutState.SUBMITTING}

    @property
    def is_unconfirmed(self) -> bool:
        """True until the gateway has confirmed that it knows the refund; an answer may have been lost (fault 1)."""
        return self.is_being_submitted or self is PayoutState.UNKNOWN

    @property
    def is_pending(self) -> bool:
        """True while the gateway is still processing it, so that it is asked again (fault 12)."""
        return self in {PayoutState.PENDING, PayoutState.ACTION_REQUIRED}

    @property
    def needs_check(self) -> bool:
        """True while the gateway must be asked for its state."""
        return self.is_pending or self is PayoutState.UNKNOWN

    @property
    def may_be_with_gateway(self) -> bool:
        """True while the gateway may still carry it out without another request."""
        return self is PayoutState.SUBMITTING or self.needs_check


class BlockReason(StrEnum):
    """Why a payout waits for a human (R36)."""

    CAP_EXCEEDED = "cap_exceeded"
    CHARGE_DISPUTED = "charge_disputed"
    DISPUTE_LOST_IN_PART = "dispute_lost_in_part"
    DISPUTE_IN_OTHER_CURRENCY = "dispute_in_other_currency"
    DISPUTE_UNCLEAR = "dispute_unclear"
    EVIDENCE_CHANGED = "evidence_changed"
    GATEWAY_FAILED = "gateway_failed"
    NO_GATEWAY = "no_gateway"
    OTHER_ACCOUNT = "other_account"
    PAYOUT_REFUSED = "payout_refused"
    POSTAGE_REVIEW = "postage_review"
    REFUND_REVERSED = "refund_reversed"
    REFUNDED_EXTERNALLY = "refunded_elsewhere"
    ACTIVITY_FAILED = "activity_failed"

    @property
    def stops_every_payout(self) -> bool:
        """True if the whole case is affected; any other reason does not hold up other payouts (R36)."""
        return self in {BlockReason.EVIDENCE_CHANGED, BlockReason.CAP_EXCEEDED}

    @property
    def money_may_be_gone(self) -> bool:
        """True if the money may have gone back another way (R32)."""
        return self in {BlockReason.CAP_EXCEEDED, BlockReason.REFUNDED_EXTERNALLY}

    @property
    def is_about_dispute(self) -> bool:
        """True if a lost dispute returned less than is owed, or it is unclear how much (R38)."""
        return self in {
            BlockReason.DISPUTE_LOST_IN_PART,
            BlockReason.DISPUTE_IN_OTHER_CURRENCY,
            BlockReason.DISPUTE_UNCLEAR,
        }

    @classmethod
    def of(cls, code: str) -> "BlockReason":
        """Return the reason with that code; any unknown code means that the activity failed."""
        return cls(code) if code in set(cls) else cls.ACTIVITY_FAILED
