"""Events about parcels: tracking events of couriers, scans of the warehouse, and parcels that no case expects."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.enums import CourierStatus, CourierSubStatus
from domain.order import Instant
from domain.request import CaseId
from domain.types import Actor, EventId
from domain.value import Value


class CourierEvent(Value):
    """A verified tracking event; `event_id` is the provider's own, or the hash of the body if it has none."""

    provider: str
    event_id: EventId
    tracking_number: str = Field(min_length=1, max_length=64)
    status: CourierStatus
    sub_status: CourierSubStatus | None = None
    occurred_at: Instant | None = Field(default=None, description="time of the latest event, as the courier states it")
    received_at: AwareDatetime

    @property
    def word(self) -> str:
        """The status, or the sub-status of an exception."""
        return str(self.sub_status or self.status)


class ScanKind(StrEnum):
    """What a scan reports; a case needs both kinds, in either order (R20, R25)."""

    RECEIVED = "received"
    INSPECTED = "inspected"


class ScanStatus(StrEnum):
    """The result of a scan; every status except `retry` is final."""

    APPLIED = "applied"
    UNEXPECTED = "unexpected"
    REFUSED = "refused"
    RETRY = "retry"


class ParcelCandidate(Value):
    """A number that a label may mean, and the case that it belongs to."""

    code: str = Field(description="the number to scan or enter instead of the label")
    case_id: CaseId
    order_number: str


class UnexpectedParcel(Value):
    """A parcel that no case expects, until an operator matches it with one (R21); it never pays out by itself."""

    parcel_id: str
    code: str = Field(description="the number on the scanned label, or what was scanned")
    why: str
    received_by: Actor
    received_at: AwareDatetime
    matched_case_id: CaseId | None = None
    matched_by: Actor | None = None
    matched_at: AwareDatetime | None = None
