"""The warehouse's scans: by the batch, each answered by itself, none applied twice (R19-R21, R25, R26)."""

import asyncio
from uuid import uuid4

from tests.api.breakage import on_a_cable
from tests.api.warehouse import scan, send
from tests.support.api_client import JPEG, inspection, photo, problem, told


async def test_r20_r25_a_parcel_is_scanned_in_and_its_goods_are_inspected(counter):
    case = await counter.approved()
    code = case["return_code"]

    received, inspected = await send(counter, scan(code), scan(code.lower().replace("-", " "), "inspected"))

    assert (received["status"], received["state"], received["case_id"]) == ("applied", "received", case["case_id"])
    assert (inspected["status"], inspected["case_id"]) == ("applied", case["case_id"])
    await counter.until(case, "refunded")
    events = [one["event"] for one in await counter.timeline(case)]
    assert (events.count("received"), events.count("inspected")) == (1, 1)


async def test_a_courier_s_number_leads_to_the_case_as_well(counter):
    case = await counter.approved()
    number = f"SF{uuid4().int % 10**10:010}"
    told(
        await counter.send(case, "shipment", {"carrier": "sf_express", "tracking_number": number}, "dev-storefront"),
        200,
    )
    [received] = await send(counter, scan(number.lower()))
    assert (received["status"], received["case_id"]) == ("applied", case["case_id"])


async def test_the_same_scan_again_is_answered_as_the_first_time(counter):
    case = await counter.approved()
    both = [scan(case["return_code"]), scan(case["return_code"], "inspected")]

    first = await send(counter, *both)
    await counter.until(case, "refunded")
    again = [await send(counter, *both) for _ in range(3)]
    at_once = await asyncio.gather(*(send(counter, *both) for _ in range(5)))

    assert all(one == first for one in [*again, *at_once])
    assert len((await counter.case(case))["inspections"]) == 1


async def test_another_scan_under_the_same_id_is_refused(counter):
    case, other = await counter.approved(), await counter.approved()
    one = scan(case["return_code"])
    await send(counter, one)
    [refused] = await send(counter, {**one, "code": other["return_code"]})
    assert (refused["status"], refused["problem"]["type"]) == ("refused", "/problems/scan-id-reused")
    assert (await counter.case(other))["state"] == "awaiting_return"


async def test_each_scan_is_answered_by_itself(counter):
    case = await counter.approved()
    code = case["return_code"]
    results = await send(
        counter,
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


async def test_an_already_inspected_case_says_so(counter):
    case = await counter.approved()
    await send(counter, scan(case["return_code"], "inspected"))
    await counter.until(case, "refunded")
    [refused] = await send(counter, scan(case["return_code"], "inspected"))
    assert (refused["status"], refused["state"]) == ("refused", "refunded")
    assert refused["problem"]["type"] == "/problems/wrong-state"


async def test_what_temporal_cannot_take_now_is_to_be_sent_again_and_then_taken(counter):
    case = await counter.approved()
    one = scan(case["return_code"])
    async with on_a_cable(counter) as (cut_off, cable):
        cable.cut()
        [retry] = await send(cut_off, one)
    assert (retry["status"], retry["problem"]["status"]) == ("retry", 503)
    [applied] = await send(counter, one)
    assert (applied["status"], applied["state"]) == ("applied", "received")


async def test_photos_of_a_scan_are_uploaded_and_pinned(counter):
    case = await counter.approved()
    one = scan(case["return_code"], "inspected", photos=[photo()])
    [first] = await send(counter, one)
    [again] = await send(counter, one)
    [ticket] = again["upload_tickets"]
    assert [one["evidence_id"] for one in first["upload_tickets"]] == [ticket["evidence_id"]]
    assert await counter.upload(ticket, JPEG) == 200
    done = f"evidence/{ticket['evidence_id']}/uploaded"
    told(await counter.send(case, done, as_="dev-warehouse"), 200)
    assert (await send(counter, one))[0]["upload_tickets"] == []


async def test_r21_a_parcel_that_nobody_expects_is_kept_and_matched_by_an_operator(counter):
    stray = scan("1Z999AA10123456784", note="wet box")
    [kept] = await send(counter, stray)
    [again] = await send(counter, stray)
    assert kept == again
    assert kept["status"] == "unexpected"
    [item] = [
        one for one in (await counter.get("/v1/warehouse/unexpected"))["items"] if one["parcel_id"] == stray["scan_id"]
    ]
    assert item["why"] == "no case has this code"

    case = await counter.approved()
    path = f"/v1/warehouse/unexpected/{stray['scan_id']}/match"
    matched = told(await counter.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse"), 200)
    assert (matched["matched_case_id"], matched["matched_by"]) == (case["case_id"], "warehouse")
    assert (await counter.case(case))["state"] == "received"
    other = await counter.approved()
    assert told(await counter.ask("POST", path, {"case_id": other["case_id"]}, "dev-warehouse"), 200) == matched
    assert (await counter.case(other))["state"] == "awaiting_return"


async def test_r21_goods_that_come_after_their_case_has_ended_are_unexpected_and_pay_nothing(counter):
    case = await counter.approved()
    await send(counter, scan(case["return_code"], "inspected"))
    ended = await counter.until(case, "refunded")
    late = scan(case["return_code"])
    [kept] = await send(counter, late)
    assert kept["status"] == "unexpected"
    assert "its case has ended" in kept["says"]
    path = f"/v1/warehouse/unexpected/{late['scan_id']}/match"
    problem(await counter.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse"), 409, "wrong-state")
    assert (await counter.case(case))["payouts"] == ended["payouts"]


async def test_r26_the_rest_of_a_parcel_comes_while_the_first_is_decided_about(counter):
    case = await counter.approved()
    code = case["return_code"]
    one_used = [{"sku": "MUG", "quantity": 1, "verdict": "used", "disposition": "resale_hold"}]
    one_good = [{"sku": "MUG", "quantity": 1, "verdict": "accepted", "disposition": "restock"}]
    await send(counter, scan(code), scan(code, "inspected", lines=one_used))
    assert (await counter.case(case))["state"] == "inspection_failed"

    rest = scan(code, "inspected", lines=one_good)
    received, inspected = await send(counter, scan(code), rest)
    assert (received["status"], inspected["status"]) == ("applied", "retry")

    told(await counter.send(case, "resolution", {"decision": "accept"}, "dev-auditor"), 200)
    await counter.until(case, "received")
    assert (await send(counter, rest))[0]["status"] == "applied"
    case = await counter.until(case, "refunded")
    assert case["amounts"]["paid"] == case["amounts"]["goods_asked"]


async def test_a_device_sees_what_a_parcel_should_hold(counter):
    picture = "https://shop.example/mug.jpg"
    facts = counter.facts("x")
    lines = [{**line, "image_url": picture} if line["sku"] == "MUG" else line for line in facts["lines"]]
    number = await counter.order(lines=lines)
    case = told(await counter.submit(counter.request(number)), 201)
    case = told(await counter.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    path = f"/v1/warehouse/parcels/{case['return_code']}"

    seen = await counter.get(path, "dev-warehouse")
    assert (seen["case_id"], seen["expects"], seen["order_number"]) == (case["case_id"], "received", number)
    assert seen["lines"] == [
        {"sku": "MUG", "product_name": "Mug", "quantity": 2, "outstanding": 2, "image_url": picture}
    ]
    await send(counter, scan(case["return_code"]))
    assert (await counter.get(path, "dev-warehouse"))["expects"] == "inspected"
    problem(await counter.ask("GET", "/v1/warehouse/parcels/RMA-NONE", as_="dev-warehouse"), 404, "unknown-parcel")
    problem(await counter.ask("GET", path, as_="dev-storefront"), 403, "forbidden")


async def test_r26_an_inspection_by_the_case_itself_still_works(counter):
    case = await counter.approved()
    told(await counter.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await counter.until(case, "refunded")
