"""The codes of the refund process; their spelling is the wire format and never changes."""

from enum import StrEnum


class Reason(StrEnum):
    """Why the customer asks (R2); the policy version says which reasons are the seller's fault."""

    QUALITY = "quality"
    NOT_AS_DESCRIBED = "not_as_described"
    TRANSIT_DAMAGE = "transit_damage"
    PERSONAL = "personal"


class ResolutionAsked(StrEnum):
    """What the customer wants (R2)."""

    REFUND = "refund"
    EXCHANGE = "exchange"


class CaseState(StrEnum):
    """The state of a case."""

    INFORMATION_REQUESTED = "information_requested"
    UNDER_AUDIT = "under_audit"
    REJECTED = "rejected"
    AWAITING_RETURN = "awaiting_return"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    INSPECTION_FAILED = "inspection_failed"
    REPLACEMENT_DUE = "replacement_due"
    PAYOUT_DUE = "payout_due"
    PAYOUT_BLOCKED = "payout_blocked"
    REIMBURSEMENT_DUE = "reimbursement_due"
    CHARGEBACK_HOLD = "chargeback_hold"
    REFUNDED = "refunded"
    CLOSED = "closed"
    EXCHANGED = "exchanged"
    RETURNING_TO_CUSTOMER = "returning_to_customer"
    LOST_IN_RETURN = "lost_in_return"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Party(StrEnum):
    """Who must act next."""

    CUSTOMER = "customer"
    AUDITOR = "auditor"
    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    SYSTEM = "system"
    NOBODY = "nobody"


class ReplacementState(StrEnum):
    """The state of a replacement; only `sent` counts as replaced, and `lost` never arrived (R39)."""

    PLANNED = "planned"
    RESERVED = "reserved"
    OUT_OF_STOCK = "out_of_stock"
    RELEASING = "releasing"
    RELEASED = "released"
    SENT = "sent"
    LOST = "lost"


class HoldReason(StrEnum):
    """Why no replacement is reserved: the money went back, or may go back, another way (R32, R38)."""

    CHARGE_DISPUTED = "charge_disputed"
    REFUNDED_EXTERNALLY = "refunded_elsewhere"


class DispatchedGoods(StrEnum):
    """What a parcel to the customer contains."""

    REPLACEMENT = "replacement"
    REFUSED_GOODS = "refused_goods"


class AuditVerdict(StrEnum):
    """What an auditor can decide."""

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_INFORMATION = "request_information"


class InspectionVerdict(StrEnum):
    """What the warehouse found, per unit (R26)."""

    ACCEPTED = "accepted"
    USED = "used"
    INCOMPLETE = "incomplete"
    WRONG_ITEM = "wrong_item"
    NO_DEFECT_FOUND = "no_defect_found"
    MISSING = "missing"
    UNEXPECTED = "unexpected"

    @property
    def is_of_seen_units(self) -> bool:
        """True if units of the case lay before the warehouse: neither missing nor goods that nobody expected."""
        return self not in {InspectionVerdict.MISSING, InspectionVerdict.UNEXPECTED}


class Disposition(StrEnum):
    """Where an inspected unit goes, independent of its verdict (R26)."""

    RESTOCK = "restock"
    RESALE_HOLD = "resale_hold"
    RECYCLE = "recycle"
    DONATE = "donate"
    RETURN_TO_CUSTOMER = "return_to_customer"


class CourierStatus(StrEnum):
    """One vocabulary for all couriers, into which each provider's statuses are translated."""

    INFO_RECEIVED = "info_received"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERY_FAILURE = "delivery_failure"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    EXPIRED = "expired"


class CourierSubStatus(StrEnum):
    """What a courier's `exception` means."""

    LOST = "lost"
    DAMAGED = "damaged"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    OTHER = "other"


class ResolutionDecision(StrEnum):
    """What a human can decide about a parked case."""

    ACCEPT = "accept"
    RECLASSIFY = "reclassify"
    REFUSE = "refuse"
    PARTIAL_REFUND = "partial_refund"
    PAY = "pay"
    CLOSE = "close"
    RETRY = "retry"
    OTHER_ACCOUNT = "other_account"
    PAID = "paid"
    COUNT_REFUND = "count_refund"
    REOPEN = "reopen"


class EvidenceStatus(StrEnum):
    """The status of a piece of evidence; only `pinned` counts (R8)."""

    ANNOUNCED = "announced"
    PINNED = "pinned"
    REFUSED = "refused"


ENDED_STATES = frozenset(
    {
        CaseState.REJECTED,
        CaseState.REFUNDED,
        CaseState.CLOSED,
        CaseState.EXCHANGED,
        CaseState.WITHDRAWN,
        CaseState.EXPIRED,
    }
)
