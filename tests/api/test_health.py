"""Liveness, readiness, numbers, and the page of documentation."""

import re
from dataclasses import replace

from temporalio.client import Client

from api.app import create_app
from api.refund_workflows import RefundWorkflows
from db.core.engine import Database
from tests.support.api_client import asking, problem, told


async def test_alive_and_ready_need_no_key(api):
    assert told(await api.client.get("/healthz"), 200) == {"status": "ok"}
    ready = told(await api.client.get("/readyz"), 200)
    assert ready == {"database": "ok", "temporal": "ok", "evidence_store": "ok"}


async def test_readiness_names_each_part_that_does_not_answer(services, seaweed, tmp_path):
    nothing = Database(f"sqlite:///{tmp_path}/nothing.db")
    nobody = RefundWorkflows(await Client.connect("127.0.0.1:1", lazy=True))
    async with asking(create_app(replace(services, database=nothing, workflows=nobody))) as client:
        with seaweed.hanging():
            refused = problem(await client.get("/readyz"), 503, "not-ready")
            assert told(await client.get("/healthz"), 200)
    nothing.close()

    assert {one["field"] for one in refused["errors"]} == {"database", "temporal", "evidence_store"}


async def test_requests_are_counted_by_route_and_status(api):
    await api.ask("GET", "/v1/refunds/rc_00000000")
    await api.ask("GET", "/nowhere/at/all")
    await api.ask("BREW", "/v1/refunds")

    response = await api.client.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    labels = re.findall(r"refunds_http_requests_total\{(.*)\} ", response.text)
    assert 'method="GET",route="/v1/refunds/{case_id}",status="404"' in labels
    assert 'method="GET",route="unmatched",status="404"' in labels
    assert not re.search(r"rc_0|BREW|nowhere", response.text)
    assert (
        'refunds_http_request_duration_seconds_bucket{le="0.1",method="GET",route="/v1/refunds/{case_id}"}'
        in response.text
    )
    assert "process_cpu_seconds_total" in response.text


async def test_the_page_of_documentation_loads_nothing_from_elsewhere(api):
    page = await api.client.get("/docs")

    addresses = re.findall(r'(?:src|href)="(.*?)"', page.text)
    assert len(addresses) == 3
    for address in addresses:
        assert address.startswith("/")
        assert (await api.client.get(address)).status_code == 200
    assert (await api.client.get("/docs/assets/nothing.js")).headers["content-type"] == "application/problem+json"
