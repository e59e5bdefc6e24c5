"""POST /v1/refunds: the verdict in the answer, one case a key."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.api_client import photo, problem, told


async def test_a_request_is_answered_with_the_case_and_whose_turn_it_is(api):
    case = await api.open()

    assert case["state"] == "under_audit"
    assert case["next_step"]["party"] == "auditor"
    assert case["amounts"]["goods_asked"]["minor"] == sum(unit["goods"] for unit in case["lines"][0]["units"])
    assert case["amounts"]["paid"] == {"minor": 0, "currency": "USD"}
    assert case["description"] == "Does not suit me after all."
    assert {deadline["what"] for deadline in case["deadlines"]} >= {"request", "audit_target"}
    assert await api.case(case, "dev-storefront") == {**case, "upload_tickets": []}


async def test_nothing_a_customer_wrote_and_no_fingerprint_is_told_to_temporal_or_shown(api):
    case = await api.open(description="Zebrawood is not to my liking.")
    handle = api.handle(case)

    history = str(await handle.fetch_history())

    assert "Zebrawood" not in history
    assert case["case_id"] in history
    assert "last_messages" not in case


async def test_evidence_comes_with_upload_tickets_that_the_store_takes(api):
    case = await api.open(reason="quality", evidence=[photo(), photo(filename="back.jpg")])

    tickets = case["upload_tickets"]
    assert [ticket["filename"] for ticket in tickets] == ["front.jpg", "back.jpg"]
    assert [one["evidence_id"] for one in case["evidence"]] == [ticket["evidence_id"] for ticket in tickets]
    assert case["state"] == "information_requested"
    assert await api.upload(tickets[0], b"\xff\xd8\xff\xe0" + bytes(200)) == 200


async def test_a_repeat_with_the_same_key_and_body_is_the_same_case_with_fresh_tickets(api):
    body, key = api.request(await api.order(), reason="quality", evidence=[photo()]), uuid4().hex

    first = told(await api.submit(body, key), 201)
    response = await api.submit(dict(reversed(body.items())), key)
    second = told(response, 200)

    assert second["case_id"] == first["case_id"]
    assert second["upload_tickets"][0]["evidence_id"] == first["upload_tickets"][0]["evidence_id"]
    assert response.headers["location"] == f"/v1/refunds/{first['case_id']}"


async def test_fault_29_twenty_clicks_at_once_are_one_case(api):
    body, key = api.request(await api.order()), uuid4().hex

    answers = await asyncio.gather(*(api.submit(body, key) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["case_id"] for answer in answers}) == 1


async def test_the_same_key_with_another_body_is_a_conflict(api):
    body, key = api.request(await api.order()), uuid4().hex
    told(await api.submit(body, key), 201)

    problem(await api.submit({**body, "reason": "quality"}, key), 409, "idempotency-key-reused")


async def test_the_same_key_of_two_storefronts_is_two_cases(api):
    key = uuid4().hex
    first = told(await api.submit(api.request(await api.order()), key), 201)
    second = told(await api.submit(api.request(await api.order()), key, as_="other-shop"), 201)

    assert first["case_id"] != second["case_id"]


async def test_without_an_idempotency_key_nothing_is_opened_and_the_answer_says_so(api):
    body = api.request(await api.order())

    refused = problem(await api.ask("POST", "/v1/refunds", body), 422, "invalid-request")

    assert [one["field"] for one in refused["errors"]] == ["Idempotency-Key"]
    assert (await api.get(f"/v1/refunds?order_number={body['order_number']}"))["items"] == []


@pytest.mark.parametrize("key", ["", " ", "k" * 129, "tab\tbed", "schl\u200büssel".encode()])
async def test_an_idempotency_key_is_1_to_128_printable_characters(api, key):
    body = api.request("O-none")
    problem(await api.ask("POST", "/v1/refunds", body, Idempotency_Key=key), 422, "invalid-request")


async def test_an_idempotency_key_of_128_visible_ascii_characters_is_taken(api):
    key = uuid4().hex + "".join(map(chr, range(0x21, 0x7F))) + "ab"
    assert len(key) == 128
    told(await api.submit(api.request(await api.order()), key), 201)


async def test_r3_a_late_request_is_refused_with_the_deadline_named_and_kept_on_record(api):
    body, key = api.request(await api.order(delivered_days_ago=30)), uuid4().hex

    refused = problem(await api.submit(body, key), 422, "request-window-passed")

    assert refused["rule"] == "R3"
    assert refused["deadline"]["what"] == "request"
    assert refused["instance"] == f"/v1/refunds/{refused['case_id']}"
    assert (await api.get(refused["instance"], "dev-storefront"))["state"] == "rejected"
    assert problem(await api.submit(body, key), 422, "request-window-passed") == refused


async def test_r3_a_request_within_the_window_is_let_through(api):
    assert (await api.open())["state"] == "under_audit"


async def test_r1_a_stranger_and_an_unknown_order_are_answered_alike_to_the_byte(api):
    known = await api.order()
    stranger = await api.submit(api.request(known, customer_id="c-2"))
    unknown = await api.submit(api.request("O-unknown-" + uuid4().hex[:6], customer_id="c-2"))

    refused = problem(stranger, 422, "unknown-order")
    assert refused["rule"] == "R1"
    other = unknown.json()["case_id"]
    assert stranger.content == unknown.content.replace(other.encode(), refused["case_id"].encode())
    assert dict(stranger.headers) == dict(unknown.headers)


async def test_r1_the_record_of_a_strangers_request_tells_no_more_than_that_of_an_unknown_order(api):
    asked = {"customer_id": "c-2", "reason": "personal", "lines": [{"sku": "LAMP", "quantity": 1}]}
    shown = []
    for number in (await api.order(), "O-unknown-" + uuid4().hex[:6]):
        refused = (await api.submit({**asked, "order_number": number})).json()
        case = await api.get(refused["instance"], "dev-storefront")
        timeline = await api.timeline(case, "dev-storefront")
        told_apart = {"case_id", "order_number", "opened_at", "updated_at", "ended_at", "links"}
        facts = {name: value for name, value in case.items() if name not in told_apart}
        shown.append((facts, [(one["event"], one["details"]) for one in timeline]))

    assert shown[0] == shown[1]


async def test_r11_units_in_an_open_case_are_refused_to_another_one(api):
    number = await api.order()
    told(await api.submit(api.request(number, lines=[{"sku": "LAMP"}])), 201)

    refused = problem(await api.submit(api.request(number, lines=[{"sku": "LAMP"}])), 422, "units-taken")

    assert refused["rule"] == "R11"


async def test_r10_special_goods_are_refused(api):
    body = api.request(await api.order(), lines=[{"sku": "RING"}])
    assert (await api.submit(body)).json()["rule"] == "R10"


async def test_case_ids_sort_by_time_and_never_repeat(api):
    earlier = await api.open()
    api.services.now.skipped += timedelta(milliseconds=2)
    later = await api.open()

    assert earlier["case_id"] < later["case_id"]
