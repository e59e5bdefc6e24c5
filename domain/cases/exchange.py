"""Exchange: products of the stock, what replaces returned units, and parcels to the customer (R28, R39)."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.enums import DispatchedGoods, ReplacementState
from domain.money import MAX_MINOR, Currency, Money
from domain.order import PlainText, Quantity, Sku
from domain.value import Value

MAX_STOCK = 1_000_000_000
PENDING = frozenset({ReplacementState.PLANNED, ReplacementState.RESERVED})
Available = Annotated[int, Field(ge=0, le=MAX_STOCK, strict=True, description="units that no reservation holds (R39)")]
Prices = Annotated[
    dict[Currency, Annotated[int, Field(ge=0, le=MAX_MINOR, strict=True)]],
    Field(description="minor units by currency, with tax; needed to exchange for another product (R39)"),
]


class Product(Value):
    """A product that can replace another one: what it costs, and how many are free to be promised."""

    sku: Sku
    product_name: PlainText
    available: Available
    prices: Prices = Field(default_factory=dict)


class Substitute(Value):
    """What the customer wants for each unit of a line; the price is the one of the day of the request."""

    sku: Sku
    product_name: str = ""
    price: Money | None = Field(default=None, description="per unit; none for the same product, which costs the same")


class OutboundParcel(Value):
    """A parcel to the customer: replacements (R39), or refused goods that go back (R28)."""

    goods: DispatchedGoods
    carrier: str
    tracking_number: str
    sent_at: AwareDatetime
    sent_by: str


class Replacement(Value):
    """Accepted units of one line on their way to be replaced; all of them, or none (R39)."""

    replacement_id: str = Field(pattern=r"^rc_[0-9a-z]{8,40}-x[0-9]+$", description="also the id of the reservation")
    line_sku: Sku = Field(description="what came back")
    sku: Sku = Field(description="what is sent instead")
    quantity: Quantity
    difference: Money = Field(description="what the replacement is cheaper by, owed once it is sent")
    state: ReplacementState = ReplacementState.PLANNED
    is_accounted: bool = Field(default=False, description="its difference is in a refund that fell due")
    tracking_number: str | None = None


class Reservation(Value):
    """Units of a product held for a replacement."""

    reservation_id: str
    case_id: str
    order_number: str
    sku: Sku
    quantity: Quantity
