"""POST /v1/refunds: the verdict in the answer, one case a key."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.api_client import photo, problem, told


async def test_a_request_is_answered_with_the_case_and_whose_turn_it_is(counter):
    case = await counter.open()

    assert case["state"] == "under_audit"
    assert case["next_step"]["party"] == "auditor"
    assert case["amounts"]["goods_asked"]["minor"] == sum(unit["goods"] for unit in case["lines"][0]["units"])
    assert case["amounts"]["paid"] == {"minor": 0, "currency": "USD"}
    assert case["description"] == "Does not suit me after all."
    assert {deadline["what"] for deadline in case["deadlines"]} >= {"request", "audit_target"}
    assert await counter.case(case) == {**case, "upload_tickets": []}


async def test_nothing_a_customer_wrote_and_no_fingerprint_is_told_to_temporal_or_shown(counter):
    case = await counter.open(description="Zebrawood is not to my liking.")
    handle = counter.handle(case)

    history = str(await handle.fetch_history())

    assert "Zebrawood" not in history
    assert case["case_id"] in history
    assert "last_messages" not in case


async def test_evidence_comes_with_upload_tickets_that_the_store_takes(counter):
    case = await counter.open(reason="quality", evidence=[photo(), photo(filename="back.jpg")])

    tickets = case["upload_tickets"]
    assert [ticket["filename"] for ticket in tickets] == ["front.jpg", "back.jpg"]
    assert [one["evidence_id"] for one in case["evidence"]] == [ticket["evidence_id"] for ticket in tickets]
    assert case["state"] == "information_requested"
    assert await counter.upload(tickets[0], b"\xff\xd8\xff\xe0" + bytes(200)) == 200


async def test_a_repeat_with_the_same_key_and_body_is_the_same_case_with_fresh_tickets(counter):
    body, key = counter.request(await counter.order(), reason="quality", evidence=[photo()]), uuid4().hex

    first = told(await counter.submit(body, key), 201)
    response = await counter.submit(dict(reversed(body.items())), key)
    second = told(response, 200)

    assert second["case_id"] == first["case_id"]
    assert second["upload_tickets"][0]["evidence_id"] == first["upload_tickets"][0]["evidence_id"]
    assert response.headers["location"] == f"/v1/refunds/{first['case_id']}"


async def test_fault_29_twenty_clicks_at_once_are_one_case(counter):
    body, key = counter.request(await counter.order()), uuid4().hex

    answers = await asyncio.gather(*(counter.submit(body, key) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["case_id"] for answer in answers}) == 1


async def test_the_same_key_with_another_body_is_a_conflict(counter):
    body, key = counter.request(await counter.order()), uuid4().hex
    told(await counter.submit(body, key), 201)

    problem(await counter.submit({**body, "reason": "quality"}, key), 409, "idempotency-key-reused")


async def test_the_same_key_of_two_storefronts_is_two_cases(counter):
    key = uuid4().hex
    first = told(await counter.submit(counter.request(await counter.order()), key), 201)
    second = told(await counter.submit(counter.request(await counter.order()), key, as_="other-shop"), 201)

    assert first["case_id"] != second["case_id"]


async def test_without_an_idempotency_key_nothing_is_opened_and_the_answer_says_so(counter):
    body = counter.request(await counter.order())

    refused = problem(await counter.ask("POST", "/v1/refunds", body), 422, "invalid-request")

    assert [one["field"] for one in refused["errors"]] == ["Idempotency-Key"]
    assert (await counter.get(f"/v1/refunds?order_number={body['order_number']}"))["items"] == []


@pytest.mark.parametrize("key", ["", " ", "k" * 129, "tab\tbed", "schlüssel".encode()])
async def test_an_idempotency_key_is_1_to_128_visible_ascii_characters(counter, key):
    body = counter.request("O-none")
    problem(await counter.ask("POST", "/v1/refunds", body, Idempotency_Key=key), 422, "invalid-request")


async def test_an_idempotency_key_of_128_visible_ascii_characters_is_taken(counter):
    key = uuid4().hex + "".join(map(chr, range(0x21, 0x7F))) + "ab"
    assert len(key) == 128
    told(await counter.submit(counter.request(await counter.order()), key), 201)


async def test_r3_a_late_request_is_refused_with_the_deadline_named_and_kept_on_record(counter):
    body, key = counter.request(await counter.order(delivered_days_ago=30)), uuid4().hex

    refused = problem(await counter.submit(body, key), 422, "request-window-passed")

    assert refused["rule"] == "R3"
    assert refused["deadline"]["what"] == "request"
    assert refused["instance"] == f"/v1/refunds/{refused['case_id']}"
    assert (await counter.get(refused["instance"], "dev-storefront"))["state"] == "rejected"
    assert problem(await counter.submit(body, key), 422, "request-window-passed") == refused


async def test_r3_a_request_within_the_window_is_let_through(counter):
    assert (await counter.open())["state"] == "under_audit"


async def test_r1_a_stranger_and_an_unknown_order_are_answered_alike_to_the_byte(counter):
    known = await counter.order()
    stranger = await counter.submit(counter.request(known, customer_id="c-2"))
    unknown = await counter.submit(counter.request("O-unknown-" + uuid4().hex[:6], customer_id="c-2"))

    refused = problem(stranger, 422, "unknown-order")
    assert refused["rule"] == "R1"
    other = unknown.json()["case_id"]
    assert stranger.content == unknown.content.replace(other.encode(), refused["case_id"].encode())
    assert dict(stranger.headers) == dict(unknown.headers)


async def test_r1_the_record_of_a_strangers_request_tells_no_more_than_that_of_an_unknown_order(counter):
    asked = {"customer_id": "c-2", "reason": "personal", "lines": [{"sku": "LAMP", "quantity": 1}]}
    shown = []
    for number in (await counter.order(), "O-unknown-" + uuid4().hex[:6]):
        refused = (await counter.submit({**asked, "order_number": number})).json()
        case = await counter.get(refused["instance"], "dev-storefront")
        timeline = await counter.timeline(case, "dev-storefront")
        told_apart = {"case_id", "order_number", "opened_at", "updated_at", "ended_at", "links"}
        facts = {name: value for name, value in case.items() if name not in told_apart}
        shown.append((facts, [(one["event"], one["details"]) for one in timeline]))

    assert shown[0] == shown[1]


async def test_r11_units_in_an_open_case_are_refused_to_another_one(counter):
    number = await counter.order()
    told(await counter.submit(counter.request(number, lines=[{"sku": "LAMP"}])), 201)

    refused = problem(await counter.submit(counter.request(number, lines=[{"sku": "LAMP"}])), 422, "units-taken")

    assert refused["rule"] == "R11"


async def test_r10_special_goods_are_refused(counter):
    body = counter.request(await counter.order(), lines=[{"sku": "RING"}])
    assert (await counter.submit(body)).json()["rule"] == "R10"


async def test_case_ids_sort_by_time_and_never_repeat(counter):
    earlier = await counter.open()
    counter.services.now.skipped += timedelta(milliseconds=2)
    later = await counter.open()

    assert earlier["case_id"] < later["case_id"]
