"""What a worker does with the page: camera, keyboard, no network, trouble; and what the case says of it afterwards."""

from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from playwright.async_api import FilePayload

from policy.parcels.return_codes import read_return_code
from tests.scanner.browser import DESKTOP, seeing
from tests.scanner.page import AXE, enter, events, give_key, opened, parcel, until_shown
from tests.support.api_client import inspection, told
from tests.support.waiting import until


@pytest.mark.parametrize("kind", ["QRCode", "Code128"])
async def test_r20_a_code_before_the_camera_receives_the_parcel(api, url, tmp_path, kind):
    case, code = await parcel(api)
    async with seeing(code, kind, tmp_path) as browser:
        context = await browser.new_context()
        page = await opened(context, url)
        await page.click("#camera")
        await api.until(case, "received")
        await until_shown(page, "Received")
        assert code in await page.locator("#result-code").inner_text()


async def test_r26_the_goods_are_inspected_with_a_photo_and_the_case_is_paid(api, context, url):
    case, code = await parcel(api)
    picture = BytesIO()
    Image.effect_noise((640, 480), 50).convert("RGB").save(picture, "JPEG")
    page = await opened(context, url)
    await enter(page, code)
    await api.until(case, "received")
    await page.check("[name=task][value=inspected]", force=True)
    await enter(page, code.lower())
    await page.locator("#parcel", has_text="Mug").wait_for()
    photo = FilePayload(name="goods.jpg", mimeType="image/jpeg", buffer=picture.getvalue())
    await page.set_input_files("#photo-file", files=[photo])
    await page.locator(".photos img").wait_for()
    await page.get_by_role("button", name="All good").click()
    await page.get_by_role("button", name="Save").click()

    await api.until(case, "refunded")
    await until(lambda: events(api, case, "photo_pinned"))
    [inspected] = (await api.case(case))["inspections"]
    assert [(one["sku"], one["quantity"], one["verdict"]) for one in inspected["lines"]] == [("MUG", 2, "accepted")]


async def test_scans_without_a_network_survive_a_reload_and_arrive_once(api, context, url):
    cases = [await parcel(api) for _ in range(5)]
    page = await opened(context, url)
    await page.reload()  # the worker of the page has it from now on
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    await context.set_offline(True)
    for place, (_, code) in enumerate(cases, start=1):
        await enter(page, code)
        await page.locator("#waiting", has_text=str(place)).wait_for()
    await page.reload()
    await page.locator("#waiting", has_text="5").wait_for()
    assert [await events(api, case, "received") for case, _ in cases] == [[]] * 5

    await context.set_offline(False)

    for case, _ in cases:
        await api.until(case, "received")
    await page.locator("#waiting").wait_for(state="hidden")
    assert [len(await events(api, case, "received")) for case, _ in cases] == [1] * 5
    received = [(await events(api, case, "received"))[0]["details"]["scanned_at"] for case, _ in cases]
    assert received == sorted(received)


async def test_an_answer_that_is_lost_is_asked_for_again_and_applied_once(api, context, url):
    case, code = await parcel(api)
    page = await opened(context, url)
    lost = []

    async def lose_first(route):
        answer = await route.fetch()
        if lost:
            await route.fulfill(response=answer)
        else:
            lost.append(answer.status)
            await route.abort()

    await page.route("**/v1/warehouse/scans", lose_first)
    await enter(page, code)
    await page.locator(".status.applied").wait_for()
    assert lost == [200]
    assert len(await events(api, case, "received")) == 1


async def test_a_keyboard_scanner_works_wherever_the_focus_is(api, context, url):
    case, code = await parcel(api)
    page = await opened(context, url)
    await page.focus("#language")
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")
    await api.until(case, "received")


async def test_a_wrong_key_says_so_and_loses_no_scan(api, context, url):
    case, code = await parcel(api)
    page = await opened(context, url, key="dev-storefront")
    await enter(page, code)
    await page.locator("#key-why", has_text="key").wait_for()
    await page.locator("#waiting", has_text="1").wait_for()
    await give_key(page, "dev-warehouse")
    await api.until(case, "received")


async def test_an_unknown_code_says_so_and_is_kept_as_an_unexpected_parcel(api, context, url):
    page = await opened(context, url)
    number = f"SF{uuid4().int % 10**10:010}"
    await enter(page, number)
    await until_shown(page, "No case expects this parcel")
    await page.get_by_role("button", name="Record").click()
    await page.locator(".status.unexpected").wait_for()
    items = (await api.get("/v1/warehouse/unexpected"))["items"]
    assert [one["code"] for one in items].count(number) == 1


async def test_a_courier_s_number_that_passes_for_a_return_code_without_its_prefix_is_asked_about(context, url):
    number = "432100000086"
    assert read_return_code(number)
    page = await opened(context, url)
    await enter(page, number)
    await until_shown(page, "No case expects this parcel")
    assert await page.locator("#result-code").inner_text() == number


async def test_a_text_that_is_no_code_says_so(api, context, url):
    page = await opened(context, url)
    await enter(page, "x!")
    await page.locator("#result[data-tone=bad]").wait_for()


async def test_the_answers_of_the_service_are_in_the_language_of_the_page(api, context, url):
    case, code = await parcel(api)
    page = await opened(context, url)
    await page.click("#language")
    await enter(page, code)
    await until_shown(page, "已收货")
    await page.locator("#parcel", has_text="请质检").wait_for()
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await page.get_by_role("button", name="开始质检").click()
    await until_shown(page, "已无需等待任何商品")


async def test_a_refusal_is_told_in_the_language_of_the_page_and_follows_it(api, context, url):
    case, code = await parcel(api)
    page = await opened(context, url)
    await page.click("#language")
    await enter(page, code)
    await page.locator(".status.applied").wait_for()
    await page.get_by_role("button", name="开始质检").click()
    await page.get_by_role("button", name="全部合格").wait_for()
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await page.get_by_role("button", name="全部合格").click()
    await page.get_by_role("button", name="保存质检结果").click()
    refused = page.locator(".scan.bad")
    await refused.wait_for()
    assert "退款单已进入下一步" in await refused.inner_text()
    await page.click("#language")
    assert "the case is" in (await refused.inner_text()).lower()


async def test_an_already_inspected_case_says_so(api, context, url):
    case = await api.inspected()
    await api.until(case, "refunded")
    page = await opened(context, url)
    await page.check("[name=task][value=inspected]", force=True)
    await enter(page, case["return_code"])
    await until_shown(page, "nothing more is expected")


@pytest.mark.parametrize("look", ["phone-en", "phone-zh", "desktop-en", "desktop-zh"])
async def test_the_page_has_no_serious_fault_of_accessibility(api, context, url, tmp_path, look):
    _, code = await parcel(api)
    size, language = look.split("-")
    page = await opened(context, url)
    if size == "desktop":
        await page.set_viewport_size(DESKTOP)
    if language == "zh":
        await page.click("#language")
    await enter(page, code)
    await page.locator(".status.applied").wait_for()
    await page.check("[name=task][value=inspected]", force=True)
    await enter(page, code)
    await page.locator("#parcel .line").first.wait_for()
    shot = tmp_path / f"scanner-{look}.png"
    await page.screenshot(path=shot, full_page=True)
    await page.evaluate(AXE.read_text())  # past the page's policy, as the debugger
    found = await page.evaluate("axe.run(document)")
    serious = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in serious] == []
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
