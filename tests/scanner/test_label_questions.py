"""A label that can mean several numbers: the page asks, and the worker chooses with finger or keys (R18, R21)."""

import pytest

from tests.scanner.browser import DESKTOP
from tests.scanner.page import AXE, enter, opened, until_shown
from tests.support.api_client import told
from tests.support.label_cases import usps_number

ZIP = "42010282"


async def shipped(api, number):
    case = await api.approved()
    body = {"carrier": "usps", "tracking_number": number}
    return told(await api.send(case, "shipment", body, "dev-storefront"), 200)


def label_of_two():
    """Return a label whose number begins after ZIP or after ZIP+4, and both numbers: their check digits fit."""
    short = usps_number("9205")
    return f"{ZIP}9201{short}", f"9201{short}", short


async def test_p3_a_usps_label_is_received_by_the_page(api, context, url):
    number = usps_number()
    case = await shipped(api, number)
    page = await opened(context, url)
    await enter(page, f"]C1{ZIP} {number}")
    await api.until(case, "received")
    await until_shown(page, "Received")


async def test_p3_a_known_number_settles_what_the_label_leaves_open(api, context, url):
    label, _, short = label_of_two()
    case = await shipped(api, short)
    page = await opened(context, url)
    await enter(page, label)
    await api.until(case, "received")


async def test_p3_the_worker_chooses_among_the_known_numbers(api, context, url):
    label, long, short = label_of_two()
    case, other = await shipped(api, short), await shipped(api, long)
    page = await opened(context, url)
    await enter(page, label)
    question = page.locator("#parcel", has_text="Choose the number that is printed on the label")
    await question.wait_for()
    await until_shown(page, "Which number is on the parcel?")
    assert await page.locator(".candidate").count() == 2
    assert (await api.case(case))["state"] == (await api.case(other))["state"] == "in_transit"
    await page.get_by_role("button", name=f"Order {other['order_number']}").click()
    await api.until(other, "received")
    assert (await api.case(case))["state"] == "in_transit"


async def test_p3_the_question_is_answered_with_keys_alone_and_in_chinese(api, context, url):
    label, long, short = label_of_two()
    case = await shipped(api, short)
    await shipped(api, long)
    page = await opened(context, url)
    await page.click("#language")
    await enter(page, label)
    await page.locator("#parcel", has_text="请选择面单上印的单号").wait_for()
    await until_shown(page, "包裹上印的是哪个单号")
    for _ in range(2):
        await page.keyboard.press("Tab")
        focused = await page.evaluate("document.activeElement.textContent.replaceAll(' ', '')")
        if case["order_number"] in focused:
            break
    await page.keyboard.press("Enter")
    await api.until(case, "received")


async def test_p3_numbers_that_nobody_knows_are_asked_about_and_none_of_them_is_recorded(context, url):
    label, long, _ = label_of_two()
    page = await opened(context, url)
    await enter(page, label)
    await page.locator("#parcel", has_text="no case is known for any of them").wait_for()
    await page.get_by_role("button", name="None of these").click()
    await page.locator("#parcel").wait_for(state="hidden")
    assert await page.locator("#scans li").count() == 0

    await enter(page, label)
    await page.locator(".candidate").first.click()
    await until_shown(page, "No case expects this parcel")
    assert await page.locator("#result-code").inner_text() == long


async def test_p3_without_a_network_the_worker_chooses_and_the_choice_is_kept(context, url):
    label, _, short = label_of_two()
    page = await opened(context, url)
    await page.reload()
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    await context.set_offline(True)
    await enter(page, label)
    await page.locator("#parcel", has_text="no connection to check them").wait_for()
    await page.locator(".candidate").nth(1).click()
    await page.get_by_role("button", name="Record").click()
    await page.locator("#waiting", has_text="1").wait_for()
    assert await page.locator("#scans .code").first.inner_text() == short


@pytest.mark.parametrize("focus", ["#language", "#code"])
async def test_p3_a_keyboard_scanner_sends_fnc1_as_a_key(api, context, url, focus):
    number = usps_number()
    case = await shipped(api, number)
    page = await opened(context, url)
    await page.focus(focus)
    await page.keyboard.type("]C142090210")
    await page.keyboard.press("Control+]")
    await page.keyboard.type(number)
    await page.keyboard.press("Enter")
    await api.until(case, "received")


async def test_p3_a_destination_alone_says_to_scan_another_barcode(context, url):
    page = await opened(context, url)
    await enter(page, "2LDE53113+48000000")
    await until_shown(page, "scan its other barcode")


@pytest.mark.parametrize("look", ["phone-en", "phone-zh", "desktop-en", "desktop-zh"])
async def test_p3_the_question_has_no_serious_fault_of_accessibility(api, context, url, tmp_path, look):
    label, long, short = label_of_two()
    await shipped(api, short)
    await shipped(api, long)
    size, language = look.split("-")
    page = await opened(context, url)
    if size == "desktop":
        await page.set_viewport_size(DESKTOP)
    if language == "zh":
        await page.click("#language")
    await enter(page, label)
    await page.locator(".candidate").first.wait_for()
    await page.screenshot(path=tmp_path / f"question-{look}.png", full_page=True)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run(document)")
    serious = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in serious] == []
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
