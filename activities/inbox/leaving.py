"""What cannot be applied now is left to the sweep, and keeps nothing else from being applied."""

import logging
from collections.abc import Awaitable, Callable

from domain.errors import DatabaseUnavailableError, DomainError

log = logging.getLogger("inbox")


async def or_leave(event: str, apply: Callable[[], Awaitable[object]], park: Callable[[], Awaitable[None]]) -> None:
    """Apply the event; one that Temporal does not take stays as it is, one that breaks us is parked.

    Parked ones go behind the others, whose turn they would keep for ever. Raises DatabaseUnavailableError.
    """
    try:
        await apply()
    except DomainError as error:
        log.warning("event %s is applied later: %s", event, error.message)
    except DatabaseUnavailableError:
        raise
    except Exception:
        log.exception("event %s could not be applied", event)
        await park()
