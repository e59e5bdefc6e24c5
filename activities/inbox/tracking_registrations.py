"""Customers' parcels are registered with the tracking provider whose key is set, once each and until it answers."""

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
    """Registers parcels; without a key there is no registrar and nothing is done, which an operator can live with."""

    registrations: RegistrationBook
    registrar: Registrar | None
    now: Callable[[], datetime]

    def pending(self, limit: int) -> list[str]:
        """Return numbers that are to be registered, the oldest first; raises DatabaseUnavailableError."""
        if self.registrar is None:
            return []
        return list(self.registrations.pending(self.now() - WORTH_FOLLOWING, limit))

    def register(self, number: str) -> bool:
        """Register the number and return True, or False when the provider does not answer and is to be asked later.

        Raises DatabaseUnavailableError.
        """
        if self.registrar is None:
            return False
        try:
            self.registrar.register(number)
        except RegistrationRefusedError as refused:
            log.warning("%s is not followed: %s", number, refused.message)
            self.registrations.mark(number, "refused")
        except GatewayUnavailableError as error:
            log.warning("%s is registered later: %s", number, error.message)
            return False
        else:
            self.registrations.mark(number, "registered")
        return True
