"""Customers' parcels are registered with the tracking provider whose key is set, once each and until it answers."""

import logging
from datetime import timedelta

from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from domain.errors import GatewayUnavailableError, RegistrationRefusedError

BATCH = 20
WORTH_FOLLOWING = timedelta(days=30)
log = logging.getLogger("api")


async def sweep(services: Services) -> int:
    """Register what is not registered yet, and return how many numbers were looked at.

    A provider that does not answer is asked again by the next sweep. Without a key nothing is done: the customer's
    number and an operator's events work all the same. Raises DatabaseUnavailableError.
    """
    if services.registrar is None:
        return 0
    since = services.now() - WORTH_FOLLOWING
    pending = await run_in_threadpool(services.registrations.pending, since, BATCH)
    for number in pending:
        try:
            await run_in_threadpool(services.registrar.register, number)
        except RegistrationRefusedError as refused:
            log.warning("%s is not followed: %s", number, refused.message)
            await run_in_threadpool(services.registrations.mark, number, "refused")
        except GatewayUnavailableError as error:
            log.warning("%s is registered later: %s", number, error.message)
            break
        else:
            await run_in_threadpool(services.registrations.mark, number, "registered")
    return len(pending)
