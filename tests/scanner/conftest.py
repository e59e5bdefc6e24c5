"""The scanning page in a real Chromium, served by the real app."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext

from local.stack.ports import reserve
from tests.api.conftest import api, app, clock, database, gateway, services, temporal
from tests.scanner.browser import CHROMIUM, PHONE, chromium

__all__ = ["api", "app", "clock", "database", "gateway", "services", "temporal"]


@pytest.fixture(autouse=True)
def _with_chromium() -> None:
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", "no Chromium: the tests of pages must run here"
        pytest.skip("no Chromium on PATH: the scanning page is not tested")


@pytest_asyncio.fixture(scope="session")
async def url(app) -> AsyncIterator[str]:
    """The address of the page."""
    reserved = reserve()
    with reserved.guard:
        port = reserved.ports.api
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{port}/scan/"
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def context(browser) -> AsyncIterator[BrowserContext]:
    """A device of its own, with nothing kept."""
    context = await browser.new_context(viewport=PHONE, locale="en-GB")
    yield context
    await context.close()
