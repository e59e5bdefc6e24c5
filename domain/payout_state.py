"""Where a payout stands, what that means for the money, and why a payout waits for a human (R34, R36)."""

from enum import StrEnum


class PayoutState(StrEnum):
    """Where a payout stands; only `succeeded` counts as paid (R34). What a state means is asked of the state."""

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
        """True when it has ended and no money is with the customer: it may be tried again (R36, R37)."""
        return self in {PayoutState.FAILED, PayoutState.CANCELED, PayoutState.REVERSED}

    @property
    def has_moved_money(self) -> bool:
        """True when money went out, though it may have come back since (R37)."""
        return self in {PayoutState.SUCCEEDED, PayoutState.REVERSED}

    @property
    def has_never_moved_money(self) -> bool:
        """True when no money ever went out and none will by itself: its amount can be given free (R32)."""
        return self is PayoutState.PLANNED or (self.has_paid_nothing and not self.has_moved_money)

    @property
    def is_final(self) -> bool:
        """True when the gateway has answered for good: paid, or paid nothing."""
        return self.has_moved_money or self.has_paid_nothing

    @property
    def is_being_submitted(self) -> bool:
        """True until the gateway was asked for the first time and has said anything."""
        return self in {PayoutState.PLANNED, PayoutState.SUBMITTING}

    @property
    def is_unconfirmed(self) -> bool:
        """True while the gateway has not confirmed that it knows of it: an answer may have been lost (fault 1)."""
        return self.is_being_submitted or self is PayoutState.UNKNOWN

    @property
    def is_pending(self) -> bool:
        """True while the gateway has it and has not finished: it is asked again (fault 12)."""
        return self in {PayoutState.PENDING, PayoutState.ACTION_REQUIRED}

    @property
    def is_asked_after(self) -> bool:
        """True while the gateway has to be asked how it stands."""
        return self.is_pending or self is PayoutState.UNKNOWN

    @property
    def may_be_with_gateway(self) -> bool:
        """True while it may be carried out without being asked for again."""
        return self is PayoutState.SUBMITTING or self.is_asked_after


class BlockReason(StrEnum):
    """Why a payout waits for a human (R36)."""

    CAP_EXCEEDED = "cap_exceeded"
    CHARGE_DISPUTED = "charge_disputed"
    DISPUTE_LOST_IN_PART = "dispute_lost_in_part"
    EVIDENCE_CHANGED = "evidence_changed"
    GATEWAY_FAILED = "gateway_failed"
    NO_GATEWAY = "no_gateway"
    OTHER_ACCOUNT = "other_account"
    PAYOUT_REFUSED = "payout_refused"
    REFUND_REVERSED = "refund_reversed"
    REFUNDED_EXTERNALLY = "refunded_elsewhere"
    ACTIVITY_FAILED = "activity_failed"

    @property
    def stops_every_payout(self) -> bool:
        """True for what is wrong with the whole case; any other reason keeps no other payment's back (R36)."""
        return self in {BlockReason.EVIDENCE_CHANGED, BlockReason.CAP_EXCEEDED}

    @property
    def money_may_be_gone(self) -> bool:
        """True when the money may have gone back another way (R32)."""
        return self in {BlockReason.CAP_EXCEEDED, BlockReason.REFUNDED_EXTERNALLY}

    @classmethod
    def of(cls, code: str) -> "BlockReason":
        """Return the reason of that code; a code that is none is a failure of the activity."""
        return cls(code) if code in set(cls) else cls.ACTIVITY_FAILED
