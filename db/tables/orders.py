"""The shop's orders; the cap of every payment is a constraint here (R32)."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from db.tables.base import Instant, Row
from domain.types import MAX_IDENTIFIER


class OrderRow(Row, table=True):
    """An order without its lines, payments and parcels."""

    stored_as: ClassVar[str] = "orders"

    order_number: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    customer_id: str = Field(max_length=MAX_IDENTIFIER)
    currency: str = Field(max_length=3)
    placed_at: datetime = Field(sa_type=Instant)
    outbound_postage: int = Field(sa_type=BigInteger)
    receipt_confirmed_at: datetime | None = Field(default=None, sa_type=Instant)


class OrderLineRow(Row, table=True):
    """A line as it was sold; amounts in minor units."""

    stored_as: ClassVar[str] = "order_lines"
    __table_args__ = (ForeignKeyConstraint(["order_number"], ["orders.order_number"]),)

    order_number: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    sku: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    position: int
    product_name: str = Field(max_length=200)
    quantity: int
    unit_price: int = Field(sa_type=BigInteger)
    tax: int = Field(sa_type=BigInteger)
    discount: int = Field(sa_type=BigInteger)
    special: bool
    image_url: str | None = Field(default=None, max_length=500)


class OrderPaymentRow(Row, table=True):
    """A captured payment: `committed` is reserved for payouts, `external_refunds` went back by hand or by a dispute.

    Together they can never exceed `captured` (R32); a payment belongs to one order.
    """

    stored_as: ClassVar[str] = "order_payments"
    __table_args__ = (
        ForeignKeyConstraint(["order_number"], ["orders.order_number"]),
        UniqueConstraint("provider", "reference"),
        CheckConstraint(
            "committed >= 0 AND external_refunds >= 0 AND committed + external_refunds <= captured",
            name="within_captured",
        ),
    )

    order_number: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    provider: str = Field(primary_key=True, max_length=32)
    reference: str = Field(primary_key=True, max_length=128)
    position: int
    captured: int = Field(sa_type=BigInteger)
    committed: int = Field(default=0, sa_type=BigInteger)
    external_refunds: int = Field(default=0, sa_type=BigInteger)


class OrderParcelRow(Row, table=True):
    """An outbound parcel (R4)."""

    stored_as: ClassVar[str] = "order_parcels"
    __table_args__ = (ForeignKeyConstraint(["order_number"], ["orders.order_number"]),)

    order_number: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    tracking_number: str = Field(primary_key=True, max_length=64)
    position: int
    skus: list[str] = Field(sa_type=JSON)
    delivered_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_to_sender: bool
