"""What the warehouse scans: parcels that came in, and goods that were inspected."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.request import CaseId
from domain.types import Actor
from domain.value import Value


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
