"""What is heard of parcels: tracking events of couriers, scans of the warehouse, parcels that no case expects."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.enums import CourierStatus, CourierSubStatus
from domain.request import CaseId
from domain.types import Actor
from domain.value import Value


class CourierEvent(Value):
    """A verified tracking event; `event_id` is the provider's own, or the hash of its body where it has none."""

    provider: str
    event_id: str = Field(max_length=128)
    tracking_number: str = Field(min_length=1, max_length=64)
    status: CourierStatus
    sub_status: CourierSubStatus | None = None
    occurred_at: AwareDatetime | None = Field(default=None, description="the courier's own time of its latest event")
    received_at: AwareDatetime

    @property
    def word(self) -> str:
        """The status, or what an exception means."""
        return str(self.sub_status or self.status)


class ScanKind(StrEnum):
    """What a scan says; both are needed, in either order (R20, R25)."""

    RECEIVED = "received"
    INSPECTED = "inspected"


class ScanStatus(StrEnum):
    """What became of a scan; every status but `retry` is final."""

    APPLIED = "applied"
    UNEXPECTED = "unexpected"
    REFUSED = "refused"
    RETRY = "retry"


class UnexpectedParcel(Value):
    """A parcel that no case expects, until an operator says whose it is (R21); it never pays out by itself."""

    parcel_id: str
    code: str = Field(description="what was read from it")
    why: str
    received_by: Actor
    received_at: AwareDatetime
    matched_case_id: CaseId | None = None
    matched_by: Actor | None = None
    matched_at: AwareDatetime | None = None
