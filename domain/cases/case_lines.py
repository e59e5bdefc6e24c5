"""The goods of a case: its lines and units, the return parcel, and the warehouse's inspection (R19, R26, R39)."""

from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from domain.cases.exchange import Substitute
from domain.enums import Disposition, InspectionVerdict
from domain.money import Money
from domain.order import Quantity, UnitShare
from domain.parcels import Sightings
from domain.types import Actor, Code, Count, Sku
from domain.value import Value


class CaseLine(Value):
    """A line of the case, whose units are settled one by one (R26): accepted units are the first ones of the line.

    Of these, replaced units come first and paid units second; a unit is never both (R39).
    """

    sku: Sku
    product_name: str
    quantity: Quantity
    units: tuple[UnitShare, ...] = ()
    accepted: Count = 0
    refused: Count = 0
    failed: Count = Field(
        default=0, description="units that failed the inspection; a human decides about them (R27, R28)"
    )
    paid: Count = 0
    replaced: Count = Field(default=0, description="accepted units for which a replacement was sent (R39)")
    exchange_for: Substitute | None = Field(
        default=None, description="product that replaces the accepted units, unless it is out of stock (R39)"
    )
    part_paid: Count = Field(
        default=0, description="refused units for which a partial refund was agreed and paid (R28)"
    )

    to_send_back: Count = Field(default=0, description="refused units that still have to go back to the customer (R28)")

    @property
    def goods(self) -> int:
        """What was paid for the goods of its units, in minor units."""
        return sum(unit.goods for unit in self.units)

    @property
    def outstanding(self) -> int:
        """How many units the warehouse has not inspected yet."""
        return self.quantity - self.accepted - self.refused - self.failed

    @property
    def settled(self) -> int:
        """How many accepted units are refunded or replaced."""
        return self.replaced + self.paid

    @model_validator(mode="after")
    def _settles_a_unit_once(self) -> Self:
        if self.settled > self.accepted:
            raise ValueError(f"{self.sku}: {self.settled} units settled, but only {self.accepted} accepted (R39)")
        return self


class InspectedLine(Value):
    """What the warehouse found for units of one sku (R26)."""

    sku: Sku
    quantity: Quantity = 1
    verdict: InspectionVerdict
    disposition: Disposition | None = None


class Inspection(Value):
    """One inspection record (R25)."""

    inspected_at: AwareDatetime
    inspected_by: Actor
    lines: tuple[InspectedLine, ...]
    scan_id: str | None = None


class Shipment(Value):
    """The customer's parcel on its way back (R19); postage is what the customer paid for it."""

    carrier: Code
    tracking_number: str
    status: str
    registered_at: AwareDatetime
    last_moved_at: AwareDatetime
    last_event_at: AwareDatetime | None = Field(
        default=None, description="time of the last event, as the courier states it"
    )
    sightings: Sightings = Field(
        default_factory=Sightings, description="what decides whether an event is newer than the ones before"
    )
    is_inspected: bool = Field(
        default=False, description="the goods were inspected; later courier events have no effect"
    )
    postage: Money | None = None


class ParcelPostage(Value):
    """What the customer paid for one parcel of the case: told = borne + under review + refused (R30).

    Everything is in the case's currency. `due` is what of the borne part has fallen due so far, in minor units.
    """

    carrier: Code
    tracking_number: str
    told: Money = Field(description="what the customer paid, as told last")
    told_at: AwareDatetime
    borne: Money = Field(description="what the shop bears")
    under_review: Money = Field(description="what an auditor has to decide about")
    refused: Money = Field(description="what stays with the customer: refused by an auditor, or by the reason (R31)")
    decided: Money | None = Field(default=None, description="what somebody decided that the shop bears")
    decided_by: Actor | None = None
    due: int = Field(default=0, ge=0)
