"""The warehouse's scans: by the batch, each answered by itself, none applied twice (R19-R21, R25, R26)."""

import asyncio
from uuid import uuid4

from tests.api.breakage import behind_proxy
from tests.api.warehouse import scan, send
from tests.support.api_client import JPEG, inspection, photo, problem, told


async def test_r20_r25_a_parcel_is_scanned_in_and_its_goods_are_inspected(api):
    case = await api.approved()
    code = case["return_code"]

    received, inspected = await send(api, scan(code), scan(code.lower().replace("-", " "), "inspected"))

    assert (received["status"], received["state"], received["case_id"]) == ("applied", "received", case["case_id"])
    assert (inspected["status"], inspected["case_id"]) == ("applied", case["case_id"])
    await api.until(case, "refunded")
    events = [one["event"] for one in await api.timeline(case)]
    assert (events.count("received"), events.count("inspected")) == (1, 1)


async def test_a_courier_s_number_leads_to_the_case_as_well(api):
    case = await api.approved()
    number = f"SF{uuid4().int % 10**10:010}"
    told(
        await api.send(case, "shipment", {"carrier": "sf_express", "tracking_number": number}, "dev-storefront"),
        200,
    )
    [received] = await send(api, scan(number.lower()))
    assert (received["status"], received["case_id"]) == ("applied", case["case_id"])


async def test_the_same_scan_again_is_answered_as_the_first_time(api):
    case = await api.approved()
    both = [scan(case["return_code"]), scan(case["return_code"], "inspected")]

    first = await send(api, *both)
    await api.until(case, "refunded")
    again = [await send(api, *both) for _ in range(3)]
    at_once = await asyncio.gather(*(send(api, *both) for _ in range(5)))

    assert all(one == first for one in [*again, *at_once])
    assert len((await api.case(case))["inspections"]) == 1


async def test_another_scan_under_the_same_id_is_refused(api):
    case, other = await api.approved(), await api.approved()
    one = scan(case["return_code"])
    await send(api, one)
    [refused] = await send(api, {**one, "code": other["return_code"]})
    assert (refused["status"], refused["problem"]["type"]) == ("refused", "/problems/scan-id-reused")
    assert (await api.case(other))["state"] == "awaiting_return"


async def test_each_scan_is_answered_by_itself(api):
    case = await api.approved()
    code = case["return_code"]
    results = await send(
        api,
        scan(code, "inspected", lines=[{"sku": "PIANO", "quantity": 1, "verdict": "accepted"}]),
        scan("RMA-NONE", "inspected"),
        {**scan(code), "kind": "eaten"},
        scan(code, "inspected", lines=[]),
        scan(code, "inspected"),
    )
    assert [one["status"] for one in results] == ["refused", "refused", "refused", "refused", "applied"]
    kinds = [one["problem"]["type"] for one in results[:4]]
    assert kinds == [f"/problems/{one}" for one in ("unknown-sku", "unknown-parcel", *["invalid-request"] * 2)]
    assert "kind" in results[2]["says"]
    assert results[0]["problem"]["rule"] == "R26"


async def test_an_already_inspected_case_says_so(api):
    case = await api.approved()
    await send(api, scan(case["return_code"], "inspected"))
    await api.until(case, "refunded")
    [refused] = await send(api, scan(case["return_code"], "inspected"))
    assert (refused["status"], refused["state"]) == ("refused", "refunded")
    assert refused["problem"]["type"] == "/problems/wrong-state"


async def test_what_temporal_cannot_take_now_is_to_be_sent_again_and_then_taken(api):
    case = await api.approved()
    one = scan(case["return_code"])
    async with behind_proxy(api) as (cut_off, proxy):
        proxy.cut()
        [retry] = await send(cut_off, one)
    assert (retry["status"], retry["problem"]["status"]) == ("retry", 503)
    [applied] = await send(api, one)
    assert (applied["status"], applied["state"]) == ("applied", "received")


async def test_photos_of_a_scan_are_uploaded_and_pinned(api):
    case = await api.approved()
    one = scan(case["return_code"], "inspected", photos=[photo()])
    [first] = await send(api, one)
    [again] = await send(api, one)
    [ticket] = again["upload_tickets"]
    assert [one["evidence_id"] for one in first["upload_tickets"]] == [ticket["evidence_id"]]
    assert await api.upload(ticket, JPEG) == 200
    done = f"evidence/{ticket['evidence_id']}/uploaded"
    told(await api.send(case, done, as_="dev-warehouse"), 200)
    assert (await send(api, one))[0]["upload_tickets"] == []


async def test_r21_a_parcel_that_nobody_expects_is_kept_and_matched_by_an_operator(api):
    stray = scan("1Z999AA10123456784", note="wet box")
    [kept] = await send(api, stray)
    [again] = await send(api, stray)
    assert kept == again
    assert kept["status"] == "unexpected"
    [item] = [
        one for one in (await api.get("/v1/warehouse/unexpected"))["items"] if one["parcel_id"] == stray["scan_id"]
    ]
    assert item["why"] == "no case has this code"

    case = await api.approved()
    path = f"/v1/warehouse/unexpected/{stray['scan_id']}/match"
    matched = told(await api.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse"), 200)
    assert (matched["matched_case_id"], matched["matched_by"]) == (case["case_id"], "warehouse")
    assert (await api.case(case))["state"] == "received"
    other = await api.approved()
    assert told(await api.ask("POST", path, {"case_id": other["case_id"]}, "dev-warehouse"), 200) == matched
    assert (await api.case(other))["state"] == "awaiting_return"


async def test_r21_goods_that_come_after_their_case_has_ended_are_unexpected_and_pay_nothing(api):
    case = await api.approved()
    await send(api, scan(case["return_code"], "inspected"))
    ended = await api.until(case, "refunded")
    late = scan(case["return_code"])
    [kept] = await send(api, late)
    assert kept["status"] == "unexpected"
    assert "its case has ended" in kept["says"]
    path = f"/v1/warehouse/unexpected/{late['scan_id']}/match"
    problem(await api.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse"), 409, "wrong-state")
    assert (await api.case(case))["payouts"] == ended["payouts"]


async def test_r26_the_rest_of_a_parcel_comes_while_the_first_is_decided_about(api):
    case = await api.approved()
    code = case["return_code"]
    one_used = [{"sku": "MUG", "quantity": 1, "verdict": "used", "disposition": "resale_hold"}]
    one_good = [{"sku": "MUG", "quantity": 1, "verdict": "accepted", "disposition": "restock"}]
    await send(api, scan(code), scan(code, "inspected", lines=one_used))
    assert (await api.case(case))["state"] == "inspection_failed"

    rest = scan(code, "inspected", lines=one_good)
    received, inspected = await send(api, scan(code), rest)
    assert (received["status"], inspected["status"]) == ("applied", "retry")

    told(await api.send(case, "resolution", {"decision": "accept"}, "dev-auditor"), 200)
    await api.until(case, "received")
    assert (await send(api, rest))[0]["status"] == "applied"
    case = await api.until(case, "refunded")
    assert case["amounts"]["paid"] == case["amounts"]["goods_asked"]


async def test_a_device_sees_what_a_parcel_should_hold(api):
    picture = "https://shop.example/mug.jpg"
    facts = api.facts("x")
    lines = [{**line, "image_url": picture} if line["sku"] == "MUG" else line for line in facts["lines"]]
    number = await api.order(lines=lines)
    case = told(await api.submit(api.request(number)), 201)
    case = told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    path = f"/v1/warehouse/parcels/{case['return_code']}"

    seen = await api.get(path, "dev-warehouse")
    assert (seen["case_id"], seen["expects"], seen["order_number"]) == (case["case_id"], "received", number)
    assert seen["lines"] == [
        {"sku": "MUG", "product_name": "Mug", "quantity": 2, "outstanding": 2, "image_url": picture}
    ]
    await send(api, scan(case["return_code"]))
    assert (await api.get(path, "dev-warehouse"))["expects"] == "inspected"
    problem(await api.ask("GET", "/v1/warehouse/parcels/RMA-NONE", as_="dev-warehouse"), 404, "unknown-parcel")
    problem(await api.ask("GET", path, as_="dev-storefront"), 403, "forbidden")


async def test_r26_an_inspection_by_the_case_itself_still_works(api):
    case = await api.approved()
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "refunded")
