"""The service's database alone is restored from a backup, so that Temporal is ahead of the records (fault 31)."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.inbox.sweep import Batch
from activities.lost_cases import LostCaseActivities
from activities.restored_records import LastWatch, RestoredRecordActivities, Watched
from api.app import create_app
from api.dependencies import Services
from db.cases.watch_marks import WatchMarks
from db.core.engine import Database
from db.core.migrate import migrate
from domain.payout_state import PayoutState
from gateways.evidence.evidence_store import EvidenceStore
from gateways.evidence.s3 import Bucket
from tests.support.activity_set import activity_set_of
from tests.support.api_client import KEYS, ApiClient, Clock, asking, inspection, told
from tests.support.fakes import ObedientGateway
from tests.support.ledger import Ledger
from tests.support.temporal_env import dev_server
from tests.support.waiting import until
from worker.build import build_worker
from workflows.client.case_runs import TemporalCaseRuns

NOWHERE = Bucket(name="evidence", endpoint="http://127.0.0.1:1", access_key="unused", secret_key=SecretStr("unused"))
SHIPPED = {"carrier": "sf_express", "tracking_number": "SF7654399"}


@dataclass
class Backups:
    """A shop whose database can be set back, and what the case watch does about it."""

    api: ApiClient
    file: Path
    gateway: ObedientGateway
    before: LastWatch = field(default_factory=LastWatch)

    def back_up(self) -> None:
        self._copy(self.file, self._backup)

    def restore(self) -> None:
        self._copy(self._backup, self.file)

    async def watch(self) -> Watched:
        """Watch once, as the schedule does; the result is kept for the next watch, as Temporal keeps it."""
        services, runs = self.api.services, self.runs
        restored = RestoredRecordActivities(services.cases, runs, WatchMarks(services.database), services.now)
        watched = await ActivityEnvironment().run(restored.write_restored_records, self.before)
        self.before = LastWatch(marked_at=watched.marked_at)
        later = services.now() + timedelta(hours=1)
        lost = LostCaseActivities(services.cases, runs, services.recovery, lambda: later)
        swept = await ActivityEnvironment().run(lost.restart_lost_cases, Batch(limit=200))
        return watched.amend(lost=swept.count)

    @property
    def runs(self) -> TemporalCaseRuns:
        return TemporalCaseRuns(self.api.temporal, self.api.services.submissions)

    async def until_ended(self, case: dict[str, Any]) -> None:
        """Wait until Temporal lists the case's workflow as ended."""

        async def is_ended() -> bool:
            return case["case_id"] in await self.runs.ended_since(None)

        await until(is_ended)

    async def events(self, case: dict[str, Any]) -> list[str]:
        return [one["event"] for one in await self.api.timeline(case)]

    def findings(self, case: dict[str, Any]) -> list[str]:
        found = self.api.services.findings.page(limit=10_000)
        return sorted(one.kind.value for one in found if one.case_id == case["case_id"])

    @property
    def _backup(self) -> Path:
        return self.file.with_suffix(".backup")

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as copy:
            whole.backup(copy)


@pytest_asyncio.fixture(loop_scope="session")
async def backups(tmp_path: Path) -> AsyncIterator[Backups]:
    file, gateway = tmp_path / "refunds.db", ObedientGateway()
    migrate(f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    async with (
        dev_server() as env,
        build_worker(env.client, activity_set_of(env.client, database, gateway)),
    ):
        services = Services.over(database, EvidenceStore(NOWHERE), env.client, KEYS, Clock())
        async with asking(create_app(services)) as client:
            backups = Backups(ApiClient(client, services, env.client), file, gateway)
            await backups.watch()
            yield backups
    database.close()


async def test_fault_31_a_record_behind_its_running_workflow_is_written_again_without_a_message(backups: Backups):
    api = backups.api
    case = await api.approved()
    backups.back_up()
    told(await api.send(case, "shipment", SHIPPED, "dev-storefront"), 200)
    before = await backups.events(case)
    await backups.watch()
    backups.restore()
    assert (await api.case(case))["state"] == "awaiting_return"

    assert (await backups.watch()).written_again == 1

    assert (await api.case(case))["state"] == "in_transit"
    assert await backups.events(case) == [*before, "recorded_again"]
    assert backups.findings(case) == ["record_behind"]
    parcel = await api.get("/v1/warehouse/parcels/SF7654399", "dev-warehouse")
    assert parcel["case_id"] == case["case_id"]
    assert (await backups.watch()).written_again == 0


async def test_fault_31_a_case_opened_after_the_backup_is_recorded_again(backups: Backups):
    number = await backups.api.order()
    backups.back_up()
    case = told(await backups.api.submit(backups.api.request(number)), 201)
    await backups.watch()
    backups.restore()
    assert (await backups.api.ask("GET", f"/v1/refunds/{case['case_id']}")).status_code == 404

    assert (await backups.watch()).written_again == 1

    assert (await backups.api.case(case))["state"] == "under_audit"
    assert told(await backups.api.send(case, "audit", {"decision": "approve"}), 200)["state"] == "awaiting_return"


async def test_fault_31_a_case_that_has_ended_since_the_backup_is_closed_again_and_paid_once(backups: Backups):
    api, case = backups.api, await backups.api.approved()
    backups.back_up()
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    shown = await api.until(case, "refunded")
    before = await backups.events(case)
    await backups.until_ended(case)
    await backups.watch()
    backups.restore()

    watched = await backups.watch()

    assert (watched.written_again, watched.lost) == (1, 0)
    again = await api.case(case)
    assert (again["state"], again["payouts"]) == ("refunded", shown["payouts"])
    assert await backups.events(case) == [*before, "recorded_again"]
    assert backups.findings(case) == ["record_behind", "record_behind"]
    assert Ledger(api.services.database).total(case["order_number"]) == 0
    assert len(backups.gateway.refunds) == 1


async def test_fault_31_a_repeated_inspection_of_a_case_that_has_ended_is_recorded_and_pays_nothing(backups: Backups):
    api, case, body = backups.api, await backups.api.approved(), inspection()
    backups.back_up()
    told(await api.send(case, "inspection", body, "dev-warehouse"), 200)
    await api.until(case, "refunded")
    await backups.until_ended(case)
    backups.restore()
    assert (await api.case(case))["state"] == "awaiting_return"

    assert told(await api.send(case, "inspection", body, "dev-warehouse"), 200)["state"] == "refunded"

    assert "inspected" in await backups.events(case)
    assert (await api.case(case))["state"] == "refunded"
    assert len(backups.gateway.refunds) == 1


async def test_fault_31_a_repeated_scan_is_recorded_again_although_the_database_has_lost_it(backups: Backups):
    api, case = backups.api, await backups.api.approved()
    scan = {"scan_id": "gate-1", "code": case["return_code"], "kind": "received", "scanned_at": "2026-01-31T08:00:00Z"}
    backups.back_up()
    [first] = told(await api.ask("POST", "/v1/warehouse/scans", {"scans": [scan]}, "dev-warehouse"), 200)["results"]
    backups.restore()

    [again] = told(await api.ask("POST", "/v1/warehouse/scans", {"scans": [scan]}, "dev-warehouse"), 200)["results"]

    assert again == first
    assert (await api.case(case))["state"] == "received"
    assert (await backups.events(case)).count("received") == 1


async def test_fault_31_a_payout_that_was_on_its_way_is_paid_once_although_its_plan_is_lost(backups: Backups):
    api, case = backups.api, await backups.api.approved()
    backups.gateway.state = PayoutState.PENDING
    backups.back_up()
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    pending = await api.wait_for(case, lambda shown: [one["state"] for one in shown["payouts"]] == ["pending"])
    await backups.watch()
    backups.restore()
    assert (await api.case(case))["payouts"] == []

    assert (await backups.watch()).written_again == 1

    shown = await api.case(case)
    assert (shown["state"], shown["payouts"]) == ("payout_due", pending["payouts"])
    assert backups.findings(case) == ["record_behind", "record_behind"]
    backups.gateway.state = PayoutState.SUCCEEDED
    update = {"payout_id": shown["payouts"][0]["payout_id"], "refund_id": shown["payouts"][0]["gateway_refund_id"]}
    await api.handle(case).signal("refund_update", update)
    await api.until(case, "refunded")
    assert len(backups.gateway.refunds) == 1


async def test_fault_31_records_are_compared_only_after_a_restore(backups: Backups):
    case = await backups.api.approved()
    backups.back_up()
    await backups.watch()
    backups.restore()  # nothing has happened since, but the watch has run

    assert (await backups.watch()).written_again == 0

    assert backups.findings(case) == []
    assert "recorded_again" not in await backups.events(case)
