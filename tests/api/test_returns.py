"""Shipment, receipt, inspection and withdrawal, and the parcel that comes after all."""

from datetime import timedelta

import pytest

from tests.support.api_client import inspection, photo, problem, told

SHIPMENT = {"carrier": "sf_express", "tracking_number": "SF1234567890"}


async def test_a_case_goes_its_way_from_request_to_money(api):
    case = await api.approved()
    assert case["state"] == "awaiting_return"
    assert case["approved_by"] == "auditor"
    assert case["return_code"].startswith("RMA-")

    case = told(await api.send(case, "shipment", SHIPMENT, "dev-storefront"), 200)
    assert case["state"] == "in_transit"
    case = told(await api.send(case, "receipt", {"scan_id": "dock-1"}, "dev-warehouse"), 200)
    assert case["state"] == "received"
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)

    case = await api.until(case, "refunded")
    assert case["amounts"]["paid"] == case["amounts"]["refund_due"] == case["amounts"]["goods_asked"]
    assert case["next_step"]["party"] == "nobody"


async def test_r24_a_request_is_taken_back_before_the_warehouse_has_the_goods(api):
    case = await api.approved()
    assert told(await api.send(case, "withdrawal", as_="dev-storefront"), 200)["state"] == "withdrawn"


async def test_r24_a_request_is_not_taken_back_once_the_warehouse_has_the_goods(api):
    case = await api.approved()
    told(await api.send(case, "receipt", {"scan_id": "dock-7"}, "dev-warehouse"), 200)

    refused = await api.send(case, "withdrawal", as_="dev-storefront")

    assert problem(refused, 409, "wrong-state")["state"] == "received"


async def test_r26_the_same_scan_again_is_the_same_inspection(api):
    case, body = await api.approved(), inspection("no_defect_found")

    first = told(await api.send(case, "inspection", body, "dev-warehouse"), 200)
    second = told(await api.send(case, "inspection", body, "dev-warehouse"), 200)

    assert first["state"] == second["state"] == "inspection_failed"
    assert len(second["inspections"]) == 1
    assert second["inspections"][0]["scan_id"] == body["scan_id"]


async def test_an_inspection_of_what_the_case_does_not_hold_is_refused(api):
    case = await api.approved()
    body = inspection()
    body["lines"][0]["sku"] = "PIANO"

    refused = await api.send(case, "inspection", body, "dev-warehouse")

    assert refused.status_code == 422
    assert refused.json()["rule"] == "R26"


async def test_r27_the_warehouses_note_and_photos_are_kept_and_repeated_without_doubling(api):
    case = await api.approved()
    body = inspection("no_defect_found", note="No crack to be seen.", photos=[photo(filename="bench.jpg")])

    first = told(await api.send(case, "inspection", body, "dev-warehouse"), 200)
    again = told(await api.send(case, "inspection", body, "dev-warehouse"), 200)
    [ticket] = again["upload_tickets"]
    assert ticket["evidence_id"] == first["upload_tickets"][0]["evidence_id"]
    assert await api.upload(ticket, b"\xff\xd8\xff\xe0" + bytes(200)) == 200
    done = told(await api.send(case, f"evidence/{ticket['evidence_id']}/uploaded", as_="dev-warehouse"), 200)

    assert [one["status"] for one in done["evidence"]] == ["pinned"]
    events = [one["event"] for one in await api.timeline(case)]
    assert events.count("inspection_note") == events.count("photo_pinned") == 1


@pytest.mark.parametrize(("what", "body"), [("receipt", {"scan_id": "dock-9"}), ("inspection", inspection())])
async def test_r19_an_expired_case_comes_to_life_when_its_parcel_arrives(later, what, body):
    case = await later.approved()
    await later.pass_time(timedelta(days=25))
    assert (await later.until(case, "expired"))["next_step"]["party"] == "nobody"

    revived = told(await later.send(case, what, body, "dev-warehouse"), 200)

    assert revived["state"] in {"received", "payout_due", "refunded"}
    assert "revived" in [one["event"] for one in await later.timeline(case)]


async def test_r19_a_tracking_number_alone_does_not_bring_an_expired_case_back(later):
    case = await later.approved()
    await later.pass_time(timedelta(days=25))
    await later.until(case, "expired")

    refused = await later.send(case, "shipment", SHIPMENT, "dev-storefront")

    assert problem(refused, 409, "wrong-state")["state"] == "expired"


async def test_r21_a_case_that_never_asked_for_goods_is_not_brought_back_by_a_parcel(later):
    case = await later.open(reason="quality")
    assert case["state"] == "information_requested"
    await later.pass_time(timedelta(days=25))
    await later.until(case, "expired")

    refused = await later.send(case, "receipt", {"scan_id": "dock-11"}, "dev-warehouse")

    assert problem(refused, 409, "wrong-state")["state"] == "expired"
