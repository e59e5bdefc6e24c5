"""What the outside tells a case: one model a message, the same for signals, updates and HTTP.

`event_id` makes a message idempotent; `received_at` is the API's own time of receipt (a signal sent by hand has none).
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
from domain.order import Identifier, Sku
from domain.payment_events import Dispute
from domain.request import FreeText
from domain.types import Actor, Code
from domain.value import Value

EventId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")]
TrackingNumber = Annotated[str, Field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")]


class Message(Value):
    """What every message carries; `kind` is its name in records, which outlives the name of its class."""

    kind: ClassVar[str] = "message"
    refuses_unknown_fields: ClassVar[bool] = True
    event_id: EventId | None = None
    received_at: AwareDatetime | None = None

    @property
    def fingerprint(self) -> str:
        """The same for two messages that say the same, whenever, under whatever id and to whichever release."""
        said = self.model_dump_json(exclude={"event_id", "received_at"}, exclude_defaults=True)
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def identity(self) -> str:
        """What is kept under its event id: an id that comes back with something else is no repeat."""
        return f"{self.kind}/{self.fingerprint}"


class AuditDecision(Message):
    """The auditor's decision (R13-R17, R23)."""

    kind: ClassVar[str] = "audit_decision"
    decision: AuditVerdict
    reason_code: Code | None = None
    note: FreeText | None = Field(default=None, description="from the API it is kept in the database, not here")
    has_text: bool = Field(default=False, description="a text for the customer is kept in the database (R15)")
    decided_by: Actor | None = None
    reclassify_as: Reason | None = None
    waive_return: bool = False
    shop_paid_label: Money | None = Field(default=None, description="price of the return label the shop gives (R31)")


class CourierTracking(Message):
    """Where the parcel back is; the first one with a number registers the shipment (R19)."""

    kind: ClassVar[str] = "courier_tracking"
    carrier: Code
    tracking_number: TrackingNumber
    status: CourierStatus = CourierStatus.INFO_RECEIVED
    sub_status: CourierSubStatus | None = None
    occurred_at: AwareDatetime | None = None
    postage: Money | None = Field(default=None, description="what the customer paid to send it back (R30)")


class GoodsReceipt(Message):
    """The warehouse scanned the parcel in; only this is receipt (R20)."""

    kind: ClassVar[str] = "goods_receipt"
    received_by: Actor
    scan_id: str | None = None
    scanned_at: AwareDatetime | None = Field(default=None, description="by the device's clock")


class WarehouseInspection(Message):
    """The warehouse inspected the goods (R25-R29)."""

    kind: ClassVar[str] = "warehouse_inspection"
    lines: tuple[InspectedLine, ...] = Field(min_length=1, max_length=200)
    inspected_by: Actor
    scan_id: str | None = None
    scanned_at: AwareDatetime | None = Field(default=None, description="by the device's clock")
    note: FreeText | None = None


def require_parts(decision: ResolutionDecision, amount: Money | None, reference: str | None) -> None:
    """Raise ValueError unless an amount comes with partial_refund, a reference with other_account and paid only."""
    if (decision is ResolutionDecision.PARTIAL_REFUND) != (amount is not None):
        raise ValueError("amount: give it with partial_refund, and only then")
    if (decision in {ResolutionDecision.OTHER_ACCOUNT, ResolutionDecision.PAID}) != (reference is not None):
        raise ValueError("reference: give it with other_account and paid, and only then")


class CaseResolution(Message):
    """A human decides a parked case (R12, R22, R27, R28, R36, R38)."""

    kind: ClassVar[str] = "case_resolution"
    decision: ResolutionDecision
    decided_by: Actor
    amount: Money | None = Field(default=None, description="for partial_refund: what was agreed for the failed units")
    reason_code: Code | None = None
    reference: Identifier | None = Field(
        default=None, description="of the account that finance keeps (other_account), or of the payment made (paid)"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        require_parts(self.decision, self.amount, self.reference)
        return self


class Dispatch(Message):
    """A parcel left for the customer: with replacements (R39) or with refused goods (R28)."""

    kind: ClassVar[str] = "dispatch"
    goods: DispatchedGoods
    carrier: Code
    tracking_number: TrackingNumber
    sent_by: Actor
    sku: Sku | None = Field(default=None, description="of several replacements, the product that is in this parcel")


class Withdrawal(Message):
    """The customer takes the request back (R24)."""

    kind: ClassVar[str] = "withdrawal"
    withdrawn_by: Actor = "customer"


class EvidenceReport(Message):
    """The API verified an upload, or announces more to come."""

    kind: ClassVar[str] = "evidence_report"
    pins: tuple[EvidencePin, ...] = Field(min_length=1, max_length=20)


class PayoutAnswer(Message):
    """What became of a payout; the workflow tells itself."""

    kind: ClassVar[str] = "payout_answer"
    payout: Payout


class RefundUpdate(Message):
    """A gateway says that a refund changed: a reason to ask it, never the answer itself (R37)."""

    kind: ClassVar[str] = "refund_update"
    payout_id: str = Field(min_length=1, max_length=64)
    refund_id: str = Field(min_length=1, max_length=128)


class DisputeUpdate(Message):
    """A chargeback over a payment of the order was opened, won or lost (R38)."""

    kind: ClassVar[str] = "dispute_update"
    dispute: Dispute


class StockAnswer(Message):
    """What the stock said of replacements, by their ids; the workflow tells itself (R39)."""

    kind: ClassVar[str] = "stock_answer"
    states: dict[str, ReplacementState] = Field(default_factory=dict)
    hold_reason: HoldReason | None = Field(default=None, description="why nothing is reserved (R32, R38)")


class PayoutTrouble(Message):
    """A payout cannot go on without a human (R36); the workflow tells itself."""

    kind: ClassVar[str] = "payout_trouble"
    payout_id: str
    code: Code
    decline_code: str | None = None
