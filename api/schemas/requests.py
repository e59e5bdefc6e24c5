"""Request bodies, where they differ from the domain's values, because the API adds some fields itself."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.cases.case_lines import InspectedLine
from domain.cases.exchange import Available, Prices
from domain.cases.messages import require_parts
from domain.enums import AuditVerdict, DispatchedGoods, Reason, ResolutionDecision
from domain.money import MAX_MINOR, Money
from domain.order import Order, PlainText
from domain.parcel_labels.tracking_number import CertainTrackingNumber
from domain.request import AnnouncedEvidence, FreeText
from domain.types import Code, Identifier, ScanId, Sku
from domain.value import Value

Note = Annotated[FreeText, Field(min_length=1)]


class OrderBody(Order):
    """An order; its number is in the path and may be repeated here."""

    order_number: Identifier = Field(default_factory=str, description="if set, it must be the one in the path")


class Price(Money):
    """An amount of money that is not negative."""

    minor: Annotated[int, Field(ge=0, le=MAX_MINOR, strict=True, description="integer minor units")]


class AuditBody(Value):
    """An auditor's decision (R13-R17, R23)."""

    decision: AuditVerdict
    reason_code: Code | None = Field(default=None, description="the reason; required to reject (R15)")
    note: Note | None = Field(default=None, description="a text for the customer, kept in the timeline (R15)")
    reclassify_as: Reason | None = Field(default=None, description="the reason as the auditor sees it (R17)")
    waive_return: bool = Field(default=False, description="refund without the goods, up to the policy's ceiling (R23)")
    shop_paid_label: Price | None = Field(
        default=None, description="price of a return label that the shop paid for (R31)"
    )


class ShipmentBody(Value):
    """How the customer sent the goods back (R19)."""

    carrier: Code
    tracking_number: CertainTrackingNumber
    postage: Price | None = Field(
        default=None,
        description="what the customer paid for this parcel, in the order's currency; a later amount replaces it (R30)",
    )


class ReceiptBody(Value):
    """The warehouse's scan of a parcel on arrival (R20)."""

    scan_id: ScanId


class InspectionBody(Value):
    """What the warehouse found, unit by unit (R25, R26)."""

    scan_id: ScanId
    lines: tuple[InspectedLine, ...] = Field(min_length=1, max_length=200)
    note: Note | None = None
    photos: tuple[AnnouncedEvidence, ...] = Field(
        default=(), max_length=20, description="photos to upload; the answer has an upload ticket for each"
    )


class ResolutionBody(Value):
    """What a human decides about a parked case (R12, R22, R27, R28, R36, R38)."""

    decision: ResolutionDecision
    amount: Price | None = Field(
        default=None,
        description="the agreed amount for failed units, or what is borne of return postage under review: required "
        "with partial_refund; with paid, what was paid; with count_refund, how much of the refund or dispute was for "
        "this case, if not all; not allowed otherwise",
    )
    reason_code: Code | None = Field(default=None, description="the reason; required to reopen (R12)")
    reference: Identifier | None = Field(
        default=None,
        description="for other_account: finance's own reference of the account, never an account number; "
        "for paid: the reference of the payment that was made; for count_refund: the provider's id of the refund or "
        "dispute that returned the money",
    )
    note: Note | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        require_parts(self.decision, self.amount, self.reference)
        return self


class DispatchBody(Value):
    """A parcel that left for the customer (R28, R39)."""

    goods: DispatchedGoods
    carrier: Code
    tracking_number: CertainTrackingNumber
    sku: Sku | None = Field(
        default=None,
        description="which product is in this parcel, if the case has several replacements; default: all of them",
    )


class ProductBody(Value):
    """A product of the stock (R39); its sku is in the path."""

    product_name: PlainText
    available: Available
    prices: Prices = Field(default_factory=dict)


class EvidenceBody(Value):
    """Photos or videos that the customer is about to upload (R8)."""

    evidence: tuple[AnnouncedEvidence, ...] = Field(min_length=1, max_length=20)
