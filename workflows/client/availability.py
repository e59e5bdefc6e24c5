"""Temporal as its callers see it: every failure of a call becomes one of two named ones."""

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
    """No workflow of the case is running: it has ended, or was never started."""


@asynccontextmanager
async def answering(patience_seconds: float = PATIENCE_SECONDS) -> AsyncGenerator[None]:
    """Give the call inside some seconds to be answered; raises NotRunningError, WorkflowsUnavailableError."""
    try:
        async with asyncio.timeout(patience_seconds):
            yield
    except (TimeoutError, RPCTimeoutOrCancelledError) as error:
        raise _unavailable("it took too long") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotRunningError from error
        log.error("Temporal answered %s", error.status.name)  # noqa: TRY400 - its own trace tells nothing
        raise _unavailable(error.status.name.lower()) from error


def _unavailable(why: str) -> WorkflowsUnavailableError:
    return WorkflowsUnavailableError(
        f"Temporal or its worker does not answer ({why}). Repeat the request later, with the same Idempotency-Key "
        "where it had one: nothing is lost or doubled."
    )
