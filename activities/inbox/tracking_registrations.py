"""Registers each return parcel once with the configured tracking provider, retrying until the provider answers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.ports.inbox import Registrar, RegistrationBook
from domain.errors import GatewayUnavailableError, RegistrationRefusedError

WORTH_FOLLOWING = timedelta(days=30)
log = logging.getLogger("inbox")


@dataclass(frozen=True)
class TrackingRegistrations:
    """Registers parcels with the tracking provider; if no provider's key is configured, it does nothing."""

    registrations: RegistrationBook
    registrar: Registrar | None
    now: Callable[[], datetime]

    def pending(self, limit: int) -> list[str]:
        """Return the numbers still to be registered, the oldest first. Raises DatabaseUnavailableError."""
        if self.registrar is None:
            return []
        return list(self.registrations.pending(self.now() - WORTH_FOLLOWING, limit))

    def register(self, number: str) -> bool:
        """Register the number and return True, or return False if the provider must be asked again later.

        Raises DatabaseUnavailableError.
        """
        if self.registrar is None:
            return False
        try:
            self.registrar.register(number)
        except RegistrationRefusedError as refused:
            log.warning("%s will not be followed: %s", number, refused.message)
            self.registrations.mark(number, "refused")
        except GatewayUnavailableError as error:
            log.warning("%s will be registered later: %s", number, error.message)
            return False
        else:
            self.registrations.mark(number, "registered")
        return True
