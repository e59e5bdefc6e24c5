"""What couriers tell through tracking providers, in the words of this service."""

from pydantic import AwareDatetime, Field

from domain.enums import CourierStatus, CourierSubStatus
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
