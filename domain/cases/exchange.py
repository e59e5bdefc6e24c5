"""Exchange: products in stock, replacements for returned units, and parcels to the customer (R28, R39)."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.enums import DispatchedGoods, ReplacementState
from domain.money import MAX_MINOR, Currency, Money
from domain.order import PlainText, Quantity, UnitShare
from domain.types import Sku
from domain.value import Value

MAX_STOCK = 1_000_000_000
PENDING = frozenset({ReplacementState.PLANNED, ReplacementState.RESERVED})
Available = Annotated[int, Field(ge=0, le=MAX_STOCK, strict=True, description="units that are not reserved (R39)")]
Prices = Annotated[
    dict[Currency, Annotated[int, Field(ge=0, le=MAX_MINOR, strict=True)]],
    Field(description="minor units by currency, tax included; needed to exchange for another product (R39)"),
]


class Product(Value):
    """A product that can replace another one: its prices, and how many units are available."""

    sku: Sku
    product_name: PlainText
    available: Available
    prices: Prices = Field(default_factory=dict)


class Substitute(Value):
    """The product that replaces each unit of a line, at its price on the day of the request."""

    sku: Sku
    product_name: str = ""
    price: Money | None = Field(
        default=None, description="per unit; not set for the same product, which costs the same"
    )


class OutboundParcel(Value):
    """A parcel to the customer, with replacements (R39) or refused goods (R28)."""

    goods: DispatchedGoods
    carrier: str
    tracking_number: str
    sent_at: AwareDatetime
    sent_by: str
    delivered_at: AwareDatetime | None = Field(
        default=None, description="when the courier delivered it, as its own events say (R4)"
    )
    returned_to_sender: bool = Field(default=False, description="the courier reported that it goes back (R4)")
    is_lost: bool = Field(default=False, description="the courier reported that it is lost or destroyed (R39)")

    @property
    def has_failed(self) -> bool:
        """True if it will not reach the customer, as its courier reports."""
        return self.is_lost or self.returned_to_sender


class Replacement(Value):
    """The replacement of accepted units of one line: all of them, or none (R39).

    Once it is sent, its units are units of the order in place of those that it replaces.
    """

    replacement_id: str = Field(pattern=r"^rc_[0-9a-z]{8,40}-x[0-9]+$", description="also the id of the reservation")
    line_sku: Sku = Field(description="sku of the returned goods")
    sku: Sku = Field(description="sku of the goods that are sent instead")
    quantity: Quantity
    difference: Money = Field(description="amount by which the replacement is cheaper; owed once it is sent")
    state: ReplacementState = ReplacementState.PLANNED
    is_accounted: bool = Field(default=False, description="the difference is part of a refund that has fallen due")
    tracking_number: str | None = None
    units: tuple[UnitShare, ...] = Field(
        default=(),
        description="the units that take the place of those replaced, each with its part of what was paid less the "
        "difference; not set if release 0.1.0 planned it",
    )


class Reservation(Value):
    """Units of a product that are reserved for a replacement."""

    reservation_id: str
    case_id: str
    order_number: str
    sku: Sku
    quantity: Quantity
