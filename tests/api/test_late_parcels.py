"""What the warehouse scans after its case has ended (R11, R19, R21, R22), and cases that are reopened (R12)."""

from uuid import uuid4

import pytest

from tests.api.warehouse import scan, send
from tests.support.api_client import problem, told

REOPEN = {"decision": "reopen", "reason_code": "loyal_customer"}


async def lost(api, decision, **changes):
    """Return a case whose lost parcel was decided about, and the parcel's number."""
    case, number = await api.approved(**changes), f"SF{uuid4().int % 10**10:010}"
    tracking = {"carrier": "sf_express", "tracking_number": number, "status": "exception", "sub_status": "lost"}
    await api.handle(case).signal("courier_tracking", tracking)
    await api.until(case, "lost_in_return")
    return told(await api.send(case, "resolution", {"decision": decision}, "dev-auditor"), 200), number


async def unexpected(api, code):
    """Scan a parcel that nobody expects; return the path of its match, and why it is unexpected."""
    stray = scan(code)
    [kept] = await send(api, stray)
    assert kept["status"] == "unexpected", kept
    return f"/v1/warehouse/unexpected/{stray['scan_id']}/match", kept["says"]


@pytest.mark.parametrize("by_number", [True, False], ids=["tracking number", "return code"])
async def test_p5_r22_the_scan_of_a_parcel_whose_loss_was_closed_takes_its_case_up_again(api, by_number):
    case, number = await lost(api, "close")
    assert case["next_step"]["says"] == "Nothing more, unless the parcel still arrives."
    code = number if by_number else case["return_code"]
    assert (await api.get(f"/v1/warehouse/parcels/{code}", "dev-warehouse"))["expects"] == "received"
    [received] = await send(api, scan(code))
    assert (received["status"], received["state"], received["case_id"]) == ("applied", "received", case["case_id"])
    await send(api, scan(code, "inspected"))
    case = await api.until(case, "refunded")
    assert case["amounts"]["paid"] == case["amounts"]["goods_asked"]


async def test_p5_r21_an_operator_matches_an_unreadable_parcel_with_a_case_whose_loss_was_closed(api):
    case, _ = await lost(api, "close")
    path, _ = await unexpected(api, f"TORN{uuid4().hex[:12]}")
    matched = told(await api.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse"), 200)
    assert matched["matched_case_id"] == case["case_id"]
    shown = await api.case(case)
    assert (shown["state"], shown["next_step"]["party"], shown["payouts"]) == ("received", "warehouse", [])


async def test_p5_r21_the_parcel_of_a_withdrawn_case_waits_for_an_operator(api):
    case = await api.approved()
    told(await api.send(case, "withdrawal", as_="dev-storefront"), 200)
    path, says = await unexpected(api, case["return_code"])
    assert "its case has ended (withdrawn)" in says
    told(await api.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse"), 200)
    assert (await api.case(case))["state"] == "received"


async def test_p5_r21_a_case_that_was_rejected_takes_no_parcel_and_says_what_can_be_done(api):
    case = await api.open()
    told(await api.send(case, "audit", {"decision": "reject", "reason_code": "signs_of_use"}, "dev-auditor"), 200)
    path, _ = await unexpected(api, f"TORN{uuid4().hex[:12]}")
    refused = await api.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse")
    assert "reopen" in problem(refused, 409, "wrong-state")["detail"]


async def test_p5_r11_goods_that_another_case_has_by_now_are_unexpected_and_can_be_matched_with_that_case(api):
    number = await api.order()
    asked = api.request(number, lines=[{"sku": "LAMP", "quantity": 1}])
    case = told(await api.submit(asked), 201)
    case = told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    told(await api.send(case, "withdrawal", as_="dev-storefront"), 200)
    other = told(await api.submit(asked), 201)
    told(await api.send(other, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    path, _ = await unexpected(api, case["return_code"])
    refused = await api.ask("POST", path, {"case_id": case["case_id"]}, "dev-warehouse")
    assert problem(refused, 422, "units-taken")["rule"] == "R11"
    told(await api.ask("POST", path, {"case_id": other["case_id"]}, "dev-warehouse"), 200)
    assert (await api.case(other))["state"] == "received"


async def test_p5_r11_the_scan_of_a_closed_loss_says_that_its_units_are_in_another_case(api):
    number = await api.order()
    lines = [{"sku": "LAMP", "quantity": 1}]
    case = told(await api.submit(api.request(number, lines=lines)), 201)
    case = told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    tracking = {"carrier": "dhl", "tracking_number": f"D{uuid4().hex[:9]}", "status": "exception", "sub_status": "lost"}
    await api.handle(case).signal("courier_tracking", tracking)
    await api.until(case, "lost_in_return")
    told(await api.send(case, "resolution", {"decision": "close"}, "dev-auditor"), 200)
    told(await api.submit(api.request(number, lines=lines)), 201)
    _, says = await unexpected(api, case["return_code"])
    assert f"{case['case_id']} cannot be taken up again (LAMP: unit 1 is in another refund case by now" in says


async def test_p5_r22_the_scan_of_a_parcel_whose_loss_was_paid_records_it_and_pays_nothing(api):
    case, number = await lost(api, "pay")
    paid = await api.until(case, "refunded")
    seen = await api.get(f"/v1/warehouse/parcels/{number}", "dev-warehouse")
    assert (seen["expects"], seen["lines"][0]["outstanding"]) == ("received", 2)
    [received] = await send(api, scan(number))
    assert (received["status"], received["state"]) == ("applied", "refunded")
    assert "nothing more is paid" in received["says"]
    [inspected] = await send(api, scan(number, "inspected"))
    assert inspected["status"] == "applied"
    case = await api.until(case, "refunded")
    assert (case["payouts"], len(case["inspections"])) == (paid["payouts"], 1)
    assert [one["event"] for one in await api.timeline(case)][-2:] == ["received", "inspected"]
    assert "have arrived since" in case["next_step"]["says"]
    await unexpected(api, number)


async def test_p6_r24_the_customer_withdraws_a_lost_parcel(api):
    case, number = await api.approved(), f"SF{uuid4().int % 10**10:010}"
    tracking = {"carrier": "sf_express", "tracking_number": number, "status": "exception", "sub_status": "destroyed"}
    await api.handle(case).signal("courier_tracking", tracking)
    await api.until(case, "lost_in_return")
    assert told(await api.send(case, "withdrawal", as_="dev-storefront"), 200)["state"] == "withdrawn"


async def test_w7_r12_a_rejection_is_reopened_by_another_key_than_the_one_that_rejected(api):
    case = await api.open()
    told(await api.send(case, "audit", {"decision": "reject", "reason_code": "signs_of_use"}, "dev-auditor"), 200)
    refused = problem(await api.send(case, "resolution", REOPEN, "dev-auditor"), 422, "reopened-by-who-rejected")
    assert (refused["rule"], "somebody else has to reopen it" in refused["detail"]) == ("R12", True)
    problem(await api.send(case, "resolution", REOPEN, "dev-storefront"), 403, "forbidden")
    case = told(await api.send(case, "resolution", REOPEN, "dev-finance"), 200)
    assert (case["state"], case["next_step"]["party"]) == ("under_audit", "auditor")
    [reopened] = [one for one in await api.timeline(case) if one["event"] == "reopened"]
    assert (reopened["actor"], reopened["details"]["against"]) == ("finance", "R15")


async def test_w7_r12_the_same_person_may_reopen_a_case_for_the_same_reason_after_each_rejection(api):
    case = await api.open()
    for _ in range(2):
        told(await api.send(case, "audit", {"decision": "reject", "reason_code": "signs_of_use"}, "dev-auditor"), 200)
        assert told(await api.send(case, "resolution", REOPEN, "dev-finance"), 200)["state"] == "under_audit"


async def test_p7_r28_the_warehouse_finds_refused_goods_among_its_tasks_until_they_are_sent(api):
    case = await api.inspected("used")
    told(await api.send(case, "resolution", {"decision": "refuse"}, "dev-auditor"), 200)
    query = f"/v1/refunds?awaiting=warehouse&state=returning_to_customer&order_number={case['order_number']}"
    [item] = (await api.get(query))["items"]
    assert item["next_step"]["send"]["POST dispatch"]["goods"] == "refused_goods"
    assert item["next_step"]["by"] is not None
    told(await api.send(case, "dispatch", item["next_step"]["send"]["POST dispatch"], "dev-warehouse"), 200)
    assert (await api.get(query))["items"] == []
    assert (await api.case(case))["next_step"]["party"] == "nobody"
