"""What makes no sense is refused with the field and how to mend it, and never reaches anything behind the edge."""

import json

import pytest

from tests.support.api_client import problem

CASE = "/v1/refunds/rc_00000000"
NUL = "\x00"


async def raw(api, content: bytes, path: str = "/v1/refunds", **headers: str):
    sent = {"Authorization": "Bearer dev-admin", "Idempotency-Key": "k", "Content-Type": "application/json", **headers}
    return await api.client.post(path, content=content, headers=sent)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"a": 1,}',
        b"\xff\xfe",
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"description": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"nope",
    ],
)
async def test_what_is_not_json_is_400(api, content):
    problem(await raw(api, content), 400, "malformed-json")


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"1", b'"text"', b"[{}]"])
async def test_json_that_is_no_object_is_422(api, content):
    assert problem(await raw(api, content), 422, "invalid-request")["errors"][0]["field"] == "body"


async def test_a_body_that_is_not_called_json_is_422_and_says_what_to_send(api):
    refused = problem(await raw(api, b"{}", **{"Content-Type": "text/plain"}), 422, "invalid-request")
    assert "Content-Type: application/json" in refused["errors"][0]["says"]


@pytest.mark.parametrize("path", ["/v1/refunds", f"{CASE}/audit", f"{CASE}/withdrawal", "/nowhere", "/healthz"])
async def test_a_body_above_1_mib_is_413_wherever_it_is_sent(api, path):
    problem(await raw(api, b" " * (1024 * 1024 + 1), path), 413, "body-too-large")


async def test_a_body_that_announces_far_too_much_is_413_without_being_read(api):
    async def endless():
        raise AssertionError("read")
        yield b""

    headers = {"Authorization": "Bearer dev-admin", "Content-Length": str(10**12)}
    problem(await api.client.post("/v1/refunds", content=endless(), headers=headers), 413, "body-too-large")


async def test_a_body_of_just_1_mib_is_read(api):
    problem(await raw(api, b" " * (1024 * 1024 - 2) + b"{}"), 422, "invalid-request")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"order_number": 7}, "order_number"),
        ({"order_number": None}, "order_number"),
        ({"order_number": f"A{NUL}"}, "order_number"),
        ({"customer_id": "\u202eü"}, "customer_id"),
        ({"description": f"nul {NUL} nul"}, "description"),
        ({"description": "x" * 4001}, "description"),
        ({"reason": "boredom"}, "reason"),
        ({"lines": []}, "lines"),
        ({"lines": {}}, "lines"),
        ({"lines": [{"sku": "MUG", "quantity": 10**30}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "MUG", "quantity": "1"}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "MUG", "quantity": True}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "MUG", "quantity": 1.0}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "MUG", "quantity": float("nan")}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "MUG"}, {"sku": "MUG"}]}, "body"),
        ({"lines": [{"sku": f"S-{one}", "quantity": 1000} for one in range(2)]}, "body"),
        ({"evidence": [{"filename": "a/b.jpg", "content_type": "image/jpeg", "size": 1}]}, "evidence.0.filename"),
        (
            {"evidence": [{"filename": "a.pdf", "content_type": "application/pdf", "size": 1}]},
            "evidence.0.content_type",
        ),
        ({"evidence": [{"filename": "a.jpg", "content_type": "image/jpeg", "size": 10**9}]}, "evidence.0.size"),
        (
            {"evidence": [{"filename": "a.jpg", "content_type": "image/jpeg", "size": 1, "sha256": "zz"}]},
            "evidence.0.sha256",
        ),
        ({"evidence": [{"filename": "a.jpg", "content_type": "image/jpeg", "size": 1}] * 21}, "evidence"),
    ],
)
async def test_a_wrong_field_is_named(api, changes, field):
    body = {"order_number": "A-1", "customer_id": "c-1", "reason": "personal", "lines": [{"sku": "MUG"}], **changes}

    refused = problem(await raw(api, json.dumps(body).encode()), 422, "invalid-request")

    assert refused["errors"][0]["field"] == field


async def test_a_problem_repeats_nothing_of_the_input(api):
    body = {"order_number": "A-1", "customer_id": "ZEBRA WOOD", "reason": "ZEBRA", "lines": "ZEBRA"}
    assert "ZEBRA" not in (await raw(api, json.dumps(body).encode())).text


async def test_many_wrong_fields_are_told_up_to_a_limit_and_strange_names_are_made_plain(api):
    body = {f"\u202e\x1b[31m{number}" + "y" * 1000: 1 for number in range(100)}

    refused = problem(await raw(api, json.dumps(body).encode()), 422, "invalid-request")

    assert len(refused["errors"]) == 20
    assert all(len(one["field"]) <= 200 and one["field"].isprintable() for one in refused["errors"])


@pytest.mark.parametrize(
    "path", ["/v1/refunds/rc_0000000%00", "/v1/refunds/nonsense", "/v1/refunds/rc_00000000/evidence/a%00b"]
)
@pytest.mark.parametrize("suffix", ["", "/timeline", "/uploaded"])
async def test_nul_and_nonsense_in_a_path_never_reach_the_database(api, path, suffix):
    method = "POST" if suffix == "/uploaded" else "GET"
    assert (await api.ask(method, path + suffix)).status_code in {404, 405, 422}


@pytest.mark.parametrize("number", ["%00", "a%00", "a%E2%80%A8b", "%20", "x" * 129, "%FF"])
async def test_an_order_number_that_can_be_none_is_422(api, number):
    refused = await api.ask("PUT", f"/v1/orders/{number}", api.facts("O-1"))
    assert problem(refused, 422, "invalid-request")["errors"][0]["field"] == "order_number"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("order_number=%00", "order_number"),
        ("state=nonsense", "state"),
        ("awaiting=me", "awaiting"),
        ("overdue=perhaps", "overdue"),
        ("cursor=%00", "cursor"),
        ("colour=red", "colour"),
    ],
)
async def test_a_wrong_filter_is_named(api, query, field):
    refused = problem(await api.ask("GET", f"/v1/refunds?{query}"), 422, "invalid-request")
    assert refused["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "cursor", ["abc", "AAAA", "MjAyNi0xMS0wMQ", "OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OSByY18wMDAwMDAwMA"]
)
async def test_a_cursor_that_no_list_gave_is_422(api, cursor):
    problem(await api.ask("GET", f"/v1/refunds?cursor={cursor}"), 422, "bad-cursor")


@pytest.mark.parametrize("key", ["x" * 129, "a\u200bb".encode()])
async def test_an_idempotency_key_of_a_decision_that_cannot_be_an_event_id_is_422(api, key):
    case = await api.open()
    refused = await api.send(case, "audit", {"decision": "approve"}, Idempotency_Key=key)
    assert problem(refused, 422, "invalid-request")["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("path", ["/v1/stock/A%0AB", "/v1/stock/A%0A", "/v1/orders/A%0AB", "/v1/orders/%0A"])
async def test_a_line_break_in_a_path_is_422(api, path):
    refused = problem(await api.ask("PUT", path, {"product_name": "Mug", "available": 1}), 422, "invalid-request")
    assert refused["errors"]


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(api):
    problem(await api.ask("GET", "/v2/%E2%80%AE"), 404, "not-found")
    refused = await api.ask("DELETE", "/v1/refunds")
    problem(refused, 405, "method-not-allowed")
    assert set(refused.headers["allow"].replace(" ", "").split(",")) <= {"GET", "POST"}
