"""An event that cannot be applied now is left to the sweep, and does not hold up other events."""

import logging
from typing import Protocol, TypeVar

from domain.errors import DatabaseUnavailableError, DomainError
from domain.parcels import CourierEvent
from domain.payment_events import GatewayEvent

log = logging.getLogger("inbox")
Event = TypeVar("Event", GatewayEvent, CourierEvent)
Event_contra = TypeVar("Event_contra", GatewayEvent, CourierEvent, contravariant=True)


class EventInbox(Protocol[Event_contra]):
    """Where events of one kind are applied."""

    async def apply(self, event: Event_contra) -> object:
        """Apply the event; safe to repeat."""
        ...

    async def park(self, event: Event_contra) -> None:
        """Mark the event so that it is tried again after the others."""
        ...


async def apply_or_park(inbox: EventInbox[Event], event: Event) -> None:
    """Apply the event; if Temporal is unavailable it stays pending, and if it causes any other error it is parked.

    Parked events are tried after the others, which they would otherwise block forever. Raises
    DatabaseUnavailableError.
    """
    name = f"{event.provider} {event.event_id}"
    try:
        await inbox.apply(event)
    except DomainError as error:
        log.warning("event %s will be applied later: %s", name, error.message)
    except DatabaseUnavailableError:
        raise
    except Exception:
        log.exception("event %s could not be applied", name)
        await inbox.park(event)
