"""Audit, shipment, receipt, inspection, resolution, withdrawal: told to the running case, answered by its record."""

import asyncio
from datetime import timedelta

import pytest

from tests.api.counter import inspection, photo, problem, told

SHIPMENT = {"carrier": "sf_express", "tracking_number": "SF1234567890"}


async def until(counter, case, state):
    """Wait until the case is in the state, and return it."""
    async with asyncio.timeout(20):
        while (shown := await counter.case(case))["state"] != state:
            await asyncio.sleep(0.05)
    return shown


async def test_a_case_goes_its_way_from_request_to_money(counter):
    case = await counter.approved()
    assert case["state"] == "awaiting_return"
    assert case["approved_by"] == "auditor"
    assert case["return_code"].startswith("RMA-")

    case = told(await counter.send(case, "shipment", SHIPMENT, "dev-storefront"), 200)
    assert case["state"] == "in_transit"
    case = told(await counter.send(case, "receipt", {"scan_id": "dock-1"}, "dev-warehouse"), 200)
    assert case["state"] == "received"
    told(await counter.send(case, "inspection", inspection(), "dev-warehouse"), 200)

    case = await until(counter, case, "refunded")
    assert case["amounts"]["paid"] == case["amounts"]["refund_due"] == case["amounts"]["goods_asked"]
    assert case["next_step"]["party"] == "nobody"


async def test_r15_a_rejection_keeps_its_text_in_the_timeline_and_out_of_temporal(counter):
    case = await counter.open()
    body = {"decision": "reject", "reason_code": "signs_of_use", "note": "Zebrawood shows scratches."}

    rejected = told(await counter.send(case, "audit", body, "dev-auditor"), 200)

    assert rejected["state"] == "rejected"
    note = next(one for one in await counter.timeline(case, "dev-storefront") if one["event"] == "audit_note")
    assert (note["text"], note["actor"]) == ("Zebrawood shows scratches.", "auditor")
    handle = counter.services.workflows._client.get_workflow_handle(f"refund/{case['case_id']}")
    assert "Zebrawood" not in str(await handle.fetch_history())


async def test_r15_a_rejection_without_a_code_is_refused_with_the_rule(counter):
    case = await counter.open()
    refused = problem(
        await counter.send(case, "audit", {"decision": "reject"}, "dev-auditor"),
        422,
        "reason-code-missing",
    )
    assert refused["rule"] == "R15"
    assert refused["case_id"] == case["case_id"]


async def test_fault_29_the_same_decision_again_is_the_same_answer_also_when_the_case_has_ended(counter):
    case = await counter.open()
    body = {"decision": "reject", "reason_code": "signs_of_use", "note": "Scratches."}

    first = told(await counter.send(case, "audit", body, "dev-auditor"), 200)
    second = told(await counter.send(case, "audit", body, "dev-auditor"), 200)

    assert second == first
    assert [one["event"] for one in await counter.timeline(case)].count("audit_note") == 1


async def test_fault_29_a_double_click_is_one_decision(counter):
    case = await counter.open()

    clicks = [
        counter.send(case, "audit", {"decision": "approve"}, "dev-auditor", Idempotency_Key="d-1") for _ in range(8)
    ]
    answers = await asyncio.gather(*clicks)

    assert {answer.status_code for answer in answers} == {200}
    assert [one["event"] for one in await counter.timeline(case)].count("approved") == 1


async def test_another_decision_after_the_first_is_a_conflict_that_names_the_state(counter):
    case = await counter.approved()

    refused = await counter.send(case, "audit", {"decision": "reject", "reason_code": "signs_of_use"}, "dev-auditor")

    assert problem(refused, 409, "wrong-state")["state"] == "awaiting_return"


async def test_a_decision_about_a_case_that_has_ended_is_a_conflict_that_names_the_state(counter):
    case = await counter.open()
    told(await counter.send(case, "withdrawal", as_="dev-storefront"), 200)

    refused = await counter.send(case, "audit", {"decision": "approve"}, "dev-auditor")

    assert problem(refused, 409, "wrong-state")["state"] == "withdrawn"


async def test_r24_a_request_is_taken_back_before_the_warehouse_has_the_goods(counter):
    case = await counter.approved()
    assert told(await counter.send(case, "withdrawal", as_="dev-storefront"), 200)["state"] == "withdrawn"


async def test_r24_a_request_is_not_taken_back_once_the_warehouse_has_the_goods(counter):
    case = await counter.approved()
    told(await counter.send(case, "receipt", {"scan_id": "dock-7"}, "dev-warehouse"), 200)

    refused = await counter.send(case, "withdrawal", as_="dev-storefront")

    assert problem(refused, 409, "wrong-state")["state"] == "received"


async def test_r26_the_same_scan_again_is_the_same_inspection(counter):
    case, body = await counter.approved(), inspection("no_defect_found")

    first = told(await counter.send(case, "inspection", body, "dev-warehouse"), 200)
    second = told(await counter.send(case, "inspection", body, "dev-warehouse"), 200)

    assert first["state"] == second["state"] == "inspection_failed"
    assert len(second["inspections"]) == 1
    assert second["inspections"][0]["scan_id"] == body["scan_id"]


async def test_an_inspection_of_what_the_case_does_not_hold_is_refused(counter):
    case = await counter.approved()
    body = inspection()
    body["lines"][0]["sku"] = "PIANO"

    refused = await counter.send(case, "inspection", body, "dev-warehouse")

    assert refused.status_code == 422
    assert refused.json()["rule"] == "R26"


async def test_r27_the_warehouses_note_and_photos_are_kept_and_repeated_without_doubling(counter):
    case = await counter.approved()
    body = inspection("no_defect_found", note="No crack to be seen.", photos=[photo(filename="bench.jpg")])

    first = told(await counter.send(case, "inspection", body, "dev-warehouse"), 200)
    again = told(await counter.send(case, "inspection", body, "dev-warehouse"), 200)
    [ticket] = again["upload_tickets"]
    assert ticket["evidence_id"] == first["upload_tickets"][0]["evidence_id"]
    assert await counter.upload(ticket, b"\xff\xd8\xff\xe0" + bytes(200)) == 200
    done = told(await counter.send(case, f"evidence/{ticket['evidence_id']}/uploaded", as_="dev-warehouse"), 200)

    assert [one["status"] for one in done["evidence"]] == ["pinned"]
    events = [one["event"] for one in await counter.timeline(case)]
    assert events.count("inspection_note") == events.count("photo_pinned") == 1


async def test_r27_a_failed_inspection_is_decided_by_a_human(counter):
    case = await counter.inspected("no_defect_found")

    told(await counter.send(case, "resolution", {"decision": "accept", "note": "Goodwill."}, "dev-finance"), 200)

    await until(counter, case, "refunded")
    assert "resolution_note" in [one["event"] for one in await counter.timeline(case)]


async def test_r28_a_partial_refund_needs_its_amount_and_no_other_decision_has_one(counter):
    case = await counter.inspected("used")
    amount = {"minor": 500, "currency": "USD"}
    for body in ({"decision": "partial_refund"}, {"decision": "accept", "amount": amount}):
        problem(await counter.send(case, "resolution", body), 422, "invalid-request")
    negative = {"decision": "partial_refund", "amount": {"minor": -1, "currency": "USD"}}
    problem(await counter.send(case, "resolution", negative), 422, "invalid-request")
    far_too_much = {"decision": "partial_refund", "amount": {"minor": 10**12, "currency": "USD"}}
    assert (await counter.send(case, "resolution", far_too_much)).json()["rule"] == "R28"

    told(await counter.send(case, "resolution", {"decision": "partial_refund", "amount": amount}), 200)

    assert (await until(counter, case, "refunded"))["amounts"]["paid"]["minor"] == 500


async def test_r12_a_refused_request_is_reopened_as_goodwill_with_a_reason(counter):
    late = counter.request(await counter.order(delivered_days_ago=40))
    refused = (await counter.submit(late, "late-1")).json()

    reopened = await counter.send(
        refused, "resolution", {"decision": "reopen", "reason_code": "loyal_customer"}, "dev-auditor"
    )

    case = told(reopened, 200)
    assert case["state"] == "under_audit"
    assert case["goodwill"] is True
    assert case["lines"][0]["units"]
    approved = told(await counter.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    assert approved["state"] == "awaiting_return"
    assert told(await counter.submit(late, "late-1"), 200)["case_id"] == case["case_id"]


async def test_r12_reopening_without_a_reason_is_refused(counter):
    late = counter.request(await counter.order(delivered_days_ago=40))
    refused = (await counter.submit(late)).json()

    again = await counter.send(refused, "resolution", {"decision": "reopen"}, "dev-auditor")

    assert again.json()["rule"] == "R12"
    assert (await counter.case(refused))["state"] == "rejected"


async def test_r12_what_an_auditor_rejected_is_not_reopened(counter):
    case = await counter.open()
    told(await counter.send(case, "audit", {"decision": "reject", "reason_code": "signs_of_use"}, "dev-auditor"), 200)

    again = await counter.send(case, "resolution", {"decision": "reopen", "reason_code": "loyal"}, "dev-auditor")

    assert problem(again, 409, "wrong-state")["state"] == "rejected"


@pytest.mark.parametrize(("what", "body"), [("receipt", {"scan_id": "dock-9"}), ("inspection", inspection())])
async def test_r19_an_expired_case_comes_to_life_when_its_parcel_arrives(later, what, body):
    case = await later.approved()
    await later.pass_time(timedelta(days=25))
    assert (await until(later, case, "expired"))["next_step"]["party"] == "nobody"

    revived = told(await later.send(case, what, body, "dev-warehouse"), 200)

    assert revived["state"] in {"received", "payout_due", "refunded"}
    assert "revived" in [one["event"] for one in await later.timeline(case)]


async def test_r19_a_tracking_number_alone_does_not_bring_an_expired_case_back(later):
    case = await later.approved()
    await later.pass_time(timedelta(days=25))
    await until(later, case, "expired")

    refused = await later.send(case, "shipment", SHIPMENT, "dev-storefront")

    assert problem(refused, 409, "wrong-state")["state"] == "expired"


async def test_r21_a_case_that_never_asked_for_goods_is_not_brought_back_by_a_parcel(later):
    case = await later.open(reason="quality")
    assert case["state"] == "information_requested"
    await later.pass_time(timedelta(days=25))
    await until(later, case, "expired")

    refused = await later.send(case, "receipt", {"scan_id": "dock-11"}, "dev-warehouse")

    assert problem(refused, 409, "wrong-state")["state"] == "expired"
