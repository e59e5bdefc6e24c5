"""Identifiers as people have them: in paths, filters, headers and bodies, from the order to the refund."""

import json
from datetime import UTC, datetime
from unicodedata import normalize
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.support.api_client import inspection, order_body, problem, told

NUMBERS = ["#1001", "订单 7", "12/7", "a@b.co", "100% & more?", "A+B=C;D", "%2F", "[x](y)|`z`", "Ñandú", "é" * 40]
SKUS = ["SKU 12/红 #5+", "../etc", "a\\b", "'\"<b>", "x" * 128, "红" * 128]


def unique(number: str) -> str:
    """Return an identifier of no other test, no longer than is allowed."""
    return f"{number[:100]} {uuid4().hex[:8]}"


def at(number: str) -> str:
    return f"/v1/orders/{quote(number, safe='')}"


async def placed(api, number, sku="MUG", **changes):
    body = json.loads(json.dumps(order_body("x", datetime.now(UTC))).replace('"MUG"', json.dumps(sku)))
    body["payments"][0]["reference"] = f"pi_{uuid4().hex}"
    return await api.ask("PUT", at(number), {**body, **changes}, "dev-storefront")


@pytest.mark.parametrize("number", NUMBERS)
async def test_w3_an_order_number_as_people_have_it_leads_to_a_refund(api, number):
    number, customer = unique(number), "käufer+1@bücher.example"
    assert told(await placed(api, number, customer_id=customer), 201)["order_number"] == normalize("NFC", number)

    case = told(await api.submit(api.request(number, customer_id=customer), key=uuid4().hex), 201)
    assert (case["order_number"], case["customer_id"]) == (normalize("NFC", number), customer)
    listed = await api.get(f"/v1/refunds?order_number={quote(number)}")
    followed = await api.get(case["links"]["order_cases"])
    assert (
        [one["case_id"] for one in listed["items"]]
        == [case["case_id"]]
        == [one["case_id"] for one in followed["items"]]
    )
    told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    done = await api.until(case, "refunded")
    assert done["customer_id"] == customer
    attributes = (await api.handle(case).describe()).search_attributes
    assert attributes["OrderNumber"] == [normalize("NFC", number)]


@pytest.mark.parametrize("sku", SKUS)
async def test_w3_a_sku_as_people_have_it_is_refunded_scanned_and_in_stock(api, sku):
    number = unique("A")
    told(await placed(api, number, sku), 201)
    case = told(await api.submit(api.request(number, lines=[{"sku": sku, "quantity": 1}])), 201)
    told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    line = {"sku": sku, "quantity": 1, "verdict": "accepted", "disposition": "restock"}
    scan_id = unique("Gerät №7/")
    told(await api.send(case, "inspection", {"scan_id": scan_id, "lines": [line]}, "dev-warehouse"), 200)
    assert (await api.until(case, "refunded"))["lines"][0]["sku"] == sku

    path = f"/v1/stock/{quote(sku, safe='')}"
    told(await api.ask("PUT", path, {"product_name": "Mug", "available": 3, "prices": {"USD": 5}}), 200)
    assert (await api.get(path))["sku"] == sku


async def test_w3_two_spellings_of_one_text_are_one_order(api):
    tail = uuid4().hex[:8]
    told(await placed(api, f"Caf\u00e9 {tail}"), 201)
    told(await placed(api, f"Cafe\u0301 {tail} "), 200)
    case = told(await api.submit(api.request(f" Cafe\u0301 {tail}")), 201)
    assert case["order_number"] == f"Caf\u00e9 {tail}"


@pytest.mark.parametrize("key", ["订单-7", "clé unique", "#1/2"])
async def test_w3_an_idempotency_key_in_any_script_finds_its_case_again(api, key):
    key = unique(key)
    body = api.request(await api.order())
    headers = {b"Authorization": b"Bearer dev-storefront", b"Idempotency-Key": key.encode()}
    first = told(await api.client.post("/v1/refunds", json=body, headers=headers), 201)
    assert told(await api.client.post("/v1/refunds", json=body, headers=headers), 200)["case_id"] == first["case_id"]
    headers[b"Authorization"] = b"Bearer dev-auditor"
    for _ in range(2):
        path = f"/v1/refunds/{first['case_id']}/audit"
        assert told(await api.client.post(path, json={"decision": "approve"}, headers=headers), 200)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("x" * 129, "1 to 128"),
        ("a\x07b", "U+0007"),
        ("a\u2028b", "U+2028"),
        ("a\u202eb", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("a\ufdd0b", "U+FDD0"),
        ("  ", "1 to 128"),
    ],
)
async def test_w3_what_cannot_be_printed_is_refused_with_one_error_that_says_why(api, number, why):
    for refused in (
        await placed(api, number),
        await api.submit(api.request(number)),
        await api.ask("GET", f"/v1/refunds?order_number={quote(number)}"),
    ):
        [error] = problem(refused, 422, "invalid-request")["errors"]
        assert error["field"] == "order_number"
        assert why in error["says"]


async def test_w3_a_path_that_is_no_utf_8_is_refused(api):
    refused = await api.client.put("/v1/orders/%FF%2F", json={}, headers={"Authorization": "Bearer dev-admin"})
    [error] = [one for one in problem(refused, 422, "invalid-request")["errors"] if one["field"] == "order_number"]
    assert "U+FFFD" in error["says"]


ONE_LINE = [{"sku": "a\x00", "quantity": 1, "verdict": "accepted", "disposition": "restock"}]
SCAN = {"scan_id": "s-1", "code": "RMA-1", "kind": "received", "scanned_at": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/refunds", {"order_number": "A", "customer_id": "c", "reason": "personal", "lines": [{"sku": "\x00"}]}, 0),
        ("/v1/refunds/{case}/inspection", {"scan_id": "s-1", "lines": ONE_LINE}, "lines.0.sku"),
        ("/v1/refunds/{case}/evidence", {"evidence": [{"filename": "", "content_type": "image/png", "size": 1}]}, 0),
        ("/v1/warehouse/scans", {"scans": [{**SCAN, "scan_id": ""}]}, "scans.0.scan_id"),
        ("/v1/warehouse/scans", {"scans": [5]}, "scans.0"),
    ],
)
async def test_w3_one_fault_in_a_list_is_one_error(api, path, body, field):
    case = (await api.open())["case_id"]
    refused = await api.ask("POST", path.replace("{case}", case), body, Idempotency_Key=uuid4().hex)
    [error] = problem(refused, 422, "invalid-request")["errors"]
    assert error["field"] == field or field == 0


@pytest.mark.parametrize("lines", [1, 2])
async def test_w3_a_wrong_sku_of_an_order_is_one_error(api, lines):
    body = order_body("x", datetime.now(UTC))
    body["lines"] = [{**body["lines"][0], "sku": f"a\x00{place}"} for place in range(lines)]
    refused = await api.ask("PUT", at(unique("A")), body, "dev-storefront")
    assert [one["field"] for one in problem(refused, 422, "invalid-request")["errors"]] == [
        f"lines.{place}.sku" for place in range(lines)
    ]


async def test_w3_no_customer_s_e_mail_is_in_temporal(api):
    mail = f"jane.{uuid4().hex[:8]}@example.com"
    number = await api.order(customer_id=mail)
    case = told(await api.submit(api.request(number, customer_id=mail)), 201)
    stranger = told(await api.submit(api.request(number, customer_id=f"x{mail}")), 422)
    told(await api.send(case, "withdrawal", as_="dev-storefront"), 200)
    assert stranger["rule"] == "R1"
    assert (await api.case(case))["customer_id"] == mail
    for one in (case, stranger):
        assert mail not in (await api.handle(one).fetch_history()).to_json()
    told(await api.submit(api.request(number, customer_id=mail)), 201)


async def test_w3_a_scan_id_with_a_slash_names_an_unexpected_parcel(api):
    scan_id = unique("Tor 3/#")
    scan = {**SCAN, "scan_id": scan_id, "code": f"NOBODY{uuid4().hex[:6]}"}
    [answer] = told(await api.ask("POST", "/v1/warehouse/scans", {"scans": [scan]}, "dev-warehouse"), 200)["results"]
    assert answer["status"] == "unexpected", answer
    case = await api.approved()
    path = f"/v1/warehouse/unexpected/{quote(scan_id, safe='')}/match"
    assert told(await api.ask("POST", path, {"case_id": case["case_id"]}), 200)["matched_case_id"] == case["case_id"]
