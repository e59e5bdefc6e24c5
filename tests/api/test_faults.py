"""What breaks behind the edge is said clearly, and repeating the request mends it."""

import asyncio
import logging
from uuid import uuid4

import pytest
from sqlalchemy import event
from temporalio.client import Client, Interceptor, OutboundInterceptor

from api.app import create_app
from api.dependencies import Services
from api.refund_workflows import IN_FLIGHT_PER_CASE, RefundWorkflows
from db.core.engine import Database
from db.core.migrate import migrate
from domain.cases.messages import Withdrawal
from domain.errors import WorkflowsUnavailableError
from tests.api.breakage import behind_proxy, broken
from tests.support.api_client import ApiClient, asking, problem, told
from workflows.client.availability import NotRunningError
from workflows.plugin import RefundPlugin
from workflows.refund.workflow import RefundWorkflow

SPARE_PAGES = 30


async def test_fault_17_a_request_taken_while_temporal_is_away_comes_to_life_with_the_same_key(api):
    body, key = api.request(await api.order()), uuid4().hex
    async with behind_proxy(api) as (cut_off, proxy):
        proxy.cut()
        response = await cut_off.submit(body, key)
    problem(response, 503, "workflows-unavailable")
    assert response.headers["retry-after"]
    assert (await api.get(f"/v1/refunds?order_number={body['order_number']}"))["items"] == []

    case = told(await api.submit(body, key), 200)

    assert case["state"] == "under_audit"
    assert told(await api.submit(body, key), 200)["case_id"] == case["case_id"]
    assert len((await api.get(f"/v1/refunds?order_number={body['order_number']}"))["items"]) == 1


async def test_what_is_recorded_can_be_read_and_repeated_while_temporal_is_away(api):
    body, key = api.request(await api.order()), uuid4().hex
    async with behind_proxy(api) as (cut_off, proxy):
        case = told(await cut_off.submit(body, key), 201)
        proxy.cut()
        assert told(await cut_off.submit(body, key), 200)["case_id"] == case["case_id"]
        assert (await cut_off.case(case))["state"] == "under_audit"
        problem(await cut_off.send(case, "audit", {"decision": "approve"}), 503, "workflows-unavailable")
        assert (await cut_off.case(case))["state"] == "under_audit"
        proxy.mend()
        approved = await cut_off.send(case, "audit", {"decision": "approve"})
        assert told(approved, 200)["state"] == "awaiting_return"


async def test_a_refund_that_no_worker_takes_up_is_a_503_after_some_patience(api):
    case = await api.open()
    temporal, intake = api.temporal, api.services.submissions.get(case["case_id"])
    hasty = RefundWorkflows(temporal, patience_seconds=1)
    idle = await temporal.start_workflow("RefundWorkflow", intake, id="refund/rc_idle0000", task_queue="nobody")

    with pytest.raises(WorkflowsUnavailableError, match="it took too long"):
        await hasty.send("rc_idle0000", RefundWorkflow.withdraw, Withdrawal())

    await idle.terminate()
    with pytest.raises(NotRunningError):
        await hasty.send("rc_idle0000", RefundWorkflow.withdraw, Withdrawal())


async def test_fault_20_a_database_out_of_reach_is_a_clear_503(services, temporal, tmp_path):
    nothing = Database(f"sqlite:///{tmp_path}/nothing.db")
    parts = Services.over(nothing, services.store, temporal, services.keys, services.now)
    async with asking(create_app(parts)) as client:
        api = ApiClient(client, parts, temporal)
        for response in (await api.ask("GET", "/v1/refunds"), await api.submit(api.request("A-1"))):
            refused = problem(response, 503, "database-unavailable")
            assert response.headers["retry-after"]
            assert "table" not in refused["detail"]
    nothing.close()


async def test_fault_21_a_full_disk_is_a_clear_503_and_leaves_no_half_state(services, temporal, tmp_path):
    url = f"sqlite:///{tmp_path}/full.db"
    migrate(url)
    database = Database(url)
    with database.reading() as connection:
        limits = [int(connection.exec_driver_sql("PRAGMA page_count").scalar_one()) + SPARE_PAGES]
    event.listen(database.engine, "begin", lambda one: one.exec_driver_sql(f"PRAGMA max_page_count = {limits[-1]}"))
    parts = Services.over(database, services.store, temporal, services.keys, services.now)
    async with asking(create_app(parts)) as client:
        api = ApiClient(client, parts, temporal)
        lines = [{"sku": f"S-{one}", "product_name": "s" * 200, "quantity": 1, "unit_price": 1} for one in range(200)]
        orders = {number: api.facts(f"O-{number}", lines=lines, parcels=[]) for number in range(20)}

        full = [await api.ask("PUT", f"/v1/orders/O-{number}", order) for number, order in orders.items()]
        limits.append(10_000)
        mended = await api.ask("PUT", "/v1/orders/O-19", orders[19])

    assert full[0].status_code == 201
    problem(full[-1], 503, "database-unavailable")
    assert mended.status_code == 201
    database.close()


async def test_an_unexpected_error_is_a_500_that_tells_nothing_and_logs_no_words_of_a_customer(api, caplog):
    words = "zebrawood".title()

    def broken_clock():
        raise RuntimeError(words)

    with caplog.at_level(logging.ERROR):
        async with broken(api, now=broken_clock) as ill:
            response = await ill.submit(
                {"order_number": "A", "customer_id": "c", "reason": "personal", "lines": [{"sku": "S"}]}
            )

    refused = problem(response, 500, "internal-error")
    assert "Zebrawood" not in response.text
    assert "RuntimeError" not in response.text
    assert "Traceback" not in refused["detail"]
    assert "broken_clock" in caplog.text
    assert "Zebrawood" not in caplog.text


async def test_a_database_that_keeps_a_writer_waiting_does_not_keep_others_waiting(api, services):
    with services.database.writing():
        waiting = asyncio.create_task(api.ask("PUT", "/v1/orders/O-waits", api.facts("O-waits")))
        assert (await api.ask("GET", "/healthz")).status_code == 200
        assert (await api.ask("GET", "/v1/refunds")).status_code == 200
        assert not waiting.done()
    assert (await waiting).status_code in {200, 201}


class InFlight(Interceptor):
    """Counts the updates that are on their way to Temporal at the same time."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def intercept_client(self, following):
        counts = self

        class Counting(OutboundInterceptor):
            async def start_workflow_update(self, said):
                counts.now += 1
                counts.most = max(counts.most, counts.now)
                try:
                    return await super().start_workflow_update(said)
                finally:
                    counts.now -= 1

        return Counting(following)


async def test_fault_30_a_flood_of_messages_to_one_case_takes_its_turns_and_none_is_lost(api):
    in_flight = InFlight()
    target = api.temporal.service_client.config.target_host
    client = await Client.connect(target, plugins=[RefundPlugin()], interceptors=[in_flight])
    async with broken(api, workflows=RefundWorkflows(client)) as watched:
        case = await watched.approved()
        numbers = {f"SF{number:08}" for number in range(60)}
        left = numbers
        while left:  # who is told to come again does so
            bodies = [{"carrier": "sf_express", "tracking_number": number} for number in sorted(left)]
            answers = await asyncio.gather(*(watched.send(case, "shipment", body, "dev-storefront") for body in bodies))
            assert {answer.status_code for answer in answers} <= {200, 503}
            assert any(answer.is_success for answer in answers)
            left = {number for number, answer in zip(sorted(left), answers, strict=True) if not answer.is_success}

        assert in_flight.most == IN_FLIGHT_PER_CASE
        recorded = [one["details"].get("tracking_number") for one in await watched.timeline(case)]
        assert sorted(filter(None, recorded)) == sorted(numbers)
        assert (await watched.case(case))["state"] == "in_transit"
