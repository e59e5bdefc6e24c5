"""Turns every failure of a call to Temporal into one of two named errors."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from temporalio.client import RPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import WorkflowsUnavailableError

PATIENCE_SECONDS = 20
log = logging.getLogger("temporal")


class NotRunningError(Exception):
    """The case has no running workflow: it has ended or was never started."""


@asynccontextmanager
async def answering(patience_seconds: float = PATIENCE_SECONDS) -> AsyncGenerator[None]:
    """Limit how long the enclosed call to Temporal may take, in seconds.

    Raises NotRunningError, WorkflowsUnavailableError.
    """
    try:
        async with asyncio.timeout(patience_seconds):
            yield
    except (TimeoutError, RPCTimeoutOrCancelledError) as error:
        raise _unavailable("it took too long") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotRunningError from error
        log.error("Temporal answered %s", error.status.name)  # noqa: TRY400 - its own trace adds nothing
        raise _unavailable(error.status.name.lower()) from error


def _unavailable(why: str) -> WorkflowsUnavailableError:
    return WorkflowsUnavailableError(
        f"Temporal or its worker does not answer ({why}). Repeat the request later, with the same Idempotency-Key "
        "if it had one: nothing is lost or done twice."
    )
