"""An event that cannot be applied now is left to the sweep, and does not hold up other events."""

import logging
from collections.abc import Awaitable, Callable

from domain.errors import DatabaseUnavailableError, DomainError

log = logging.getLogger("inbox")


async def or_leave(event: str, apply: Callable[[], Awaitable[object]], park: Callable[[], Awaitable[None]]) -> None:
    """Apply the event; if Temporal is unavailable it stays pending, and if it causes any other error it is parked.

    Parked events are tried after the others, which they would otherwise block forever. Raises
    DatabaseUnavailableError.
    """
    try:
        await apply()
    except DomainError as error:
        log.warning("event %s will be applied later: %s", event, error.message)
    except DatabaseUnavailableError:
        raise
    except Exception:
        log.exception("event %s could not be applied", event)
        await park()
