"""Workflows that were terminated or cancelled, and records that were restored: the case goes on (faults 31, 33)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import ActivityEnvironment

from activities.inbox.sweep import Batch
from activities.lost_cases import LostCaseActivities
from api.refund_workflows import RefundWorkflows
from db.core.engine import Database
from db.tables import CaseRow, TimelineRow
from tests.api.breakage import broken
from tests.support.activity_set import activity_set_of
from tests.support.api_client import ApiClient, problem, told
from tests.support.temporal_env import dev_server
from tests.support.waiting import until
from worker.build import build_worker
from workflows.client.case_runs import TemporalCaseRuns
from workflows.client.start_options import workflow_id


async def is_running(api: ApiClient, case: dict[str, Any]) -> bool:
    return (await api.handle(case).describe()).status is WorkflowExecutionStatus.RUNNING


def kinds(api: ApiClient, case: dict[str, Any]) -> list[str]:
    found = api.services.findings.page(limit=10_000)
    return [one.kind.value for one in found if one.case_id == case["case_id"]]


async def events(api: ApiClient, case: dict[str, Any]) -> list[str]:
    return [one["event"] for one in await api.timeline(case)]


async def test_fault_33_a_call_to_a_case_whose_workflow_was_terminated_restarts_it(api):
    case = await api.approved()
    await api.handle(case).terminate("by hand")

    body = {"carrier": "sf_express", "tracking_number": "SF7654321"}
    sent = told(await api.send(case, "shipment", body, "dev-storefront"), 200)

    assert sent["state"] == "in_transit"
    assert (await events(api, case)).count("workflow_restarted") == 1
    assert kinds(api, case) == ["workflow_lost"]
    assert await is_running(api, case)


async def test_fault_33_open_cases_without_a_workflow_are_restarted_by_the_watch_and_no_others(api):
    lost, kept = await api.approved(), await api.approved()
    await api.handle(lost).terminate("by hand")
    services, later = api.services, api.services.now() + timedelta(hours=1)
    runs = TemporalCaseRuns(api.temporal, services.submissions)
    watch = LostCaseActivities(services.cases, runs, services.recovery, lambda: later)

    async def is_listed_as_ended() -> bool:
        return lost["case_id"] not in await runs.running()

    await until(is_listed_as_ended)
    swept = await ActivityEnvironment().run(watch.restart_lost_cases, Batch(limit=200))

    assert swept.count >= 1

    async def is_noted() -> bool:
        return "workflow_restarted" in await events(api, lost) and kinds(api, lost) == ["workflow_lost"]

    await until(is_noted)
    assert await is_running(api, lost)
    assert "workflow_restarted" not in await events(api, kept)
    body = {"carrier": "sf_express", "tracking_number": "SF7654323"}
    assert told(await api.send(lost, "shipment", body, "dev-storefront"), 200)["state"] == "in_transit"


def restore(database: Database, table: Table, rows: list[dict[str, Any]]) -> None:
    """Put back what a backup had of a case."""
    with database.writing() as connection:
        connection.execute(table.delete().where(table.c.case_id == rows[0]["case_id"]))
        connection.execute(table.insert(), rows)


def rows_of(database: Database, table: Table, case_id: str) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(table.select().where(table.c.case_id == case_id)).mappings()]


async def test_fault_31_what_is_answered_after_the_database_was_restored_is_recorded(api):
    database, tables = api.services.database, (CaseRow.__table__, TimelineRow.__table__)
    case = await api.approved()
    backup = [(table, rows_of(database, table, case["case_id"])) for table in tables]
    body = {"carrier": "sf_express", "tracking_number": "SF7654322"}
    told(await api.send(case, "shipment", body, "dev-storefront"), 200)
    before = await events(api, case)
    for table, rows in backup:
        restore(database, table, rows)
    assert (await api.case(case))["state"] == "awaiting_return"

    repeated = told(await api.send(case, "shipment", body, "dev-storefront"), 200)

    assert repeated["state"] == (await api.case(case))["state"] == "in_transit"
    assert await events(api, case) == [*before, "recorded_again"]
    assert kinds(api, case) == ["record_behind"]


@pytest.mark.parametrize("how", ["cancel", "terminate"])
async def test_fault_33_a_case_ended_by_hand_before_its_first_task_opens_under_the_same_key(api, gateway, how):
    key, order = f"key-{how}-first", f"O-{how}-first"
    told(await api.ask("PUT", f"/v1/orders/{order}", api.facts(order)), 201)
    async with dev_server() as env:
        async with broken(api, workflows=RefundWorkflows(env.client, patience_seconds=2)) as early:
            problem(await early.submit(early.request(order), key), 503, "workflows-unavailable")
        handle = env.client.get_workflow_handle(str(await until(lambda: started(env.client))))
        await (handle.cancel() if how == "cancel" else handle.terminate("by hand"))
        activity_set = activity_set_of(env.client, api.services.database, gateway, now=api.services.now)
        async with (
            build_worker(env.client, activity_set),
            broken(api, workflows=RefundWorkflows(env.client)) as mended,
        ):
            again = told(await mended.submit(mended.request(order), key), 200)
    assert again["state"] == "under_audit"
    assert workflow_id(again["case_id"]) == handle.id


async def started(client: Client) -> str | None:
    """Return the id of the first workflow that the server has, or None."""
    return next(iter([one.id async for one in client.list_workflows()]), None)
