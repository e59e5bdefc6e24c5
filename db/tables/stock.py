"""The stock from which replacements come (R39); these tables stay empty if the shop has a stock system of its own."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field

from db.tables.base import Instant, Row
from domain.types import MAX_IDENTIFIER


class ProductRow(Row, table=True):
    """A product, its prices by currency, and its available units; a constraint prevents reserving more than those."""

    stored_as: ClassVar[str] = "products"
    __table_args__ = (CheckConstraint("available >= 0", name="promised_within_stock"),)

    sku: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    product_name: str = Field(max_length=200)
    available: int
    prices: dict[str, int] = Field(sa_type=JSON)
    updated_at: datetime = Field(sa_type=Instant)


class ReservationRow(Row, table=True):
    """Units of a product reserved for a replacement, with the status of the reservation."""

    stored_as: ClassVar[str] = "stock_reservations"
    __table_args__ = (
        CheckConstraint("status IN ('reserved', 'out_of_stock', 'released')", name="known_status"),
        CheckConstraint("quantity >= 1", name="at_least_one"),
    )

    reservation_id: str = Field(primary_key=True, max_length=80)
    case_id: str = Field(max_length=64)
    sku: str = Field(max_length=MAX_IDENTIFIER, index=True)
    quantity: int
    status: str = Field(max_length=16)
    asked_at: datetime = Field(sa_type=Instant)
