"""A real Chromium, if need be with a camera that shows a made video."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright

from tests.scanner.video import video_of

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
PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)


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
