"""The scanning page as a worker uses it, and what a test looks at afterwards."""

from pathlib import Path

from playwright.async_api import BrowserContext, Page

AXE = Path(__file__).with_name("vendor") / "axe.min.js"


async def events(api, case, event):
    return [one for one in await api.timeline(case) if one["event"] == event]


async def until_shown(page, text):
    await page.locator("#result", has_text=text).wait_for()


async def parcel(api):
    case = await api.approved()
    return case, case["return_code"]


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
