"""Work without a network and what comes of it: inspections typed blind, photos that wait, refusals, two open pages."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import FilePayload

from tests.scanner.page import AXE, enter, events, opened, parcel, until_shown

SMALL_TARGETS = """[...document.querySelectorAll("button, .choice, .file, input:not([type=radio], [type=file])")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 56)
    .map((one) => one.outerHTML)"""


async def offline(context, url):
    page = await opened(context, url)
    await page.reload()  # the worker of the page has it from now on
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    await context.set_offline(True)
    return page


async def choose(page, *values):
    for value in values:
        await page.locator(f".line [value={value}]").first.check(force=True)


def picture() -> FilePayload:
    written = BytesIO()
    Image.effect_noise((320, 240), 50).convert("RGB").save(written, "JPEG")
    return FilePayload(name="goods.jpg", mimeType="image/jpeg", buffer=written.getvalue())


async def test_r25_an_unknown_parcel_is_inspected_blind_with_a_photo_that_waits_for_the_network(api, context, url):
    case, code = await parcel(api)
    page = await offline(context, url)
    await page.check("[name=task][value=inspected]", force=True)
    await enter(page, code)
    await page.locator(".line input").first.fill("MUG")
    await page.get_by_role("button", name="One more").click()
    await choose(page, "accepted", "restock")
    await page.set_input_files("#photo-file", files=[picture()])
    await page.locator(".photos img").wait_for()
    await page.get_by_role("button", name="Save").click()
    await page.locator("#waiting", has_text="1").wait_for()
    await page.reload()
    await page.locator("#waiting", has_text="1").wait_for()

    await context.set_offline(False)

    await page.locator("#waiting").wait_for(state="hidden")
    [inspected] = (await api.case(case))["inspections"]
    assert [(one["sku"], one["quantity"], one["verdict"]) for one in inspected["lines"]] == [("MUG", 2, "accepted")]
    assert len(await events(api, case, "photo_pinned")) == 1


async def test_a_refusal_stays_with_its_reason_until_it_is_dismissed(api, context, url):
    _, code = await parcel(api)
    page = await offline(context, url)
    await page.check("[name=task][value=inspected]", force=True)
    await enter(page, code)
    await page.locator(".line input").first.fill("PIANO")
    await choose(page, "accepted", "restock")
    await page.get_by_role("button", name="Save").click()
    await page.locator("#waiting", has_text="1").wait_for()
    await context.set_offline(False)
    await page.locator("#refused", has_text="1").wait_for()
    await page.reload()
    await page.locator(".scan.bad", has_text="PIANO").wait_for()
    await page.get_by_role("button", name="Dismiss").click()
    await page.locator("#refused").wait_for(state="hidden")
    assert await page.locator(".scan").count() == 0


async def test_two_open_pages_send_a_scan_once(api, context, url):
    case, code = await parcel(api)
    page, other = await opened(context, url), await context.new_page()
    await other.goto(url)
    sent = []
    context.on("request", lambda request: sent.append(1) if request.url.endswith("/scans") else None)
    await asyncio.gather(enter(page, code), enter(other, code.lower()))
    await api.until(case, "received")
    await page.locator(".status.applied").first.wait_for()
    await other.locator(".status.applied").first.wait_for()
    assert len(await events(api, case, "received")) == 1
    assert len(sent) <= 2


async def test_what_is_typed_is_not_lost_to_the_next_scan_or_a_switch_of_language(api, context, url):
    (_, code), (_, other) = await parcel(api), await parcel(api)
    page = await opened(context, url)
    await page.check("[name=task][value=inspected]", force=True)
    await enter(page, code)
    await page.locator(".line").first.wait_for()
    await choose(page, "used")
    await page.get_by_role("button", name="split").click()
    await enter(page, other)
    await until_shown(page, f"Save or close {code} first")
    await page.click("#language")
    assert await page.locator(".line").count() == 2
    assert await page.locator(".line [value=used]").first.is_checked()
    await page.get_by_role("button", name="移除").click()
    assert await page.locator(".line").count() == 1
    assert await page.locator(".count").first.inner_text() == "2"


@pytest.mark.parametrize("shown", ["key", "unknown", "blind", "trouble"])
async def test_no_other_view_has_a_serious_fault_of_accessibility(api, context, url, shown):
    _, code = await parcel(api)
    page = await context.new_page()
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(url)
    if shown != "key":
        await page.fill("#key", "dev-warehouse")
        await page.click("#key-form button")
        await context.set_offline(shown in {"unknown", "blind"})
        if shown != "unknown":
            await page.check("[name=task][value=inspected]", force=True)
        await enter(page, {"unknown": "SF12345678", "blind": code, "trouble": code}[shown])
        await page.locator("#parcel button:visible").first.wait_for()
    if shown == "trouble":
        await page.get_by_role("button", name="Add a product").click()
        await page.get_by_role("button", name="Save").click()
        await page.locator(".trouble:visible").first.wait_for()
    await page.evaluate(AXE.read_text())  # past the page's policy, as the debugger
    found = await page.evaluate("axe.run(document)")
    assert [one["id"] for one in found["violations"] if one["impact"] in {"serious", "critical"}] == []
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert await page.evaluate(SMALL_TARGETS) == []
