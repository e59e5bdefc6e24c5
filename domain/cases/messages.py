"""The messages to a case: one model each, the same for signals, updates and HTTP.

`event_id` makes a message idempotent; `received_at` is when the API received it (not set in signals sent by hand).
"""

from hashlib import sha256
from typing import Annotated, ClassVar, Self

from pydantic import AwareDatetime, Field, model_validator

from domain.cases.case_lines import InspectedLine
from domain.cases.evidence import EvidencePin
from domain.cases.payout import Payout
from domain.enums import (
    AuditVerdict,
    CourierStatus,
    CourierSubStatus,
    DispatchedGoods,
    HoldReason,
    Reason,
    ReplacementState,
    ResolutionDecision,
)
from domain.money import Money
from domain.parcel_labels.tracking_number import TrackingNumber
from domain.parcels import Sightings
from domain.payment_events import Dispute
from domain.request import FreeText
from domain.types import Actor, Code, EventId, Identifier, Sku
from domain.value import Value


class Message(Value):
    """The base of all messages; `kind` is its name in stored records, independent of the name of its class."""

    kind: ClassVar[str] = "message"
    refuses_unknown_fields: ClassVar[bool] = True
    event_id: EventId | None = None
    received_at: AwareDatetime | None = None

    @property
    def fingerprint(self) -> str:
        """The same for two messages with the same content, whatever their time, their id and the release."""
        said = self.model_dump_json(exclude={"event_id", "received_at"}, exclude_defaults=True)
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def identity(self) -> str:
        """What is stored for its event id; the same id with another identity is not a repeat."""
        return f"{self.kind}/{self.fingerprint}"


class AuditDecision(Message):
    """The auditor's decision (R13-R17, R23)."""

    kind: ClassVar[str] = "audit_decision"
    decision: AuditVerdict
    reason_code: Code | None = None
    note: FreeText | None = Field(
        default=None, description="a note sent through the API is kept in the database instead"
    )
    has_text: bool = Field(default=False, description="a text for the customer is kept in the database (R15)")
    decided_by: Actor | None = None
    reclassify_as: Reason | None = None
    waive_return: bool = False
    shop_paid_label: Money | None = Field(
        default=None, description="price of a return label that the shop paid for (R31)"
    )


class CourierTracking(Message):
    """Where the return parcel is; the first message with a number registers the shipment (R19)."""

    kind: ClassVar[str] = "courier_tracking"
    carrier: Code
    tracking_number: TrackingNumber
    status: CourierStatus = CourierStatus.INFO_RECEIVED
    sub_status: CourierSubStatus | None = None
    occurred_at: AwareDatetime | None = None
    sightings: Sightings | None = Field(
        default=None, description="sent by the service: all that the courier's events report, this one included"
    )
    postage: Money | None = Field(default=None, description="what the customer paid to send it back (R30)")

    @property
    def word(self) -> str:
        """The status, or the sub-status of an exception."""
        return str(self.sub_status or self.status)


class GoodsReceipt(Message):
    """The warehouse scanned the parcel on arrival; only this counts as receipt (R20)."""

    kind: ClassVar[str] = "goods_receipt"
    received_by: Actor
    scan_id: str | None = None
    scanned_at: AwareDatetime | None = Field(default=None, description="by the device's clock")
    matched_by: Actor | None = Field(
        default=None, description="operator who found out that the unexpected parcel belongs to the case (R21)"
    )


class WarehouseInspection(Message):
    """The warehouse inspected the goods (R25-R29)."""

    kind: ClassVar[str] = "warehouse_inspection"
    lines: tuple[InspectedLine, ...] = Field(min_length=1, max_length=200)
    inspected_by: Actor
    scan_id: str | None = None
    scanned_at: AwareDatetime | None = Field(default=None, description="by the device's clock")
    note: FreeText | None = None


_WITH_AMOUNT = frozenset({ResolutionDecision.PARTIAL_REFUND, ResolutionDecision.PAID, ResolutionDecision.COUNT_REFUND})
_WITH_REFERENCE = frozenset(
    {ResolutionDecision.OTHER_ACCOUNT, ResolutionDecision.PAID, ResolutionDecision.COUNT_REFUND}
)


def require_parts(decision: ResolutionDecision, amount: Money | None, reference: str | None) -> None:
    """Raise ValueError unless the decision has exactly the parts that it needs.

    partial_refund needs an amount, which paid and count_refund may have; other_account, paid and count_refund need a
    reference; no other decision has either.
    """
    if decision is ResolutionDecision.PARTIAL_REFUND and amount is None:
        raise ValueError("amount: required with partial_refund")
    if amount is not None and decision not in _WITH_AMOUNT:
        raise ValueError("amount: allowed only with partial_refund, paid and count_refund")
    if (decision in _WITH_REFERENCE) != (reference is not None):
        raise ValueError("reference: required with other_account, paid and count_refund, and not allowed otherwise")


class CaseResolution(Message):
    """A human's decision about a parked case (R12, R22, R27, R28, R30, R36, R38)."""

    kind: ClassVar[str] = "case_resolution"
    decision: ResolutionDecision
    decided_by: Actor
    amount: Money | None = Field(
        default=None,
        description="for partial_refund: the amount agreed for the failed units, or borne of the return postage; "
        "for paid: what was paid, refused "
        "unless it is what is still owed; for count_refund: how much of the refund was for this case, if not all",
    )
    reason_code: Code | None = None
    reference: Identifier | None = Field(
        default=None,
        description="for other_account: finance's reference of the account; for paid: the reference of the payment; "
        "for count_refund: the provider's id of the refund or dispute that returned the money",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        require_parts(self.decision, self.amount, self.reference)
        return self


class Dispatch(Message):
    """A parcel left for the customer, with replacements (R39) or with refused goods (R28)."""

    kind: ClassVar[str] = "dispatch"
    goods: DispatchedGoods
    carrier: Code
    tracking_number: TrackingNumber
    sent_by: Actor
    sku: Sku | None = Field(
        default=None, description="which product is in this parcel; every replacement or refused unit if not set"
    )


class DeliveryReport(Message):
    """A replacement will not arrive: its parcel is lost, destroyed, on its way back, or no longer moves (R39).

    Or it was `delivered` after all.
    """

    kind: ClassVar[str] = "delivery_report"
    tracking_number: TrackingNumber
    word: Code = Field(description="what its courier reports, or `stalled`")


class Withdrawal(Message):
    """The customer withdraws the request (R24)."""

    kind: ClassVar[str] = "withdrawal"
    withdrawn_by: Actor = "customer"


class EvidenceReport(Message):
    """The API verified an upload, or announces more to come."""

    kind: ClassVar[str] = "evidence_report"
    pins: tuple[EvidencePin, ...] = Field(min_length=1, max_length=20)


class PayoutAnswer(Message):
    """The gateway's answer about a payout; the workflow sends it to itself."""

    kind: ClassVar[str] = "payout_answer"
    payout: Payout


class RefundUpdate(Message):
    """A gateway reported that a refund changed, which is a reason to ask it, never the answer itself (R37)."""

    kind: ClassVar[str] = "refund_update"
    payout_id: str = Field(min_length=1, max_length=64)
    refund_id: str = Field(min_length=1, max_length=128)


class RecordCheck(Message):
    """The version in which the database has the case, sent when it is not the one that its workflow answered with."""

    kind: ClassVar[str] = "record_check"
    recorded_version: Annotated[int, Field(ge=-1, description="-1 if the case is not recorded at all")]


class DisputeUpdate(Message):
    """A chargeback over a payment of the order was opened, won or lost (R38)."""

    kind: ClassVar[str] = "dispute_update"
    dispute: Dispute


class CalendarPublished(Message):
    """The calendar of a year is known, which is a reason to compute provisional deadlines again (R6)."""

    kind: ClassVar[str] = "calendar_published"


class ReturnsChanged(Message):
    """Money that counts as paid for the case did not go back after all, such as a refund by hand that failed (R32)."""

    kind: ClassVar[str] = "returns_changed"
    provider: str = Field(min_length=1, max_length=32)
    return_id: str = Field(min_length=1, max_length=128)


class StockAnswer(Message):
    """The stock's answer about replacements, by their ids; the workflow sends it to itself (R39)."""

    kind: ClassVar[str] = "stock_answer"
    states: dict[str, ReplacementState] = Field(default_factory=dict)
    hold_reason: HoldReason | None = Field(default=None, description="why nothing is reserved (R32, R38)")


class PayoutTrouble(Message):
    """A payout cannot continue without a human (R36); the workflow sends this to itself."""

    kind: ClassVar[str] = "payout_trouble"
    payout_id: str
    code: Code
    decline_code: str | None = None
