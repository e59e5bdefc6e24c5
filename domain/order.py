"""The shop's order, as far as a refund needs it."""

from datetime import UTC, datetime
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from domain.money import MAX_MINOR, Currency
from domain.parcel_labels.tracking_number import OutboundNumber
from domain.types import Identifier, Sku
from domain.value import Value

Quantity = Annotated[int, Field(ge=1, le=1000, strict=True)]
Minor = Annotated[
    int, Field(ge=0, le=MAX_MINOR, strict=True, description="integer minor units of the order's currency")
]
PlainText = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
ImageUrl = Annotated[str, Field(max_length=500, pattern=r"^https://[\x21-\x7e]+$")]

MAX_UNITS = 10_000
CENTURY = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def _countable(at: datetime) -> datetime:
    """Refuse times for which no calendar can count a window, such as the year 9999 used as "never"."""
    if not CENTURY[0] <= at < CENTURY[1]:
        raise ValueError("give a time of this century, 2000 to 2099 in UTC")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_countable)]


class OrderLine(Value):
    """A line as it was sold; the amount paid for it is `quantity * unit_price - discount + tax`."""

    sku: Sku
    product_name: PlainText
    quantity: Quantity
    unit_price: Minor
    tax: Minor = 0
    discount: Minor = 0
    special: bool = Field(default=False, description="customised or personalised goods (R10)")
    image_url: ImageUrl | None = Field(
        default=None, description="a picture that helps the warehouse to inspect the goods"
    )

    @model_validator(mode="after")
    def _discount_within_price(self) -> Self:
        if self.discount > self.quantity * self.unit_price:
            raise ValueError("discount is larger than quantity x unit_price")
        return self

    @property
    def paid(self) -> int:
        """The amount paid for the whole line, tax included, in minor units."""
        return self.quantity * self.unit_price - self.discount + self.tax


class Payment(Value):
    """A captured payment of the order, with its provider's reference (R35)."""

    provider: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$", examples=["stripe"])]
    reference: Annotated[Identifier, Field(examples=["pi_3Nabc"])]
    amount: Annotated[int, Field(ge=0, le=MAX_MINOR, strict=True, description="captured, in minor units")]


class Parcel(Value):
    """An outbound parcel and when the courier delivered it; `returned_to_sender` never starts a window (R4)."""

    tracking_number: OutboundNumber
    skus: tuple[Sku, ...] = Field(min_length=1, description="the lines that it contained, in whole or in part")
    delivered_at: Instant | None = None
    returned_to_sender: bool = False


class Order(Value):
    """An order; its captured payments must cover its lines and outbound postage, which may both be free of charge."""

    order_number: Identifier
    customer_id: Identifier
    currency: Currency
    placed_at: Instant
    lines: tuple[OrderLine, ...] = Field(min_length=1, max_length=200)
    outbound_postage: Minor = 0
    payments: tuple[Payment, ...] = Field(
        default=(), max_length=20, description="none is needed for an order that was free of charge"
    )
    parcels: tuple[Parcel, ...] = Field(default=(), max_length=200)
    receipt_confirmed_at: Instant | None = Field(
        default=None, description="when the customer confirmed receipt; used if no courier reported a delivery (R4)"
    )

    @model_validator(mode="after")
    def _in_bounds(self) -> Self:
        if sum(line.quantity for line in self.lines) > MAX_UNITS:
            raise ValueError(f"lines: at most {MAX_UNITS} units in one order")
        if sum(payment.amount for payment in self.payments) > MAX_MINOR:
            raise ValueError(f"payments: they add up to more than {MAX_MINOR}")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        skus = [line.sku for line in self.lines]
        if len(set(skus)) != len(skus):
            raise ValueError(
                "lines: each sku may appear in one line only; give lines of the same product different skus"
            )
        if unknown := {sku for parcel in self.parcels for sku in parcel.skus} - set(skus):
            raise ValueError(f"parcels: no line has the sku {min(unknown)}")
        references = [(payment.provider, payment.reference) for payment in self.payments]
        if len(set(references)) != len(references):
            raise ValueError("payments: each provider and reference may appear only once")
        if sum(line.paid for line in self.lines) + self.outbound_postage > sum(p.amount for p in self.payments):
            raise ValueError("payments: they add up to less than the lines and the outbound postage")
        return self

    def line(self, sku: str) -> OrderLine | None:
        """Return the line with the sku, or None."""
        return next((line for line in self.lines if line.sku == sku), None)


class Unit(NamedTuple):
    """One unit of an order line, by its number; each replacement that takes its place is one generation on (R39)."""

    sku: str
    number: int
    generation: int = 0


class UnitShare(Value):
    """One unit and what was paid for it: goods with tax and discount, and outbound postage (R30).

    A replacement has what was paid for the unit that it replaces, less what was refunded as a difference (R39).
    """

    unit: Annotated[int, Field(ge=1, le=1000, description="number of the unit within its line")]
    generation: Annotated[int, Field(ge=0)] = Field(
        default=0, description="0 for the unit as it was sold, 1 for its replacement, 2 for the replacement of that one"
    )
    ordered_as: Sku | None = Field(
        default=None, description="sku of the order line, if the unit is a replacement of another product (R39)"
    )
    goods: Annotated[int, Field(ge=0, description="minor units")]
    outbound_postage: Annotated[int, Field(ge=0, description="minor units")]

    def of(self, sku: str) -> Unit:
        """Return which unit of the order this is, if its goods have that sku."""
        return Unit(self.ordered_as or sku, self.unit, self.generation)

    def named(self, sku: str, now: str) -> Self:
        """Return the same unit, of goods with one sku, as one of goods with another."""
        ordered = self.of(sku).sku
        return self.amend(ordered_as=None if ordered == now else ordered)
