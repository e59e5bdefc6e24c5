"""A body with a field that is not known is refused with the field's name, wherever in it the field stands."""

import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

import pytest
from fastapi.params import Body
from fastapi.routing import APIRoute

from api import routes
from tests.support.api_client import problem, told
from tests.support.assertions import assert_present
from tests.support.neighbours import MORE


class Call(NamedTuple):
    """A call, and an example of its body."""

    method: str
    path: str
    name: str
    body: Any


def with_bodies() -> Iterator[Call]:
    """Return every example of a body, of every call that takes one."""
    modules = (import_module(f"{routes.__name__}.{one.name}") for one in iter_modules(routes.__path__))
    for route in (one for module in modules for one in module.router.routes if isinstance(one, APIRoute)):
        [method] = assert_present(route.methods)
        if route.body_field:
            body = route.body_field.field_info
            assert isinstance(body, Body)
            examples = body.openapi_examples or {}
            yield from (Call(method, route.path_format, name, one.get("value")) for name, one in examples.items())


def with_more(value: Any) -> Iterator[Any]:
    """Return the body with a field more, once for every object in it."""
    if isinstance(value, dict):
        yield {**value, MORE: 1}
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in entries:
        for changed in with_more(one):
            yield {**value, key: changed} if isinstance(value, dict) else [*value[:key], changed, *value[key + 1 :]]


BODIES = list(with_bodies())


def test_every_call_that_takes_a_body_is_looked_at(app):
    taking = {path for path, calls in app.openapi()["paths"].items() for one in calls.values() if "requestBody" in one}
    assert {call.path for call in BODIES} == taking


@pytest.fixture(scope="module")
async def case_id(api):
    return (await api.open())["case_id"]


@pytest.mark.parametrize("call", BODIES, ids=lambda call: f"{call.method} {call.path} {call.name}")
async def test_a_field_that_is_not_known_is_refused(api, case_id, call):
    url = call.path.format(case_id=case_id, order_number="A-1", sku="MUG", finding_id="f-1", parcel_id="p-1")
    variants = list(with_more(json.loads(json.dumps(call.body))))
    assert variants
    for changed in variants:
        answer = await api.ask(call.method, url, changed, Idempotency_Key="k-1")
        is_scan = call.path.endswith("/scans") and MORE not in changed
        wrong = in_scans(answer) if is_scan else problem(answer, 422, "invalid-request")["errors"]
        assert any(MORE in one["field"] for one in wrong), wrong


def in_scans(answer):
    """Return what is wrong with single scans, each of which is answered by itself."""
    refused = (one["problem"] for one in told(answer, 200)["results"] if one["status"] == "refused")
    return [wrong for one in refused for wrong in one["errors"] or []]


async def test_a_question_that_is_not_known_is_refused_too(api):
    answer = await api.ask("GET", f"/v1/refunds?{MORE}=1")
    assert [one["field"] for one in problem(answer, 422, "invalid-request")["errors"]] == [MORE]
