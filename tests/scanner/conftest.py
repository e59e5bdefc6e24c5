"""The scanning page in a real Chromium, served by the real app; its camera shows a made video."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from local.stack.ports import reserve
from tests.api.conftest import app, clock, counter, database, gateway, services, temporal
from tests.scanner.video import video_of

__all__ = ["app", "clock", "counter", "database", "gateway", "services", "temporal"]

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


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


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def seeing(code: str, kind: str, folder: Path) -> AsyncIterator[Browser]:
    """A browser whose camera sees the code."""
    video = folder / "camera.mjpeg"
    video.write_bytes(video_of(code, kind))
    async with chromium(*CAMERA, f"--use-file-for-fake-video-capture={video}") as browser:
        yield browser


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


async def opened(context: BrowserContext, url: str, key: str = "dev-warehouse") -> Page:
    """Open the page on a device that was given its key, and wait until it works without a network."""
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(url)
    await give_key(page, key)
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    return page


async def give_key(page: Page, key: str) -> None:
    await page.fill("#key", key)
    await page.click("#key-form button")


async def enter(page: Page, code: str) -> None:
    """Type a code as a worker does."""
    await page.fill("#code", code)
    await page.press("#code", "Enter")
