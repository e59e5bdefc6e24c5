from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.client import Client

from tests.support.temporal_env import dev_server


@pytest_asyncio.fixture(scope="module")
async def temporal() -> AsyncIterator[Client]:
    """A client of the real dev server."""
    async with dev_server() as env:
        yield env.client
