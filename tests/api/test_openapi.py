"""The OpenAPI document: complete, and true to the letter of its examples."""

import json
from enum import StrEnum
from uuid import uuid4

import pytest

from domain.calendar import WindowName
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, ReplacementState
from domain.findings import Finding, FindingKind
from domain.parcels import UnexpectedParcel
from domain.payout_state import BlockReason, PayoutState
from tests.support.api_client import PROBLEM, told

CASE = "/v1/refunds/{case_id}"
BEFORE = {
    "/v1/warehouse/unexpected/{parcel_id}/match": ("audit",),
    f"{CASE}/evidence": [],
    f"{CASE}/audit": [],
    f"{CASE}/shipment": ["audit"],
    f"{CASE}/receipt": ["audit"],
    f"{CASE}/inspection": ["audit"],
    f"{CASE}/resolution": ["audit", "inspection"],
    f"{CASE}/dispatch": ["audit", "inspection", "resolution"],
}
LEADING = {"audit": "approve", "inspection": "no_defect_found", "resolution": "refuse"}
AS_EXCHANGE = {f"{CASE}/dispatch": "replacement"}


@pytest.fixture
async def document(api):
    return told(await api.client.get("/openapi.json"), 200)


def operations(document):
    return [(path, method, one) for path, all_of in document["paths"].items() for method, one in all_of.items()]


def examples(operation):
    return operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})


async def test_every_request_example_works(api, document):
    order = document["paths"]["/v1/orders/{order_number}"]["put"]
    [in_examples] = next(one["schema"]["examples"] for one in order["parameters"] if one["name"] == "order_number")
    # Other tests send the examples too: units are refunded only once, and a payment is of one order.
    order_number = f"A-{uuid4().hex[:8]}"
    for path, method, operation in operations(document):
        for name, example in examples(operation).items():
            is_exchange = AS_EXCHANGE.get(path) == name
            case_id = await (exchanged if is_exchange else staged)(api, document, path) if path in BEFORE else ""
            worded = json.dumps(example["value"]).replace(in_examples, order_number)
            body = json.loads(worded.replace("pi_3Nabc", f"pi_{order_number}").replace("rc_01k0v6xq3e7h", case_id))
            finding_id = found(api) if "finding_id" in path else ""
            parcel_id = came_in(api) if "parcel_id" in path else ""
            url = path.format(
                order_number=order_number, case_id=case_id, finding_id=finding_id, parcel_id=parcel_id, sku="LAMP-OAK"
            )
            answer = await api.ask(method.upper(), url, body, Idempotency_Key=uuid4().hex)
            assert answer.is_success, f"{method} {path}, example {name}: {answer.text[:500]}"


def found(api):
    """Have reconciliation find something."""
    now = api.services.now()
    finding = Finding(
        finding_id=f"unknown_refund/stripe/{uuid4().hex}",
        kind=FindingKind.EXTERNAL_REFUND,
        message="made by hand",
        found_at=now,
        last_seen_at=now,
    )
    api.services.findings.found([finding])
    return finding.finding_id


def came_in(api):
    """Have a parcel come in that nobody expects."""
    parcel = UnexpectedParcel(
        parcel_id=uuid4().hex, code="SF1", why="no label", received_by="mei", received_at=api.services.now()
    )
    api.services.parcels.expect_nothing_of(parcel)
    return parcel.parcel_id


async def exchanged(api, document, _path):
    """Open the exchange of the examples, and bring it to where its replacement is to be sent."""
    case = await placed(api, document, "exchange")
    await api.send(case, "audit", {"decision": "approve"})
    accepted = examples(document["paths"][f"{CASE}/inspection"]["post"])["accepted"]["value"]
    told(await api.send(case, "inspection", accepted), 200)
    await api.wait_for(case, lambda shown: shown["replacements"][0]["state"] == "reserved")
    return case["case_id"]


async def staged(api, document, path):
    """Open a case like that of the examples, and bring it by examples to where the call makes sense."""
    case = await placed(api, document, "personal")
    for what in BEFORE[path]:
        body = examples(document["paths"][f"{CASE}/{what}"]["post"])[LEADING[what]]["value"]
        told(await api.send(case, what, body), 200)
    return case["case_id"]


async def placed(api, document, example):
    """Open the case of an example over an order of its own."""
    order = examples(document["paths"]["/v1/orders/{order_number}"]["put"])["two_lines"]["value"]
    number = f"A-{uuid4().hex[:8]}"
    payments = [{**order["payments"][0], "reference": f"pi_{number}"}]
    told(await api.ask("PUT", f"/v1/orders/{number}", {**order, "payments": payments}), 201)
    asked = examples(document["paths"]["/v1/refunds"]["post"])[example]["value"]
    lines = [{**asked["lines"][0], "sku": "LAMP-1", "quantity": 1}]
    return told(await api.submit({**asked, "order_number": number, "lines": lines}), 201)


def test_every_call_that_takes_a_body_has_an_example(app):
    for path, method, operation in operations(app.openapi()):
        assert ("requestBody" in operation) == bool(examples(operation)), f"{method} {path}"


def test_every_call_says_what_it_is_needs_a_key_and_has_a_name_to_be_called_by(app):
    open_to_all = {
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/webhooks/payments/{provider}",
        "/v1/webhooks/couriers/{courier}",
    }
    names = [operation["operationId"] for _, _, operation in operations(app.openapi())]
    for path, method, operation in operations(app.openapi()):
        assert operation["summary"], f"{method} {path}"
        assert operation["description"], f"{method} {path}"
        assert ("security" in operation) == (path not in open_to_all), f"{method} {path}"
    assert len(set(names)) == len(names)
    assert {"put_order", "open_refund", "get_refund", "list_refunds", "decide_audit"} <= set(names)


def test_every_error_is_documented_as_a_problem(app):
    for path, method, operation in operations(app.openapi()):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                schema = answer["content"][PROBLEM]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, f"{method} {path} {status}"
    assert "HTTPValidationError" not in app.openapi()["components"]["schemas"]


@pytest.mark.parametrize(
    ("schema", "field", "words"),
    [
        ("TimelineItem", "event", CaseEvent),
        ("CaseView", "state", CaseState),
        ("CaseView", "blocked_by", BlockReason),
        ("Deadline", "what", WindowName),
        ("Payout", "state", PayoutState),
        ("Replacement", "state", ReplacementState),
        ("Finding", "kind", FindingKind),
    ],
)
def test_the_words_that_a_field_takes_are_listed(app, schema: str, field: str, words: type[StrEnum]):
    """Whoever reads the document learns every word of a field that has some of its own."""
    schemas = app.openapi()["components"]["schemas"]
    shown = schemas[schema]["properties"][field]
    assert f"#/components/schemas/{words.__name__}" in json.dumps(shown)
    assert schemas[words.__name__]["enum"] == [one.value for one in words]
