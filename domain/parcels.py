"""Events about parcels: tracking events of couriers, scans of the warehouse, and parcels that no case expects."""

from enum import StrEnum

from pydantic import AwareDatetime, Field, NaiveDatetime

from domain.enums import CourierStatus, CourierSubStatus
from domain.order import Instant
from domain.request import CaseId
from domain.types import Actor, Identifier
from domain.value import Value


class Sighting(Value):
    """What a courier reports of a parcel, and when, as precisely as the courier says it."""

    status: str = Field(description="the status, or the sub-status of an exception")
    at: AwareDatetime = Field(description="an estimate if the courier names no time zone")
    local_time: NaiveDatetime | None = Field(
        default=None, description="the time on the courier's own clock, if the courier names no time zone"
    )
    day_only: bool = Field(default=False, description="the courier names only the day of `local_time`")


class Sightings(Value):
    """The latest sighting of a parcel by each kind of time; `policy.parcels.sightings` says which one is the latest.

    The value is the same in whatever order, and however often, the sightings were reported (fault 14).
    """

    exact: Sighting | None = None
    local: Sighting | None = None
    day: Sighting | None = None
    clock_ahead: int | None = Field(
        default=None, description="minutes by which the courier's clock is ahead of UTC, as far as it can be told"
    )


class CourierEvent(Value):
    """A verified tracking event; `event_id` is the provider's own, or the hash of the body if it has none.

    It is the latest of all reports in the body, in the order of `policy.parcels.sightings`.
    """

    provider: str
    event_id: Identifier
    tracking_number: str = Field(min_length=1, max_length=64)
    status: CourierStatus
    sub_status: CourierSubStatus | None = None
    occurred_at: Instant | None = Field(default=None, description="time of the latest event, as the courier states it")
    local_time: NaiveDatetime | None = Field(
        default=None, description="as in a sighting; `occurred_at` is an estimate then"
    )
    day_only: bool = False
    clock_ahead: int | None = Field(default=None, description="as in the sightings of a parcel")
    delivery: Sighting | None = Field(default=None, description="the latest report of a delivery in the body")
    is_returned: bool = Field(default=False, description="a report in the body says that the parcel goes back")
    received_at: AwareDatetime

    @property
    def word(self) -> str:
        """The status, or the sub-status of an exception."""
        return str(self.sub_status or self.status)

    @property
    def sighting(self) -> Sighting:
        """What the event reports; an event without any time counts from when it was received."""
        at = self.occurred_at or self.received_at
        return Sighting(status=self.word, at=at, local_time=self.local_time, day_only=self.day_only)


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
